-- +goose Up
-- What happens again after its case was archived is a new case that names the
-- old one. The old one lists what repeats it, and lists are filtered by it.
-- Cases that are there already repeat none: nobody could say so before.
ALTER TABLE cases ADD COLUMN repeat_of uuid CHECK (repeat_of <> id);
CREATE INDEX cases_repeat_of ON cases (repeat_of, number_key) WHERE repeat_of IS NOT NULL;
