-- +goose Up

-- Cases in hand come in by workbook as findings do. They were judged and signed
-- elsewhere, so that a leader confirms them before any is opened.

ALTER TABLE imports
    ADD COLUMN in_hand boolean NOT NULL DEFAULT false,
    ADD COLUMN confirmed_by text REFERENCES accounts,
    ADD CHECK (confirmed_by IS DISTINCT FROM author),
    ADD CHECK ((confirmed_by IS NOT NULL) = (in_hand AND state IN ('opening', 'done')));
