-- +goose Up
-- Which cases a notice (反馈意见) is made of. Everything else about it is in their
-- events and states: this only finds them, and can be rebuilt from the events.

CREATE TABLE notices (
    id         uuid PRIMARY KEY,
    -- As cases are numbered: year * 1,000,000 + number of the year. NULL until it
    -- is signed. An amended notice goes under the number it was first sent by.
    number_key bigint,
    cases      uuid[] NOT NULL CHECK (cardinality(cases) > 0)
);
CREATE INDEX notices_number ON notices (number_key) WHERE number_key IS NOT NULL;

-- One action drafts or signs all notices of a campaign. It is kept with what
-- became of each unit, so that it can be taken up again anywhere.

CREATE TABLE notice_runs (
    id         text PRIMARY KEY,
    campaign   text NOT NULL REFERENCES campaigns,
    action     text NOT NULL CHECK (action IN ('draft', 'sign')),
    -- The command's body but for the cases.
    content    json NOT NULL,
    author     text NOT NULL REFERENCES accounts,
    -- The instant its commands are received as of.
    at         timestamptz NOT NULL,
    total      int NOT NULL CHECK (total >= 0),
    done       int NOT NULL DEFAULT 0,
    failed     int NOT NULL DEFAULT 0,
    done_at    timestamptz,
    CHECK (done + failed <= total),
    CHECK ((done_at IS NOT NULL) = (done + failed = total))
);
CREATE INDEX notice_runs_campaign ON notice_runs (campaign, at DESC);

CREATE TABLE notice_run_units (
    run_id    text NOT NULL REFERENCES notice_runs ON DELETE CASCADE,
    no        int NOT NULL CHECK (no > 0),
    unit_id   text NOT NULL REFERENCES units,
    -- To sign, the notice that was read.
    notice_id uuid,
    cases     uuid[] NOT NULL CHECK (cardinality(cases) > 0),
    done      boolean NOT NULL DEFAULT false,
    refusal   json,
    PRIMARY KEY (run_id, no),
    CHECK (NOT done OR refusal IS NULL)
);
