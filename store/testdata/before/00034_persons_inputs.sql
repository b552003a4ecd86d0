-- +goose Up
-- What goes into a draw is set by nobody alone, and what did not happen counts for
-- nothing.

-- A unit may say which case its request is about. What waits is counted by it.
ALTER TABLE recusal_requests ADD COLUMN case_id uuid REFERENCES cases;
CREATE INDEX recusal_requests_unit ON recusal_requests (unit_id, created_at);

-- The first campaign of the same year, scope and theme: this one is its redraw, and
-- they count as one inspection.
ALTER TABLE campaigns ADD COLUMN repeats text REFERENCES campaigns;

-- That inspectors of a campaign were in a unit, also when they found nothing.
CREATE TABLE campaign_visits (
    id         text PRIMARY KEY,
    campaign   text NOT NULL REFERENCES campaigns,
    unit_id    text NOT NULL REFERENCES units,
    visited_on date NOT NULL,
    persons    text[] NOT NULL,
    author     text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (campaign, unit_id, visited_on)
);
CREATE INDEX campaign_visits_unit ON campaign_visits (unit_id);
CREATE TRIGGER campaign_visits_append_only BEFORE UPDATE OR DELETE ON campaign_visits FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_visits_stay BEFORE TRUNCATE ON campaign_visits EXECUTE FUNCTION refuse_change();

-- A first draw that leaves units out, or follows one of a campaign it repeats, is
-- granted by a second person as any redraw is, and need not say why it is drawn anew.
ALTER TABLE campaign_draw_requests DROP CONSTRAINT campaign_draw_requests_reason_check;
ALTER TABLE campaign_draws DROP CONSTRAINT campaign_draws_check1;
ALTER TABLE campaign_draws ADD CONSTRAINT campaign_draws_granted CHECK (number = 1 OR approved_by IS NOT NULL);
