-- +goose Up
-- What came back after it was sent. A mail server that takes a letter has not
-- delivered it, and says so by letter.

-- The hash of the address a message was tried at last: a bounce counts only for
-- an address it was sent to, which may have been taken away since. NULL until
-- then, and for what was sent before this release.
ALTER TABLE messages ADD COLUMN sent_to bytea;

ALTER TABLE message_tries DROP CONSTRAINT message_tries_outcome_check;
ALTER TABLE message_tries ADD CONSTRAINT message_tries_outcome_check
    CHECK (outcome IN ('sent', 'again', 'dead', 'resent', 'bounced'));

-- What the other side said of a message that came back; the try of the same
-- number says when.
CREATE TABLE bounces (
    -- Of the report, which may be read more than once.
    digest     bytea PRIMARY KEY,
    message_id uuid NOT NULL,
    no         int NOT NULL,
    -- The enhanced code of RFC 3463; empty when there was none.
    status     text NOT NULL,
    server     text NOT NULL,
    said       text NOT NULL,
    UNIQUE (message_id, no),
    FOREIGN KEY (message_id, no) REFERENCES message_tries
);
CREATE TRIGGER bounces_append_only BEFORE UPDATE OR DELETE ON bounces FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bounces_stay BEFORE TRUNCATE ON bounces EXECUTE FUNCTION refuse_change();
