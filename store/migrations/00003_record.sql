-- +goose Up
-- The record of law, and what is read from it.

CREATE TABLE events (
    -- What has a fixed width comes first, here and below: no byte is lost to
    -- alignment in the tables that only grow.
    case_id    uuid NOT NULL,
    seq        bigint NOT NULL CHECK (seq > 0),
    at         timestamptz NOT NULL,
    -- NULL for an alarm: the case itself did it.
    command_id uuid,
    legal_on   date NOT NULL,
    actor      text NOT NULL DEFAULT '',
    actor_name text NOT NULL DEFAULT '',
    kind       text NOT NULL,
    -- json, not jsonb: it is kept as it was written, it is read whole, and it is
    -- the larger part of what a case weighs.
    content    json NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_stay BEFORE TRUNCATE ON events EXECUTE FUNCTION refuse_change();

CREATE TABLE number_series (
    name text PRIMARY KEY,
    n    int NOT NULL CHECK (n > 0)
);

-- Same key, same answer, for ever. The id follows from account and key.
CREATE TABLE receipts (
    command_id       uuid PRIMARY KEY,
    case_id          uuid NOT NULL,
    -- The version of the case that was answered with; 0 when it was not opened.
    version          bigint NOT NULL,
    at               timestamptz NOT NULL,
    policy_version   int NOT NULL,
    calendar_version int NOT NULL,
    account_id       text NOT NULL,
    fingerprint      bytea NOT NULL,
    kind             text NOT NULL,
    refusal          jsonb
);
CREATE TRIGGER receipts_append_only BEFORE UPDATE OR DELETE ON receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_stay BEFORE TRUNCATE ON receipts EXECUTE FUNCTION refuse_change();

-- What a request was answered that is no command on a case: the same key gets the
-- same answer for ever. It is written with the change, or neither is.
CREATE TABLE request_receipts (
    -- Follows from account and key, as the ids of commands do.
    id          uuid PRIMARY KEY,
    account_id  text NOT NULL REFERENCES accounts,
    fingerprint bytea NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    status      int NOT NULL,
    header      jsonb NOT NULL,
    -- Tokens stand as placeholders here: no secret is kept.
    body        bytea NOT NULL,
    -- What tokens were derived with beside the asker's own; none without one.
    salt        bytea
);
CREATE TRIGGER request_receipts_append_only BEFORE UPDATE OR DELETE ON request_receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER request_receipts_stay BEFORE TRUNCATE ON request_receipts EXECUTE FUNCTION refuse_change();

-- The read model: it can be rebuilt from the events --------------------------

CREATE TABLE cases (
    id               uuid PRIMARY KEY,
    number           text NOT NULL,
    -- The number as one sortable figure: year * 1,000,000 + number of the year.
    number_key       bigint NOT NULL,
    seq              bigint NOT NULL CHECK (seq > 0),
    stage            text NOT NULL,
    unit_id          text NOT NULL REFERENCES units,
    title            text NOT NULL,
    category         text NOT NULL,
    campaign         text NOT NULL,
    author           text NOT NULL,
    officer          text NOT NULL,
    level            smallint NOT NULL CHECK (level BETWEEN 0 AND 5),
    round            smallint NOT NULL CHECK (round > 0),
    policy_version   int NOT NULL,
    calendar_version int NOT NULL,
    -- The deadline that matters where the case stands; infinity once settled.
    due_on           date,
    due_at           timestamptz NOT NULL,
    provisional      boolean NOT NULL,
    opened_at        timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    -- When the closing was approved, and when nothing more could happen.
    closed_at        timestamptz,
    settled_at       timestamptz,
    alarm_no         bigint NOT NULL,
    alarm_kind       text,
    alarm_at         timestamptz,
    fire_at          timestamptz,
    -- Who must act on a running clock, as tokens such as role:head.
    chased           text[] NOT NULL,
    -- By when each of those must act, the earliest of each: a person's tasks come in
    -- that order, and not in that of the cases' own deadlines.
    chased_due       timestamptz[] NOT NULL DEFAULT '{}',
    -- The archived case that this one repeats.
    repeat_of        uuid CHECK (repeat_of <> id),
    -- What it is searched by: its texts as characters.Fold makes them.
    search           text NOT NULL DEFAULT '',
    CHECK (stage IN ('draft', 'triage', 'notice_drafting', 'notice_approval', 'serving', 'planning', 'plan_review',
        'rectifying', 'report_review', 'look_back_pending', 'look_back_active', 'closure_approval', 'closed',
        'sustained', 'transferred', 'archived', 'merged', 'voided')),
    -- An open case has an alarm and is not settled; a settled one has none.
    CONSTRAINT cases_alarm CHECK ((stage IN ('archived', 'merged', 'voided')) = (alarm_at IS NULL)),
    CONSTRAINT cases_alarm_whole CHECK ((alarm_at IS NULL) = (fire_at IS NULL) AND (alarm_at IS NULL) = (alarm_kind IS NULL)),
    CONSTRAINT cases_fire CHECK (fire_at >= alarm_at),
    CONSTRAINT cases_settled CHECK ((stage IN ('archived', 'merged', 'voided')) = (settled_at IS NOT NULL)),
    CONSTRAINT cases_closed CHECK ((stage IN ('closed', 'archived')) = (closed_at IS NOT NULL)),
    CONSTRAINT cases_due CHECK ((due_on IS NULL) = (due_at = 'infinity'))
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE UNIQUE INDEX cases_number ON cases (number_key);
CREATE INDEX cases_fire_at ON cases (fire_at) WHERE fire_at IS NOT NULL;

-- For the lists. Behind what an index is searched by stands what a page is
-- chosen and sorted by besides, so that the page is found in the index alone.
-- Its stage says here that a case is open: a list of one stage then needs no
-- further condition, which the planner would count twice.
CREATE INDEX cases_due ON cases (due_at, number_key);
CREATE INDEX cases_updated ON cases (updated_at, number_key, category, stage);
CREATE INDEX cases_unit ON cases (unit_id, due_at, number_key, updated_at, stage, level);
CREATE INDEX cases_campaign ON cases (campaign, due_at, number_key, updated_at, stage) WHERE campaign <> '';
CREATE INDEX cases_due_open ON cases (due_at, number_key, level, stage, category) WHERE stage NOT IN ('archived', 'merged', 'voided');
CREATE INDEX cases_number_open ON cases (number_key, due_at, level, stage, category) WHERE stage NOT IN ('archived', 'merged', 'voided');
CREATE INDEX cases_updated_open ON cases (updated_at, number_key, due_at, level, stage, category) WHERE stage NOT IN ('archived', 'merged', 'voided');
CREATE INDEX cases_stage ON cases (stage, due_at, number_key, updated_at, level, category) WHERE stage NOT IN ('archived', 'merged', 'voided');
CREATE INDEX cases_officer ON cases (officer, due_at, number_key, updated_at, stage, level) WHERE stage NOT IN ('archived', 'merged', 'voided');
CREATE INDEX cases_level_due ON cases (level, due_at, number_key, stage, category) WHERE level > 0;
CREATE INDEX cases_level_number ON cases (level, number_key, due_at) WHERE level > 0;
CREATE INDEX cases_level_updated ON cases (level, updated_at, number_key, due_at) WHERE level > 0;

CREATE INDEX cases_counts ON cases (stage, level, unit_id) WHERE stage NOT IN ('archived', 'merged', 'voided');
CREATE INDEX cases_calendar ON cases (calendar_version) WHERE settled_at IS NULL;
CREATE INDEX cases_chased ON cases USING gin (chased) WITH (fastupdate = off);
CREATE INDEX cases_repeat_of ON cases (repeat_of, number_key) WHERE repeat_of IS NOT NULL;

-- The cases themselves. Lists read many rows and no state, so the states lie
-- beside them; whoever decides about a case locks its state.
CREATE TABLE case_states (
    case_id uuid PRIMARY KEY REFERENCES cases ON DELETE CASCADE,
    state   jsonb NOT NULL CHECK ((state ->> 'version')::bigint > 0)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

-- What a unit sees, with its own version and order; a row is written only when
-- an event changed something the unit may see.
CREATE TABLE unit_cases (
    case_id    uuid NOT NULL,
    version    bigint NOT NULL,
    number_key bigint NOT NULL,
    due_at     timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    due_on     date,
    level      smallint NOT NULL,
    round      smallint NOT NULL,
    provisional boolean NOT NULL,
    unit_id    text NOT NULL,
    number     text NOT NULL,
    stage      text NOT NULL,
    title      text NOT NULL,
    category   text NOT NULL,
    view       json NOT NULL,
    search     text NOT NULL DEFAULT '',
    PRIMARY KEY (case_id, unit_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
-- As above: a page is found in the index alone.
CREATE INDEX unit_cases_due ON unit_cases (unit_id, due_at, number_key, updated_at, stage, case_id);

-- Which cases a notice (反馈意见) is made of. Everything else about it is in their
-- events and states: this only finds them, and can be rebuilt from the events.

CREATE TABLE notices (
    id         uuid PRIMARY KEY,
    -- As cases are numbered: year * 1,000,000 + number of the year. NULL until it
    -- is signed. An amended notice goes under the number it was first sent by.
    number_key bigint,
    cases      uuid[] NOT NULL CHECK (cardinality(cases) > 0)
);
CREATE INDEX notices_number ON notices (number_key) WHERE number_key IS NOT NULL;

-- A workbook that was saved again, with one row more, must not register the other
-- rows a second time. By its keys a case is found to be the same finding; it has
-- one for everything it ever said.
CREATE TABLE finding_keys (
    case_id uuid NOT NULL REFERENCES cases ON DELETE CASCADE,
    key     bytea NOT NULL CHECK (octet_length(key) = 16),
    PRIMARY KEY (case_id, key)
);
CREATE INDEX finding_keys_key ON finding_keys (key);

-- What is still to be told ----------------------------------------------------

CREATE TABLE outbox (
    case_id      uuid NOT NULL,
    seq          bigint NOT NULL,
    not_before   timestamptz NOT NULL,
    -- When it was found out who is to read it.
    routed_at    timestamptz,
    digest       boolean NOT NULL,
    -- What a timer orders leaves in working time: at the hour papers leave of a working
    -- day and later on it, also when it is late or tried again.
    by_timer     boolean NOT NULL DEFAULT false,
    recipient    text NOT NULL,
    about        text NOT NULL,
    -- The kinds of the measures it is about; most are about none, and nothing says so in
    -- less room than an empty list.
    measures     text[],
    -- What to do by when: the clock that awaits its reader, and the day of it, as they
    -- were when it was written. Most ask for something, some only tell.
    asked        text,
    asked_due    date,
    PRIMARY KEY (case_id, seq, recipient)
);
CREATE INDEX outbox_unrouted ON outbox (not_before) WHERE routed_at IS NULL;

CREATE TABLE tellings (
    case_id    uuid PRIMARY KEY,
    seq        bigint NOT NULL,
    queued_at  timestamptz NOT NULL DEFAULT now(),
    tries      int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now()
);

-- Jobs: what an authorised command asked a workflow to do to many cases.
CREATE TABLE jobs (
    id         text PRIMARY KEY,
    kind       text NOT NULL,
    args       jsonb NOT NULL,
    author     text NOT NULL,
    queued_at  timestamptz NOT NULL DEFAULT now(),
    done_at    timestamptz,
    done       int NOT NULL DEFAULT 0
);

-- When the engine's Schedules last did what they are for, so that one which was
-- paused, lost or stuck is seen by what does not live in the engine. A round that
-- begins is all that is kept: whether it found anything to do is nobody's to learn.
CREATE TABLE rounds (
    name     text PRIMARY KEY,
    every    interval NOT NULL CHECK (every > interval '0'),
    began_at timestamptz NOT NULL
);
