#!/bin/sh
# Makes Temporal's tables, or brings them up to date. May run any number of
# times; must run before a newer Temporal server starts.
set -eu

export SQL_PLUGIN=postgres12_pgx

bring_up_to_date() { # role, name of the schema's files
	temporal-sql-tool --user "$1" setup-schema --version 0.0
	temporal-sql-tool --user "$1" update-schema --schema-name "postgresql/v12/$2"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
