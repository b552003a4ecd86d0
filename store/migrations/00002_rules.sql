-- +goose Up
-- By what cases are decided: policies and holiday notices, and when the system lived.

CREATE TABLE policies (
    version      int PRIMARY KEY CHECK (version > 0),
    text         text NOT NULL,
    hash         text NOT NULL,
    author       text NOT NULL,
    -- The leader who put it in force; nobody for those of the machine's own operator.
    confirmed_by text NOT NULL DEFAULT '',
    stored_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER policies_append_only BEFORE UPDATE OR DELETE ON policies FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policies_stay BEFORE TRUNCATE ON policies EXECUTE FUNCTION refuse_change();

CREATE TABLE calendars (
    version      int PRIMARY KEY CHECK (version > 0),
    -- All notices of the version, so that a version is readable by itself.
    years        jsonb NOT NULL,
    author       text NOT NULL,
    confirmed_by text NOT NULL DEFAULT '',
    stored_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER calendars_append_only BEFORE UPDATE OR DELETE ON calendars FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER calendars_stay BEFORE TRUNCATE ON calendars EXECUTE FUNCTION refuse_change();

-- One row: which versions decide new cases, and where legal days lie when they
-- are compressed for a demonstration or a test.
CREATE TABLE in_force (
    one              boolean PRIMARY KEY DEFAULT true CHECK (one),
    policy_version   int NOT NULL REFERENCES policies,
    calendar_version int NOT NULL REFERENCES calendars,
    origin_on        date NOT NULL,
    origin_at        timestamptz NOT NULL
);

-- A policy or a holiday notice is brought in by the administrator and put in force
-- by a leader: two people, both on record. What was proposed stays, whatever
-- became of it.
CREATE TABLE rule_proposals (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind    text NOT NULL CHECK (kind IN ('policy', 'calendar')),
    content text NOT NULL,
    -- The version in force that it was compared with.
    base    int NOT NULL,
    reason  text NOT NULL,
    author  text NOT NULL REFERENCES accounts,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rule_proposals_at ON rule_proposals (at DESC, id DESC);
CREATE TRIGGER rule_proposals_append_only BEFORE UPDATE OR DELETE ON rule_proposals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rule_proposals_stay BEFORE TRUNCATE ON rule_proposals EXECUTE FUNCTION refuse_change();

CREATE TABLE rule_answers (
    proposal_id uuid PRIMARY KEY REFERENCES rule_proposals,
    outcome     text NOT NULL CHECK (outcome IN ('granted', 'refused', 'withdrawn')),
    version     int CHECK ((version IS NOT NULL) = (outcome = 'granted')),
    reason      text NOT NULL DEFAULT '',
    author      text NOT NULL REFERENCES accounts,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER rule_answers_append_only BEFORE UPDATE OR DELETE ON rule_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rule_answers_stay BEFORE TRUNCATE ON rule_answers EXECUTE FUNCTION refuse_change();

-- The spans in which the API showed signs of life, by the database's clock.
CREATE TABLE uptime (
    since timestamptz PRIMARY KEY,
    until timestamptz NOT NULL CHECK (until >= since)
);
