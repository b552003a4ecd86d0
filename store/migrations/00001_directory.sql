-- +goose Up
-- Who there is: units and where they belong, people and the posts they hold. Stages and
-- the like are text with CHECKs here and below, never ENUMs: an enum cannot lose a
-- value, and its comparison is not leak-proof.

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

-- Lists that are shown whole have a bound, whoever fills them and by whatever door.
-- +goose StatementBegin
CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of text := TG_ARGV[0]; -- the column of whose value a list is; empty for one list
    most bigint := TG_ARGV[1];
    have bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I.%I WHERE ', TG_TABLE_SCHEMA, TG_TABLE_NAME)
        || CASE of WHEN '' THEN 'true' ELSE format('%I = ($1).%I', of, of) END INTO have USING NEW;
    IF have > most THEN
        RAISE EXCEPTION 'more than % rows', most USING ERRCODE = 'program_limit_exceeded', DETAIL = most::text, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- Regions, areas, categories ------------------------------------------------------

-- What names are told apart by, here and below (name_key): as characters.Fold makes
-- them, written beside them by the program.
CREATE TABLE regions (
    -- The code people know it by, such as 610100, or one that was drawn.
    id        text PRIMARY KEY,
    -- One name in the whole tree: a workbook names a region by its name alone.
    name      text NOT NULL UNIQUE,
    name_key  text UNIQUE,
    -- Deferred, so that a tree is written in any order.
    parent_id text REFERENCES regions DEFERRABLE INITIALLY DEFERRED CHECK (parent_id <> id)
);
CREATE INDEX regions_parent ON regions (parent_id);
CREATE TRIGGER regions_bounded AFTER INSERT ON regions FOR EACH ROW EXECUTE FUNCTION bounded('', '5000');

CREATE TABLE areas (
    id       text PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    name_key text UNIQUE
);
CREATE TRIGGER areas_bounded AFTER INSERT ON areas FOR EACH ROW EXECUTE FUNCTION bounded('', '1000');

-- A table of its own and no code table of the policy: which units there are of
-- which kind is a fact of the directory that changes with it, while a policy is
-- law of cases, versioned and approved, and no rule asks for the category.
CREATE TABLE unit_categories (
    id       text PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    name_key text UNIQUE
);
CREATE TRIGGER unit_categories_bounded AFTER INSERT ON unit_categories FOR EACH ROW EXECUTE FUNCTION bounded('', '1000');

-- Units ---------------------------------------------------------------------------

CREATE TABLE units (
    id           text PRIMARY KEY,
    name         text NOT NULL,
    name_key     text,
    code         text NOT NULL DEFAULT '',
    region_id    text REFERENCES regions,
    area_id      text REFERENCES areas,
    category_id  text REFERENCES unit_categories,
    created_at   timestamptz NOT NULL DEFAULT now(),
    abolished_on date
);
CREATE UNIQUE INDEX units_name ON units (name) WHERE abolished_on IS NULL;
CREATE UNIQUE INDEX units_name_key ON units (name_key) WHERE abolished_on IS NULL;
CREATE INDEX units_region ON units (region_id);
CREATE INDEX units_area ON units (area_id);
CREATE INDEX units_category ON units (category_id);

-- What became of units: each change is a dated fact, because old notices keep the
-- old name and statistics are asked for as then and as now.
CREATE TABLE unit_changes (
    id           text PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('rename', 'merge', 'split', 'abolish')),
    unit_id      text NOT NULL REFERENCES units,
    effective_on date NOT NULL,
    old_name     text NOT NULL,
    new_name     text NOT NULL DEFAULT '',
    -- Who takes over the open cases; for a split, one of the parts.
    successor_id text REFERENCES units CHECK (successor_id <> unit_id),
    parts        text[] NOT NULL DEFAULT '{}',
    reason       text NOT NULL,
    author       text NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'rename') = (new_name <> '')),
    CHECK (kind IN ('rename', 'abolish') OR successor_id IS NOT NULL),
    CHECK ((kind = 'split') = (cardinality(parts) > 0))
);
CREATE INDEX unit_changes_unit ON unit_changes (unit_id, effective_on);
CREATE INDEX unit_changes_successor ON unit_changes (successor_id) WHERE successor_id IS NOT NULL;
CREATE TRIGGER unit_changes_append_only BEFORE UPDATE OR DELETE ON unit_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_changes_stay BEFORE TRUNCATE ON unit_changes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unit_changes_bounded AFTER INSERT ON unit_changes FOR EACH ROW EXECUTE FUNCTION bounded('unit_id', '500');

-- People --------------------------------------------------------------------------

CREATE TABLE accounts (
    id          text PRIMARY KEY,
    name        text NOT NULL,
    roles       text[] NOT NULL CHECK (cardinality(roles) > 0),
    unit_id     text REFERENCES units,
    created_at  timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    -- A unit's person has a unit and only a unit's roles; staff have none.
    CHECK ((unit_id IS NOT NULL) = (roles <@ ARRAY['unit_secretary', 'unit_contact']))
);

CREATE TABLE tokens (
    hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    account_id text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX tokens_account ON tokens (account_id);

-- An account is renamed, given roles, disabled and enabled again, by the
-- administrator and with a reason; nobody at the machine's own console is an
-- account. What it was stays on record.
CREATE TABLE account_changes (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id text NOT NULL REFERENCES accounts,
    was        jsonb NOT NULL,
    now        jsonb NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    author     text REFERENCES accounts,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_changes_of ON account_changes (account_id, at);
CREATE TRIGGER account_changes_append_only BEFORE UPDATE OR DELETE ON account_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_changes_stay BEFORE TRUNCATE ON account_changes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_changes_bounded AFTER INSERT ON account_changes FOR EACH ROW EXECUTE FUNCTION bounded('account_id', '1000');

-- Who reads for whom while the other is away.
CREATE TABLE substitutes (
    id         text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts,
    substitute text NOT NULL REFERENCES accounts CHECK (substitute <> account_id),
    since      date NOT NULL,
    until      date NOT NULL CHECK (until >= since),
    author     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX substitutes_account ON substitutes (account_id, until);
CREATE TRIGGER substitutes_bounded AFTER INSERT ON substitutes FOR EACH ROW EXECUTE FUNCTION bounded('account_id', '500');

-- Posts ---------------------------------------------------------------------------

CREATE TABLE posts (
    id         text PRIMARY KEY,
    unit_id    text NOT NULL REFERENCES units,
    kind       text NOT NULL,
    holder     text NOT NULL,
    account_id text REFERENCES accounts,
    since      date NOT NULL,
    until      date,
    CHECK (until IS NULL OR until >= since)
);
CREATE INDEX posts_unit ON posts (unit_id, since);
CREATE TRIGGER posts_bounded AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION bounded('unit_id', '1000');

-- One post of a unit is held by one person at a time. An exclusion constraint would
-- need an extension that not every server has. Who writes about one unit waits here
-- for the other, so that each sees what the other wrote; the rows are read again
-- because the check may be deferred.
-- +goose StatementBegin
CREATE FUNCTION refuse_two_holders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM units WHERE id = NEW.unit_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM posts n JOIN posts p ON p.unit_id = n.unit_id AND p.kind = n.kind AND p.id <> n.id
        WHERE n.id = NEW.id AND p.since <= coalesce(n.until, 'infinity') AND coalesce(p.until, 'infinity') >= n.since) THEN
        RAISE EXCEPTION 'a post has two holders on one day' USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'posts_one_holder';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER posts_one_holder AFTER INSERT OR UPDATE ON posts DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION refuse_two_holders();

CREATE TABLE area_officers (
    id         text PRIMARY KEY,
    area_id    text NOT NULL REFERENCES areas,
    account_id text NOT NULL REFERENCES accounts,
    since      date NOT NULL,
    until      date,
    CHECK (until IS NULL OR until >= since)
);
CREATE INDEX area_officers_area ON area_officers (area_id, since);
CREATE TRIGGER area_officers_bounded AFTER INSERT ON area_officers FOR EACH ROW EXECUTE FUNCTION bounded('area_id', '500');

-- +goose StatementBegin
CREATE FUNCTION refuse_same_officer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM areas WHERE id = NEW.area_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM area_officers n JOIN area_officers o ON o.area_id = n.area_id AND o.account_id = n.account_id AND o.id <> n.id
        WHERE n.id = NEW.id AND o.since <= coalesce(n.until, 'infinity') AND coalesce(o.until, 'infinity') >= n.since) THEN
        RAISE EXCEPTION 'an officer answers for an area twice on one day' USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'area_officers_once';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER area_officers_once AFTER INSERT OR UPDATE ON area_officers DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION refuse_same_officer();

-- Workbooks and mistakes ----------------------------------------------------------

-- Who brought the directory in as a workbook, and what it changed; of one that
-- was refused, the workbook with its errors marked, to be given back for a week.
CREATE TABLE directory_imports (
    id      text PRIMARY KEY,
    author  text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    file    text NOT NULL,
    outcome jsonb,
    marked  bytea,
    CHECK ((outcome IS NULL) <> (marked IS NULL))
);
CREATE INDEX directory_imports_refused ON directory_imports (at) WHERE marked IS NOT NULL;

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

-- What was put into the directory or planned by mistake can be taken away again while
-- nothing refers to it. What it was stays on record, with the reason and who did it.
CREATE TABLE removals (
    id     text PRIMARY KEY,
    kind   text NOT NULL CHECK (kind IN ('unit', 'post', 'region', 'area', 'area_officer', 'unit_category', 'campaign')),
    thing  text NOT NULL,
    -- What it was called, for whoever reads the list, and all that was known of it.
    name   text NOT NULL,
    was    jsonb NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    author text NOT NULL REFERENCES accounts,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX removals_at ON removals (at DESC, id DESC);
CREATE TRIGGER removals_append_only BEFORE UPDATE OR DELETE ON removals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removals_stay BEFORE TRUNCATE ON removals EXECUTE FUNCTION refuse_change();
