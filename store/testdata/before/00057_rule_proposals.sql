-- +goose Up
-- A policy or a holiday notice is brought in by the administrator and put in force
-- by a leader: two people, both on record. What was proposed stays, whatever
-- became of it. Versions say who confirmed them; nobody did for those of the
-- machine's own operator.
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

ALTER TABLE policies ADD COLUMN confirmed_by text NOT NULL DEFAULT '';
ALTER TABLE calendars ADD COLUMN confirmed_by text NOT NULL DEFAULT '';
