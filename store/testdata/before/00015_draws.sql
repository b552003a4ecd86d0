-- +goose Up
-- Who must not look back on whom. Nothing here is changed or deleted: a draw was
-- made on what stood here on its day, and is judged by it for ever. What ends a
-- recusal is a row of its own.

-- A unit asks in its own words, by the name it knows. It is told no account, and
-- not what became of it: either would say who is on the roster.
CREATE TABLE recusal_requests (
    id         text PRIMARY KEY,
    unit_id    text NOT NULL REFERENCES units,
    name       text NOT NULL CHECK (name <> ''),
    reason     text NOT NULL CHECK (reason <> ''),
    author     text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (unit_id, name, reason)
);

CREATE TABLE recusals (
    id         text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts,
    unit_id    text NOT NULL REFERENCES units,
    ground     text NOT NULL CHECK (ground IN ('declared_conflict', 'unit_objection', 'former_unit', 'own_unit')),
    -- It goes into the roster that is committed to, which takes 4000 bytes.
    reason     text NOT NULL CHECK (reason <> '' AND octet_length(reason) <= 4000),
    since      date NOT NULL,
    -- The last day; NULL when none is known.
    until      date CHECK (until >= since),
    author     text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recusals_account ON recusals (account_id, unit_id);
CREATE INDEX recusals_unit ON recusals (unit_id);

CREATE TABLE recusal_ends (
    recusal_id text PRIMARY KEY REFERENCES recusals,
    -- The first day on which it holds no more.
    ended_on   date NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    author     text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A request is tied to an account, or turned down with a reason.
CREATE TABLE recusal_answers (
    request_id text PRIMARY KEY REFERENCES recusal_requests,
    recusal_id text REFERENCES recusals,
    refused    text NOT NULL DEFAULT '',
    author     text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((recusal_id IS NULL) = (refused <> ''))
);

CREATE TRIGGER recusal_requests_append_only BEFORE UPDATE OR DELETE ON recusal_requests FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusal_requests_stay BEFORE TRUNCATE ON recusal_requests EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusals_append_only BEFORE UPDATE OR DELETE ON recusals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusals_stay BEFORE TRUNCATE ON recusals EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusal_ends_append_only BEFORE UPDATE OR DELETE ON recusal_ends FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusal_ends_stay BEFORE TRUNCATE ON recusal_ends EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusal_answers_append_only BEFORE UPDATE OR DELETE ON recusal_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recusal_answers_stay BEFORE TRUNCATE ON recusal_answers EXECUTE FUNCTION refuse_change();
