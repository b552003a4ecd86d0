package store_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"duban/internal/pgtest"
	"duban/local"
	"duban/store"
)

// The first release's set of migrations makes the schema that the steps to it made.
func TestTheFirstSchemaIsTheLastOfThoseBefore(t *testing.T) {
	t.Parallel()
	require.Equal(t, schemaOf(t, "testdata/before"), schemaOf(t, "migrations"))
}

// schemaOf is what pg_dump says of the schema that a set of migrations makes, a statement
// an item, in an order of their own: in which order tables and columns stand is no part of it.
func schemaOf(t *testing.T, folder string) []string {
	t.Helper()
	ctx := context.Background()
	url := pgtest.Database(t)
	cfg, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	cfg.RuntimeParams["search_path"] = store.Schema
	db := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(ctx, "CREATE SCHEMA "+store.Schema)
	require.NoError(t, err)
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(folder))
	require.NoError(t, err)
	_, err = p.Up(ctx)
	require.NoError(t, err)
	bin, err := local.FindPostgres()
	require.NoError(t, err)
	super, err := pgx.ParseConfig(pgtest.Server(t).SuperuserURL())
	require.NoError(t, err)
	dumping := exec.CommandContext(ctx, filepath.Join(bin, "pg_dump"), "--schema-only", "--no-owner", "--schema="+store.Schema, "--schema=sealed",
		"--host="+super.Host, "--port="+strconv.Itoa(int(super.Port)), "--username="+super.User, cfg.Database)
	dumping.Env = append(os.Environ(), "PGPASSWORD="+super.Password)
	dump, err := dumping.CombinedOutput()
	require.NoError(t, err, "%s", dump)
	var list []string
	for statement := range strings.SplitSeq(regexp.MustCompile(`(?m)^--.*$|^\\.*$`).ReplaceAllString(string(dump), ""), ";\n") {
		statement = strings.TrimSpace(statement)
		if strings.HasPrefix(statement, "CREATE TABLE ") {
			lines := strings.Split(strings.ReplaceAll(statement, ",\n", "\n"), "\n")
			slices.Sort(lines)
			statement = strings.Join(lines, "\n")
		}
		list = append(list, statement)
	}
	slices.Sort(list)
	require.Greater(t, len(list), 300)
	return list
}
