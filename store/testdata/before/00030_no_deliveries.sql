-- +goose Up
-- Who was told, and when, lies in the mailings and their messages (ADR 11, ADR 19):
-- nobody asks the outbox any more.
ALTER TABLE outbox DROP COLUMN delivered_at;
