-- +goose Up
-- What tells a drawn team on its morning is nobody else's to read until the record
-- says that it was told (ADR 23). Until then it is there for the dispatcher's role
-- alone: the login, which owns these tables, finds no such row, and neither does a
-- later migration.
ALTER TABLE mailings DROP CONSTRAINT mailings_kind_check;
ALTER TABLE mailings
    ADD CONSTRAINT mailings_kind_check CHECK (kind IN ('paper', 'digest', 'alert', 'task')),
    ADD COLUMN sealed boolean NOT NULL DEFAULT false CHECK (NOT sealed OR kind = 'task');
-- As its mailing is.
ALTER TABLE messages ADD COLUMN sealed boolean NOT NULL DEFAULT false;

ALTER TABLE mailings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE message_tries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE bounces ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON mailings USING (NOT sealed);
CREATE POLICY everybody ON messages USING (NOT sealed);
CREATE POLICY everybody ON message_tries USING (EXISTS (SELECT FROM messages m WHERE m.id = message_id));
CREATE POLICY everybody ON bounces USING (EXISTS (SELECT FROM messages m WHERE m.id = message_id));
CREATE POLICY dispatcher ON mailings TO duban_dispatch USING (true);
CREATE POLICY dispatcher ON messages TO duban_dispatch USING (true);
CREATE POLICY dispatcher ON message_tries TO duban_dispatch USING (true);
CREATE POLICY dispatcher ON bounces TO duban_dispatch USING (true);

-- Whoever sends, marks and reads what came back does so in that role, which reads
-- nothing else of the record.
GRANT USAGE ON SCHEMA duban TO duban_dispatch;
GRANT SELECT, INSERT ON mailings, messages, message_tries, bounces TO duban_dispatch;
GRANT UPDATE (sealed) ON mailings TO duban_dispatch;
GRANT UPDATE ON messages TO duban_dispatch;
