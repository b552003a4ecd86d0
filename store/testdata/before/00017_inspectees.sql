-- +goose Up
-- The draws of a campaign's inspectees (双随机), and the requests to draw once
-- more. Nothing here is changed or deleted: whoever doubts a draw makes it again
-- from its record, and a redraw leaves the draw before it where it is.

-- A campaign that was drawn for is drawn for again only when a second person
-- grants it.
CREATE TABLE campaign_draw_requests (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign text NOT NULL REFERENCES campaigns,
    -- What is asked for, as it was sent.
    asked    json NOT NULL,
    reason   text NOT NULL CHECK (reason <> ''),
    author   text NOT NULL REFERENCES accounts,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX campaign_draw_requests_campaign ON campaign_draw_requests (campaign, at);

CREATE TABLE campaign_draws (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign    text NOT NULL REFERENCES campaigns,
    number      int NOT NULL CHECK (number > 0),
    -- All that went in and what came out. As json, not jsonb: it stays as it was
    -- written.
    record      json NOT NULL,
    -- The fingerprint of the record.
    digest      bytea NOT NULL CHECK (octet_length(digest) = 32),
    author      text NOT NULL REFERENCES accounts,
    at          timestamptz NOT NULL DEFAULT now(),
    reason      text NOT NULL DEFAULT '',
    -- Who granted it, and on which request. The first draw needs nobody's grant,
    -- every other one that of somebody else.
    approved_by text REFERENCES accounts CHECK (approved_by <> author),
    UNIQUE (campaign, number),
    CHECK ((number = 1) = (approved_by IS NULL)),
    CHECK (number = 1 OR reason <> '')
);

CREATE TABLE campaign_draw_answers (
    request_id uuid PRIMARY KEY REFERENCES campaign_draw_requests,
    -- The draw that was made when it was granted; NULL when it was not.
    draw_id    uuid UNIQUE REFERENCES campaign_draws,
    reason     text NOT NULL DEFAULT '',
    author     text NOT NULL REFERENCES accounts,
    at         timestamptz NOT NULL DEFAULT now(),
    CHECK (draw_id IS NOT NULL OR reason <> '')
);

CREATE TRIGGER campaign_draw_requests_append_only BEFORE UPDATE OR DELETE ON campaign_draw_requests FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_draw_requests_stay BEFORE TRUNCATE ON campaign_draw_requests EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_draws_append_only BEFORE UPDATE OR DELETE ON campaign_draws FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_draws_stay BEFORE TRUNCATE ON campaign_draws EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_draw_answers_append_only BEFORE UPDATE OR DELETE ON campaign_draw_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_draw_answers_stay BEFORE TRUNCATE ON campaign_draw_answers EXECUTE FUNCTION refuse_change();
