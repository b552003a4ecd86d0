-- +goose Up
-- The negative lists. An entry rests on measures of cases and outlives them; what
-- people do about the entry itself is a record of its own, append-only like the
-- events, and the rows of entries are made from both. A case that lists nobody
-- has no row here.

CREATE TABLE list_acts (
    entry_id    uuid NOT NULL,
    no          int NOT NULL CHECK (no > 0),
    at          timestamptz NOT NULL,
    -- Same key, same answer: the id follows from account and key.
    id          uuid NOT NULL UNIQUE,
    on_day      date NOT NULL,
    actor       text NOT NULL REFERENCES accounts,
    actor_name  text NOT NULL,
    kind        text NOT NULL,
    fingerprint bytea NOT NULL,
    content     json NOT NULL,
    PRIMARY KEY (entry_id, no)
);
CREATE TRIGGER list_acts_append_only BEFORE UPDATE OR DELETE ON list_acts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER list_acts_stay BEFORE TRUNCATE ON list_acts EXECUTE FUNCTION refuse_change();

CREATE TABLE list_entries (
    -- The id follows from list, unit and year: there is one.
    id        uuid PRIMARY KEY,
    year      int NOT NULL,
    listed_on date NOT NULL,
    -- The last day it lasts by itself; NULL when only a decision ends it.
    ends_on   date,
    -- When it was ended by decision; NULL again when the unit was listed anew.
    ended_on  date,
    -- No case lists the unit any more.
    withdrawn boolean NOT NULL,
    -- The unit knows of a case that lists it.
    known     boolean NOT NULL,
    -- The public may read it.
    shown     boolean NOT NULL,
    list      text NOT NULL CHECK (list IN ('problems', 'assessment')),
    unit_id   text NOT NULL REFERENCES units,
    -- What the unit was called when it was listed.
    unit_name text NOT NULL,
    cases     uuid[] NOT NULL,
    entry     json NOT NULL,
    UNIQUE (list, unit_id, year)
);
CREATE INDEX list_entries_page ON list_entries (list, listed_on, id);
