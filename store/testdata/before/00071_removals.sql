-- +goose Up

-- What was put into the directory or planned by mistake can be taken away again while
-- nothing refers to it. What it was stays on record, with the reason and who did it.
CREATE TABLE removals (
    id     text PRIMARY KEY,
    kind   text NOT NULL CHECK (kind IN ('unit', 'post', 'region', 'area', 'area_officer', 'unit_category', 'campaign')),
    thing  text NOT NULL,
    -- What it was called, for whoever reads the list, and all that was known of it.
    name   text NOT NULL,
    was    jsonb NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    author text NOT NULL REFERENCES accounts,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX removals_at ON removals (at DESC, id DESC);
CREATE TRIGGER removals_append_only BEFORE UPDATE OR DELETE ON removals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removals_stay BEFORE TRUNCATE ON removals EXECUTE FUNCTION refuse_change();

-- What a campaign was before its amendments outlives it: a history is no use of a thing.
ALTER TABLE campaign_changes DROP CONSTRAINT campaign_changes_campaign_fkey;
