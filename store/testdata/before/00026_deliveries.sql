-- +goose Up
-- What a timer orders leaves in working time: at the hour papers leave of a working
-- day and later on it, also when it is late or tried again.
ALTER TABLE outbox ADD COLUMN by_timer boolean NOT NULL DEFAULT false;
UPDATE outbox o SET by_timer = true FROM events e
WHERE e.case_id = o.case_id AND e.seq = o.seq AND e.command_id IS NULL AND o.routed_at IS NULL;
ALTER TABLE mailings ADD COLUMN by_timer boolean NOT NULL DEFAULT false;
UPDATE mailings SET by_timer = true WHERE kind = 'digest';

-- When a message that was given up had reached its person otherwise: served by hand,
-- or sent to an address recorded since.
ALTER TABLE messages ADD COLUMN served_at timestamptz CHECK (served_at IS NULL OR state = 'dead');
ALTER TABLE message_tries DROP CONSTRAINT message_tries_outcome_check;
ALTER TABLE message_tries ADD CONSTRAINT message_tries_outcome_check
    CHECK (outcome IN ('sent', 'again', 'dead', 'resent', 'bounced', 'served'));
