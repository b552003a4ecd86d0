-- +goose Up
-- The ids of papers follow from what they tell, so that none is made twice, and
-- from this, which is in no answer: whoever knows case and reader could else count
-- by trying what happened to the case that is not his to see.
CREATE TABLE mailing_space (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    space uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO mailing_space DEFAULT VALUES;
