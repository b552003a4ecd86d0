-- +goose Up
-- By when each of those who are chased must act, the earliest of each: a person's
-- tasks come in that order, and not in that of the cases' own deadlines. Cases of
-- before are in the old order until they move or "duban rebuild" has passed.
ALTER TABLE cases ADD COLUMN chased_due timestamptz[] NOT NULL DEFAULT '{}';
