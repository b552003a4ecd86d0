-- +goose Up
-- When the engine's Schedules last did what they are for, so that one which was
-- paused, lost or stuck is seen by what does not live in the engine. A round that
-- begins is all that is kept: whether it found anything to do is nobody's to learn.
CREATE TABLE rounds (
    name     text PRIMARY KEY,
    every    interval NOT NULL CHECK (every > interval '0'),
    began_at timestamptz NOT NULL
);
