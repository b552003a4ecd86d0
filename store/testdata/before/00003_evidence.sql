-- +goose Up
-- What is known of the files that prove what a case says. The files themselves
-- lie outside the database, at the address of their content; a row is written
-- once the file is there, and neither ever changes.

CREATE TABLE evidence (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL,
    received_at  timestamptz NOT NULL,
    size         bigint NOT NULL CHECK (size > 0),
    -- The date the paper bears, which says nothing of when it came.
    effective_on date,
    -- Whether the unit sent it. A unit sees what it sent itself and nothing else.
    by_unit      boolean NOT NULL,
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
    -- Whose case it was when the file came.
    unit_id      text NOT NULL REFERENCES units,
    account_id   text NOT NULL REFERENCES accounts,
    account_name text NOT NULL,
    media_type   text NOT NULL,
    name         text NOT NULL CHECK (name <> ''),
    -- Same key, same answer: the id follows from account and key.
    fingerprint  bytea NOT NULL
);
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_stay BEFORE TRUNCATE ON evidence EXECUTE FUNCTION refuse_change();

-- A case's list, and what the quotas of a case and of a unit are counted by.
CREATE INDEX evidence_case ON evidence (case_id, received_at, id);
CREATE INDEX evidence_unit ON evidence (unit_id, by_unit) INCLUDE (size);
