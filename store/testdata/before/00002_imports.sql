-- +goose Up

-- Findings come in by the hundred, in workbooks. An import is kept with every
-- row as it was typed, so that it can be told later what was asked by whom, and
-- so that opening its cases can be taken up again at any row.

CREATE TABLE imports (
    id          text PRIMARY KEY,
    author      text NOT NULL REFERENCES accounts,
    at          timestamptz NOT NULL DEFAULT now(),
    file        text NOT NULL,
    sum         bytea NOT NULL CHECK (octet_length(sum) = 32),
    campaign    text NOT NULL,
    -- refused: its rows have errors and no case is ever opened from them.
    state       text NOT NULL CHECK (state IN ('refused', 'checked', 'opening', 'done')),
    rows        int NOT NULL CHECK (rows >= 0),
    opened      int NOT NULL DEFAULT 0,
    failed      int NOT NULL DEFAULT 0,
    -- Where the sheet's header was, and what it said.
    header      json,
    -- What was wrong with the sheet, as far as it is listed.
    faults      json,
    -- When the command to open was received: the instant its cases are opened as of.
    opening_at  timestamptz,
    done_at     timestamptz,
    CHECK ((state IN ('opening', 'done')) = (opening_at IS NOT NULL)),
    CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CHECK (state <> 'done' OR opened + failed = rows)
);
CREATE INDEX imports_at ON imports (at DESC, id);
CREATE INDEX imports_sum ON imports (sum);

CREATE TABLE import_rows (
    import_id text NOT NULL REFERENCES imports ON DELETE CASCADE,
    row       int NOT NULL CHECK (row > 0),
    case_id   uuid,
    -- The command that opens the case; NULL when the row has faults.
    content   json,
    cells     json NOT NULL,
    faults    json,
    -- What the rules said when the case was to be opened, and did not say before.
    refusal   json,
    PRIMARY KEY (import_id, row),
    CHECK (case_id IS NULL OR content IS NOT NULL),
    CHECK (case_id IS NULL OR refusal IS NULL)
);
