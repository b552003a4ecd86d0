-- +goose Up
-- What leaves the house: who is told what, by which address, and what became of
-- it. The outbox says what the record owes; these tables, how it was paid.

-- Who reads for whom while the other is away.
CREATE TABLE substitutes (
    id         text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts,
    substitute text NOT NULL REFERENCES accounts CHECK (substitute <> account_id),
    since      date NOT NULL,
    until      date NOT NULL CHECK (until >= since),
    author     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX substitutes_account ON substitutes (account_id, until);

-- What one person is told at one time: a paper, the digest of a day, or an alert
-- of the system's own. A person's rows are the person's inbox.
CREATE TABLE mailings (
    id         uuid PRIMARY KEY,
    -- NULL: the groups.
    account_id text REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('paper', 'digest', 'alert')),
    -- The legal day of a digest.
    day        date,
    subject    text NOT NULL,
    content    text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK ((day IS NOT NULL) = (kind = 'digest'))
);
-- One digest a person and day, whoever else makes one at the same time.
CREATE UNIQUE INDEX mailings_digest ON mailings (account_id, day) NULLS NOT DISTINCT WHERE kind = 'digest';
CREATE INDEX mailings_inbox ON mailings (account_id, created_at DESC, id);

-- What became of a letter for each person it is for. No mailing and no reason:
-- it waits for the person's next digest.
CREATE TABLE mailing_letters (
    case_id    uuid NOT NULL,
    seq        bigint NOT NULL,
    recipient  text NOT NULL,
    -- Empty when nobody could be told.
    account_id text NOT NULL,
    -- Why this person: holder, acting, contact, copy, substitute, role, account.
    way        text NOT NULL,
    mailing_id uuid REFERENCES mailings,
    suppressed text,
    at         timestamptz NOT NULL,
    PRIMARY KEY (case_id, seq, recipient, account_id),
    CHECK (mailing_id IS NULL OR suppressed IS NULL)
);
CREATE INDEX mailing_letters_waiting ON mailing_letters (account_id) WHERE mailing_id IS NULL AND suppressed IS NULL;
CREATE INDEX mailing_letters_mailing ON mailing_letters (mailing_id);

-- A mailing on its way to one address.
CREATE TABLE messages (
    -- The Message-ID and webhook-id, the same at every try.
    id         uuid PRIMARY KEY,
    mailing_id uuid NOT NULL REFERENCES mailings,
    account_id text REFERENCES accounts,
    -- No reference: an address may be taken away, what was sent to it stays.
    address_id text NOT NULL,
    kind       text NOT NULL,
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'held', 'dead')),
    -- How many tries counted.
    tries      int NOT NULL DEFAULT 0,
    -- When it may be tried; of one being sent, when its claim ends.
    next_at    timestamptz NOT NULL,
    -- Whose try it is; whoever took over has another.
    claim      uuid,
    tried_at   timestamptz,
    sent_at    timestamptz,
    may_have_arrived boolean NOT NULL DEFAULT false,
    code       text NOT NULL DEFAULT '',
    status     int NOT NULL DEFAULT 0,
    reason     text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    UNIQUE (mailing_id, address_id),
    CHECK ((state = 'sending') = (claim IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX messages_due ON messages (next_at) WHERE state IN ('queued', 'sending', 'held');
CREATE INDEX messages_tried ON messages (account_id, tried_at) WHERE tried_at IS NOT NULL;
CREATE INDEX messages_dead ON messages (created_at, id) WHERE state IN ('dead', 'held');

-- Every try that counted, and every order to send again.
CREATE TABLE message_tries (
    message_id uuid NOT NULL REFERENCES messages,
    no         int NOT NULL,
    at         timestamptz NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('sent', 'again', 'dead', 'resent')),
    may_have_arrived boolean NOT NULL,
    code       text NOT NULL,
    status     int NOT NULL,
    reason     text NOT NULL,
    -- Who ordered it to be sent again.
    author     text NOT NULL DEFAULT '',
    PRIMARY KEY (message_id, no)
);

-- When the breaker stopped what goes to one person.
CREATE TABLE floods (
    id         text PRIMARY KEY,
    -- The person, or the address of a group's robot.
    recipient  text NOT NULL,
    began_at   timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE UNIQUE INDEX floods_open ON floods (recipient) WHERE ended_at IS NULL;

-- One process sends at a time: the pace of robots is kept in its memory.
CREATE TABLE sender (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    owner text NOT NULL,
    until timestamptz NOT NULL
);

-- When it was found out who is to read it. What was delivered by an older
-- release was in the inbox, and does not leave the house now.
ALTER TABLE outbox ADD COLUMN routed_at timestamptz;
UPDATE outbox SET routed_at = delivered_at WHERE delivered_at IS NOT NULL;
CREATE INDEX outbox_unrouted ON outbox (not_before) WHERE routed_at IS NULL;
