-- +goose Up
-- Where people are reached outside the system, and the groups that the committee
-- is told things in. An address of the web holds a key as often as not, so it is
-- as secret as the secret beside it: neither is in any answer, log or export,
-- and a dump of this table is to be kept like a password.

CREATE TABLE addresses (
    id         text PRIMARY KEY,
    -- NULL: a group's robot, which is nobody's own.
    account_id text REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('email', 'webhook', 'wecom', 'dingtalk', 'feishu')),
    address    text NOT NULL CHECK (address <> ''),
    secret     text NOT NULL,
    name       text NOT NULL,
    author     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((account_id IS NULL) = (kind IN ('wecom', 'dingtalk', 'feishu'))),
    -- An address given again is the same one with another secret or name.
    UNIQUE NULLS NOT DISTINCT (account_id, kind, address)
);

-- What leaves the house: who is told what, by which address, and what became of
-- it. The outbox says what the record owes; these tables, how it was paid.

-- The ids of papers follow from what they tell, so that none is made twice, and
-- from this, which is in no answer: whoever knows case and reader could else count
-- by trying what happened to the case that is not his to see.
CREATE TABLE mailing_space (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    space uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO mailing_space DEFAULT VALUES;

-- What one person is told at one time: a paper, the digest of a day, or an alert
-- of the system's own. A person's rows are the person's inbox.
CREATE TABLE mailings (
    id         uuid PRIMARY KEY,
    -- NULL: the groups.
    account_id text REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('paper', 'digest', 'alert', 'task')),
    -- The legal day of a digest.
    day        date,
    subject    text NOT NULL,
    content    text NOT NULL,
    created_at timestamptz NOT NULL,
    by_timer   boolean NOT NULL DEFAULT false,
    -- It tells a drawn team on its morning, see below.
    sealed     boolean NOT NULL DEFAULT false,
    CHECK ((day IS NOT NULL) = (kind = 'digest')),
    CHECK (NOT sealed OR kind = 'task')
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
    -- The hash of the address it was tried at last: a bounce counts only for an address
    -- it was sent to, which may have been taken away since. NULL until then.
    sent_to    bytea,
    -- As its mailing is.
    sealed     boolean NOT NULL DEFAULT false,
    -- When one that was given up had reached its person otherwise: served by hand, or
    -- sent to an address recorded since.
    served_at  timestamptz,
    UNIQUE (mailing_id, address_id),
    CHECK ((state = 'sending') = (claim IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (served_at IS NULL OR state = 'dead')
);
CREATE INDEX messages_due ON messages (next_at) WHERE state IN ('queued', 'sending', 'held');
CREATE INDEX messages_tried ON messages (account_id, tried_at) WHERE tried_at IS NOT NULL;
CREATE INDEX messages_dead ON messages (created_at, id) WHERE state IN ('dead', 'held');

-- Every try that counted, and every order to send again.
CREATE TABLE message_tries (
    message_id uuid NOT NULL REFERENCES messages,
    no         int NOT NULL,
    at         timestamptz NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('sent', 'again', 'dead', 'resent', 'bounced', 'served')),
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

-- What the other side said of a message that came back: a mail server that takes a
-- letter has not delivered it, and says so by letter; the try of the same
-- number says when.
CREATE TABLE bounces (
    -- Of the report, which may be read more than once.
    digest     bytea PRIMARY KEY,
    message_id uuid NOT NULL,
    no         int NOT NULL,
    -- The enhanced code of RFC 3463; empty when there was none.
    status     text NOT NULL,
    server     text NOT NULL,
    said       text NOT NULL,
    UNIQUE (message_id, no),
    FOREIGN KEY (message_id, no) REFERENCES message_tries
);
CREATE TRIGGER bounces_append_only BEFORE UPDATE OR DELETE ON bounces FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bounces_stay BEFORE TRUNCATE ON bounces EXECUTE FUNCTION refuse_change();

-- What tells a drawn team on its morning is nobody else's to read until the record
-- says that it was told (ADR 23). Until then it is there for the dispatcher's role
-- alone: the login, which owns these tables, finds no such row, and neither does a
-- later migration.
ALTER TABLE mailings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE message_tries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE bounces ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON mailings USING (NOT sealed);
CREATE POLICY everybody ON messages USING (NOT sealed);
CREATE POLICY everybody ON message_tries USING (EXISTS (SELECT FROM messages m WHERE m.id = message_id));
CREATE POLICY everybody ON bounces USING (EXISTS (SELECT FROM messages m WHERE m.id = message_id));
CREATE POLICY dispatcher ON mailings TO duban_dispatch USING (true);
CREATE POLICY dispatcher ON messages TO duban_dispatch USING (true);
CREATE POLICY dispatcher ON message_tries TO duban_dispatch USING (true);
CREATE POLICY dispatcher ON bounces TO duban_dispatch USING (true);

-- Whoever sends, marks and reads what came back does so in that role, which reads
-- nothing else of the record.
GRANT USAGE ON SCHEMA duban TO duban_dispatch;
GRANT SELECT, INSERT ON mailings, messages, message_tries, bounces TO duban_dispatch;
GRANT UPDATE (sealed) ON mailings TO duban_dispatch;
GRANT UPDATE ON messages TO duban_dispatch;
