-- +goose Up
-- A campaign is the inspection that findings come from; cases name it by its id.

CREATE TABLE campaigns (
    id         text PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    year       int NOT NULL CHECK (year BETWEEN 1949 AND 2200),
    theme      text NOT NULL DEFAULT '',
    method     text NOT NULL,
    starts_on  date NOT NULL,
    ends_on    date NOT NULL CHECK (ends_on >= starts_on),
    -- The units it covers, and the committee's people who carry it out.
    scope      text[] NOT NULL CHECK (cardinality(scope) > 0),
    team       text[] NOT NULL DEFAULT '{}',
    -- A leader's reason for inspecting units more often than the policy allows.
    override   text NOT NULL DEFAULT '',
    author     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_at  timestamptz
);
CREATE INDEX campaigns_year ON campaigns (year, starts_on);
CREATE INDEX campaigns_scope ON campaigns USING gin (scope);
