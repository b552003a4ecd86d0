-- +goose Up
-- A leader may amend a campaign that is under way. What it was stays on record.
CREATE TABLE campaign_changes (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign text NOT NULL REFERENCES campaigns,
    was      jsonb NOT NULL,
    now      jsonb NOT NULL,
    reason   text NOT NULL CHECK (reason <> ''),
    author   text NOT NULL REFERENCES accounts,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX campaign_changes_of ON campaign_changes (campaign, at);
CREATE TRIGGER campaign_changes_append_only BEFORE UPDATE OR DELETE ON campaign_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_changes_stay BEFORE TRUNCATE ON campaign_changes EXECUTE FUNCTION refuse_change();
