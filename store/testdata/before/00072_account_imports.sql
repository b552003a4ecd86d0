-- +goose Up

-- Accounts are changed by a workbook too: it is checked as a whole and shown, and changes
-- all of them at once when the administrator confirms it. A refused one is kept for a
-- week, to be given back with its errors marked.
CREATE TABLE account_imports (
    id           text PRIMARY KEY,
    author       text NOT NULL REFERENCES accounts,
    at           timestamptz NOT NULL DEFAULT now(),
    file         text NOT NULL,
    -- What it changes, account by account, with what each was; NULL when it was refused.
    edits        json,
    marked       bytea,
    confirmed_by text REFERENCES accounts,
    confirmed_at timestamptz,
    CHECK ((edits IS NULL) <> (marked IS NULL)),
    CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CHECK (confirmed_at IS NULL OR edits IS NOT NULL)
);
CREATE INDEX account_imports_at ON account_imports (at DESC, id DESC);
