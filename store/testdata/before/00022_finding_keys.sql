-- +goose Up
-- A workbook that was saved again, with one row more, must not register the other
-- rows a second time. By its keys a case is found to be the same finding; it has
-- one for everything it ever said. Cases that are there already get theirs from
-- "duban rebuild".
CREATE TABLE finding_keys (
    case_id uuid NOT NULL REFERENCES cases ON DELETE CASCADE,
    key     bytea NOT NULL CHECK (octet_length(key) = 16),
    PRIMARY KEY (case_id, key)
);
CREATE INDEX finding_keys_key ON finding_keys (key);

-- Who sent the workbook meant its findings to be opened although some are cases.
ALTER TABLE imports ADD COLUMN duplicates boolean NOT NULL DEFAULT false;

-- What was known about a row's unit and findings like it when the row was checked.
ALTER TABLE import_rows ADD COLUMN hint json;
