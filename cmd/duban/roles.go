package main

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/store"
)

type rolesCmd struct {
	Login string `help:"Role that Duban logs in with. Defaults to that of --database-url, or duban."`
}

// Run prints the SQL that makes the roles on somebody's own server.
func (c rolesCmd) Run(s *settings) error {
	login := c.Login
	if login == "" && s.DatabaseURL != "" {
		cfg, err := pgx.ParseConfig(s.DatabaseURL)
		if err != nil {
			return errors.New("--database-url cannot be understood") // the error would quote it
		}
		login = cfg.User
	}
	if login == "" {
		login = "duban"
	}
	fmt.Fprint(stdout, "-- 由数据库管理员执行一次，可重复执行。 To be run by somebody who may create roles.\n", store.RolesSQL(login))
	return nil
}
