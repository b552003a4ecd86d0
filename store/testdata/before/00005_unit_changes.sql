-- +goose Up
-- What became of units: each change is a dated fact, because old notices keep the
-- old name and statistics are asked for as then and as now.

CREATE TABLE unit_changes (
    id           text PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('rename', 'merge', 'split', 'abolish')),
    unit_id      text NOT NULL REFERENCES units,
    effective_on date NOT NULL,
    old_name     text NOT NULL,
    new_name     text NOT NULL DEFAULT '',
    -- Who takes over the open cases; for a split, one of the parts.
    successor_id text REFERENCES units CHECK (successor_id <> unit_id),
    parts        text[] NOT NULL DEFAULT '{}',
    reason       text NOT NULL,
    author       text NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'rename') = (new_name <> '')),
    CHECK (kind IN ('rename', 'abolish') OR successor_id IS NOT NULL),
    CHECK ((kind = 'split') = (cardinality(parts) > 0))
);
CREATE INDEX unit_changes_unit ON unit_changes (unit_id, effective_on);
CREATE INDEX unit_changes_successor ON unit_changes (successor_id) WHERE successor_id IS NOT NULL;
CREATE TRIGGER unit_changes_append_only BEFORE UPDATE OR DELETE ON unit_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_changes_stay BEFORE TRUNCATE ON unit_changes EXECUTE FUNCTION refuse_change();
