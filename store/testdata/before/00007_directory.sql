-- +goose Up
-- The directory as objects. What a unit said of its region, its area and its
-- category was words, which nothing kept from being written in two ways; now it
-- refers to a row that has a name once.

CREATE TABLE regions (
    -- The code people know it by, such as 610100, or one that was drawn.
    id        text PRIMARY KEY,
    -- One name in the whole tree: a workbook names a region by its name alone.
    name      text NOT NULL UNIQUE,
    -- Deferred, so that a tree is written in any order.
    parent_id text REFERENCES regions DEFERRABLE INITIALLY DEFERRED CHECK (parent_id <> id)
);
CREATE INDEX regions_parent ON regions (parent_id);

CREATE TABLE areas (
    id   text PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE area_officers (
    id         text PRIMARY KEY,
    area_id    text NOT NULL REFERENCES areas,
    account_id text NOT NULL REFERENCES accounts,
    since      date NOT NULL,
    until      date,
    CHECK (until IS NULL OR until >= since)
);
CREATE INDEX area_officers_area ON area_officers (area_id, since);

-- A table of its own and no code table of the policy: which units there are of
-- which kind is a fact of the directory that changes with it, while a policy is
-- law of cases, versioned and approved, and no rule asks for the category yet.
CREATE TABLE unit_categories (
    id   text PRIMARY KEY,
    name text NOT NULL UNIQUE
);

INSERT INTO regions (id, name) SELECT left(replace(gen_random_uuid()::text, '-', ''), 12), name
    FROM (SELECT DISTINCT btrim(region) AS name FROM units) x WHERE name <> '' ORDER BY name;
INSERT INTO areas (id, name) SELECT left(replace(gen_random_uuid()::text, '-', ''), 12), name
    FROM (SELECT DISTINCT btrim(area) AS name FROM units) x WHERE name <> '' ORDER BY name;
INSERT INTO unit_categories (id, name) SELECT left(replace(gen_random_uuid()::text, '-', ''), 12), name
    FROM (SELECT DISTINCT btrim(category) AS name FROM units) x WHERE name <> '' ORDER BY name;

ALTER TABLE units
    ADD COLUMN region_id   text REFERENCES regions,
    ADD COLUMN area_id     text REFERENCES areas,
    ADD COLUMN category_id text REFERENCES unit_categories;
UPDATE units u SET
    region_id   = (SELECT id FROM regions r WHERE r.name = btrim(u.region)),
    area_id     = (SELECT id FROM areas a WHERE a.name = btrim(u.area)),
    category_id = (SELECT id FROM unit_categories c WHERE c.name = btrim(u.category));
-- Two truths would drift apart.
ALTER TABLE units DROP COLUMN region, DROP COLUMN area, DROP COLUMN category;
CREATE INDEX units_region ON units (region_id);
CREATE INDEX units_area ON units (area_id);
CREATE INDEX units_category ON units (category_id);

-- One post of a unit is held by one person at a time. Until now nothing held
-- that: a term that reaches into the next ends the day before it, and of several
-- that begin on one day all but one are set aside under a kind of their own.
UPDATE posts p SET kind = '重复登记' || (n.i - 1) || '：' || p.kind
    FROM (SELECT id, row_number() OVER (PARTITION BY unit_id, kind, since ORDER BY account_id IS NULL, until DESC NULLS FIRST, id) AS i FROM posts) n
    WHERE n.id = p.id AND n.i > 1;
UPDATE posts p SET until = n.next - 1
    FROM (SELECT id, lead(since) OVER (PARTITION BY unit_id, kind ORDER BY since) AS next FROM posts) n
    WHERE n.id = p.id AND n.next <= coalesce(p.until, 'infinity');

-- An exclusion constraint would need an extension that not every server has.
-- Who writes about one unit waits here for the other, so that each sees what the
-- other wrote; the rows are read again because the check may be deferred.
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
