-- +goose Up

-- An account is renamed, given roles, disabled and enabled again, by the
-- administrator and with a reason; nobody at the machine's own console is an
-- account. What it was stays on record.
CREATE TABLE account_changes (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id text NOT NULL REFERENCES accounts,
    was        jsonb NOT NULL,
    now        jsonb NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    author     text REFERENCES accounts,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_changes_of ON account_changes (account_id, at);
CREATE TRIGGER account_changes_append_only BEFORE UPDATE OR DELETE ON account_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_changes_stay BEFORE TRUNCATE ON account_changes EXECUTE FUNCTION refuse_change();
