-- +goose Up
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
-- Of what was refused only the latest of each person is kept.
CREATE INDEX imports_refused ON imports (author, at DESC) WHERE state = 'refused';
CREATE TRIGGER request_receipts_append_only BEFORE UPDATE OR DELETE ON request_receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER request_receipts_stay BEFORE TRUNCATE ON request_receipts EXECUTE FUNCTION refuse_change();
