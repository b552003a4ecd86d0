-- +goose Up
-- A letter about a measure says which: the unit and whoever must carry it out read
-- more than that there is one. Letters of before tell of none.
ALTER TABLE outbox ADD COLUMN measures text[] NOT NULL DEFAULT '{}';
