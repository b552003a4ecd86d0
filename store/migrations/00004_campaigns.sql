-- +goose Up
-- A campaign is the inspection that findings come from; cases name it by its id.

CREATE TABLE campaigns (
    id         text PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    name_key   text UNIQUE,
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
    closed_at  timestamptz,
    -- The first campaign of the same year, scope and theme: this one is its redraw, and
    -- they count as one inspection.
    repeats    text REFERENCES campaigns
);
CREATE INDEX campaigns_year ON campaigns (year, starts_on);
CREATE INDEX campaigns_scope ON campaigns USING gin (scope);

-- A leader may amend a campaign that is under way. What it was stays on record.
CREATE TABLE campaign_changes (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- No reference: what a campaign was outlives it.
    campaign text NOT NULL,
    was      jsonb NOT NULL,
    now      jsonb NOT NULL,
    reason   text NOT NULL CHECK (reason <> ''),
    author   text NOT NULL REFERENCES accounts,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX campaign_changes_of ON campaign_changes (campaign, at);
CREATE TRIGGER campaign_changes_append_only BEFORE UPDATE OR DELETE ON campaign_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_changes_stay BEFORE TRUNCATE ON campaign_changes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_changes_bounded AFTER INSERT ON campaign_changes FOR EACH ROW EXECUTE FUNCTION bounded('campaign', '500');

-- That inspectors of a campaign were in a unit, also when they found nothing.
CREATE TABLE campaign_visits (
    id         text PRIMARY KEY,
    campaign   text NOT NULL REFERENCES campaigns,
    unit_id    text NOT NULL REFERENCES units,
    visited_on date NOT NULL,
    persons    text[] NOT NULL,
    author     text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (campaign, unit_id, visited_on)
);
CREATE INDEX campaign_visits_unit ON campaign_visits (unit_id);
CREATE TRIGGER campaign_visits_append_only BEFORE UPDATE OR DELETE ON campaign_visits FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_visits_stay BEFORE TRUNCATE ON campaign_visits EXECUTE FUNCTION refuse_change();

-- The draws of a campaign's inspectees (双随机), and the requests to draw once
-- more. Nothing here is changed or deleted: whoever doubts a draw makes it again
-- from its record, and a redraw leaves the draw before it where it is.

-- A campaign that was drawn for is drawn for again only when a second person grants
-- it; so is a first draw that leaves units out, or follows one of a campaign it
-- repeats, which need not say why it is drawn anew.
CREATE TABLE campaign_draw_requests (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign text NOT NULL REFERENCES campaigns,
    -- What is asked for, as it was sent.
    asked    json NOT NULL,
    reason   text NOT NULL,
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
    -- Who granted it: somebody else than who drew.
    approved_by text REFERENCES accounts CHECK (approved_by <> author),
    UNIQUE (campaign, number),
    CONSTRAINT campaign_draws_granted CHECK (number = 1 OR approved_by IS NOT NULL),
    CONSTRAINT campaign_draws_check2 CHECK (number = 1 OR reason <> '')
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
CREATE TRIGGER campaign_draw_requests_bounded AFTER INSERT ON campaign_draw_requests FOR EACH ROW EXECUTE FUNCTION bounded('campaign', '200');

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
