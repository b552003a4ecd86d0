-- +goose Up
-- Most letters are about no measure, and nothing says so in less room than an empty
-- list. Letters of before keep theirs, which means the same.
ALTER TABLE outbox ALTER COLUMN measures DROP DEFAULT, ALTER COLUMN measures DROP NOT NULL;
