-- +goose Up
-- A letter says what to do by when: the clock that awaits its reader, and the day of
-- it, as they were when it was written. Most ask for something, some only tell.
ALTER TABLE outbox ADD COLUMN asked text, ADD COLUMN asked_due date;
