#!/usr/bin/env bash
# Runs once, when the database's volume is empty: makes one database for the
# record and for Temporal, so that one backup holds both at one point in time,
# and a role for each, so that neither can read the other. None of them is a
# superuser. Temporal knows no schema names: its two roles find their tables
# by a search_path of their own.
set -euo pipefail

psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc -v ON_ERROR_STOP=1 \
	-v duban="$DUBAN_DB_PASSWORD" -v temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE duban LOGIN NOINHERIT PASSWORD :'duban';
-- What guards the look-backs that were drawn. The login takes them on for a
-- transaction and has none of their rights otherwise. See duban roles.
CREATE ROLE duban_sealed NOLOGIN;
CREATE ROLE duban_draw NOLOGIN;
CREATE ROLE duban_dispatch NOLOGIN;
GRANT duban_sealed, duban_draw, duban_dispatch TO duban;
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE ROLE temporal_visibility LOGIN PASSWORD :'temporal';

CREATE DATABASE duban OWNER duban;
REVOKE ALL ON DATABASE duban FROM PUBLIC;
GRANT CONNECT ON DATABASE duban TO temporal, temporal_visibility;
ALTER ROLE temporal IN DATABASE duban SET search_path = temporal;
ALTER ROLE temporal_visibility IN DATABASE duban SET search_path = temporal_visibility;

\connect duban
CREATE EXTENSION btree_gin; -- Temporal's indexes want it, its roles may not make it
CREATE SCHEMA temporal AUTHORIZATION temporal;
CREATE SCHEMA temporal_visibility AUTHORIZATION temporal_visibility;
SQL
