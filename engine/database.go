package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/iancoleman/strcase"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
)

const (
	mainSchema       = "temporal"
	visibilitySchema = "temporal_visibility"

	// A server opens about eight pools. PostgreSQL's own default of 100
	// connections has to hold them all beside the rest of Duban.
	mainConns       = 10
	visibilityConns = 5

	connectLimit = 5 * time.Second
	connLifetime = time.Hour

	// databaseLabel is what Temporal's version tables call the database. It is
	// fixed, so that a copy restored under another name keeps its versions.
	databaseLabel = "duban"
)

// A database is where the engine keeps its schemas.
type database struct{ config *pgx.ConnConfig }

// parseDatabase reads a PostgreSQL URL. The error never quotes it.
func parseDatabase(url string) (database, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return database{}, errors.New("read DATABASE_URL: not a PostgreSQL URL such as postgres://user:password@host:5432/name")
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectLimit
	}
	c.RuntimeParams["application_name"] = "duban-engine"
	return database{config: c}, nil
}

// within returns the configuration of a connection whose unqualified names
// mean the given schema, and nothing else.
func (d database) within(schema string) *pgx.ConnConfig {
	c := d.config.Copy()
	c.RuntimeParams["search_path"] = schema
	return c
}

// store describes the schema to Temporal. The connection is made by us: the
// plugin's own way would rebuild the URL from parts and lose some, a Unix
// socket among them. Temporal connects whenever it needs to, so ctx lends its
// values alone.
func (d database) store(ctx context.Context, schema string, conns int) *config.SQL {
	life := context.WithoutCancel(ctx)
	return &config.SQL{
		PluginName:      postgresql.PluginNamePGX,
		DatabaseName:    databaseLabel,
		ConnectAddr:     "by-connect", // required, and not used beside Connect
		ConnectProtocol: "tcp",        // likewise
		Connect:         func(*config.SQL) (*sqlx.DB, error) { return d.open(life, schema, conns) },
	}
}

// open opens a pool and proves that it works, as Temporal's own connector does.
func (d database) open(ctx context.Context, schema string, conns int) (*sqlx.DB, error) {
	db := sqlx.NewDb(sql.OpenDB(stdlib.GetConnector(*d.within(schema), stdlib.OptionAfterConnect(durationsAsBigint))), "pgx")
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxLifetime(connLifetime)
	db.MapperFunc(strcase.ToSnake) // Temporal's row structs have no db tags
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// durationsAsBigint keeps Temporal's rule that a duration is a bigint of
// nanoseconds; pgx would make it an interval.
func durationsAsBigint(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterDefaultPgType(time.Duration(0), "int8")
	conn.TypeMap().RegisterDefaultPgType((*time.Duration)(nil), "int8")
	return nil
}
