-- +goose Up
-- What cases are searched by and what names are told apart by: their texts as
-- characters.Fold makes them, written beside them by the program. "duban rebuild"
-- makes those of the cases again.
ALTER TABLE cases ADD COLUMN search text NOT NULL DEFAULT '';
ALTER TABLE unit_cases ADD COLUMN search text NOT NULL DEFAULT '';

ALTER TABLE units ADD COLUMN name_key text;
ALTER TABLE regions ADD COLUMN name_key text UNIQUE;
ALTER TABLE areas ADD COLUMN name_key text UNIQUE;
ALTER TABLE unit_categories ADD COLUMN name_key text UNIQUE;
ALTER TABLE campaigns ADD COLUMN name_key text UNIQUE;
CREATE UNIQUE INDEX units_name_key ON units (name_key) WHERE abolished_on IS NULL;
