-- +goose Up
-- What was drawn for a look-back waits here, under the seal, until the inspectors
-- stand in the room. The schema belongs to a role of its own; the login has no
-- right in it until a transaction takes one of the roles on (store/roles.go).
CREATE SCHEMA sealed AUTHORIZATION duban_sealed;
SET LOCAL ROLE duban_sealed;

-- One plan, encrypted, under a tag that only the key and the drawn day give. There
-- is no date, no order and no instant in it, and every plan is as long as another.
CREATE TABLE sealed.plans (
    due_tag bytea PRIMARY KEY CHECK (octet_length(due_tag) = 16),
    plan    bytea NOT NULL,
    case_id uuid NOT NULL,
    number  int NOT NULL CHECK (number > 0)
);

-- Who could have been drawn, and what kept some out: what a commitment's roster
-- is compared with after the arrival.
CREATE TABLE sealed.rosters (
    case_id uuid NOT NULL,
    number  int NOT NULL,
    roster  json NOT NULL,
    PRIMARY KEY (case_id, number)
);

-- How often people were drawn, encrypted, in one row.
CREATE TABLE sealed.load (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    load bytea
);
INSERT INTO sealed.load DEFAULT VALUES;

-- Up to which day a case was asked about, so that each day is asked once.
CREATE TABLE sealed.asked (
    case_id uuid PRIMARY KEY,
    number  int NOT NULL,
    through date NOT NULL
);

-- What inspectors were told on the morning of the day, under a number that says
-- nothing.
CREATE TABLE sealed.tasks (
    task    text PRIMARY KEY,
    case_id uuid NOT NULL,
    number  int NOT NULL,
    told_at timestamptz NOT NULL,
    told    text[] NOT NULL,
    UNIQUE (case_id, number)
);
CREATE INDEX tasks_told ON sealed.tasks USING gin (told);

-- Nobody may read the plans; who shows the tag of a day gets what is due on it.
CREATE FUNCTION sealed.due(tags bytea[]) RETURNS TABLE (due_tag bytea, case_id uuid, number int, plan bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
$$ SELECT p.due_tag, p.case_id, p.number, p.plan FROM sealed.plans p WHERE p.due_tag = ANY(tags) $$;

-- What is laid open in the record need not lie here.
CREATE FUNCTION sealed.forget(tags bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS
$$ DELETE FROM sealed.plans p WHERE p.due_tag = ANY(tags) $$;

-- A roster is shown when its plan is laid open.
CREATE FUNCTION sealed.roster(of uuid, draw int) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
$$ SELECT r.roster FROM sealed.rosters r WHERE r.case_id = of AND r.number = draw
     AND NOT EXISTS (SELECT FROM sealed.plans p WHERE p.case_id = of AND p.number = draw) $$;

REVOKE ALL ON FUNCTION sealed.due(bytea[]), sealed.forget(bytea[]), sealed.roster(uuid, int) FROM PUBLIC;
-- Usage lets a statement be prepared before the role is taken on; rights in tables
-- and functions are looked at when it is run.
GRANT USAGE ON SCHEMA sealed TO PUBLIC;
GRANT INSERT ON sealed.plans, sealed.rosters TO duban_draw;
GRANT SELECT, UPDATE ON sealed.load TO duban_draw;
GRANT EXECUTE ON FUNCTION sealed.due(bytea[]), sealed.forget(bytea[]), sealed.roster(uuid, int) TO duban_dispatch;
GRANT SELECT, INSERT ON sealed.tasks TO duban_dispatch;
GRANT SELECT, INSERT, UPDATE ON sealed.asked TO duban_dispatch;
RESET ROLE;
