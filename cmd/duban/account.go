package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"duban/characters"
	"duban/lifecycle"
	"duban/store"
)

type accountCmd struct {
	Add     accountAddCmd     `cmd:"" help:"Add an account and print its first token, once."`
	List    accountListCmd    `cmd:"" help:"List accounts."`
	Token   accountTokenCmd   `cmd:"" help:"Print another token for an account, once."`
	Revoke  accountRevokeCmd  `cmd:"" help:"End every token of an account."`
	Disable accountDisableCmd `cmd:"" help:"End an account."`
}

type accountAddCmd struct {
	Name string   `required:"" help:"The person's name."`
	Role []string `required:"" help:"Role: inspector, officer, head, leader, committee_secretary, lookback, manager, auditor, admin, unit_secretary, unit_contact. May be given several times."`
	Unit string   `help:"The unit of a unit's person: its id or its name."`
}

// Run adds the account.
func (c accountAddCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	n := store.NewAccount{Name: c.Name}
	for _, r := range c.Role {
		if role := lifecycle.Role(r); !slices.Contains(n.Roles, role) {
			n.Roles = append(n.Roles, role)
		}
	}
	if c.Unit != "" {
		unit, err := findUnit(ctx, record, c.Unit)
		if err != nil {
			return err
		}
		n.Unit = unit.ID
	}
	a, token, err := record.AddAccount(ctx, n)
	if err != nil {
		return err
	}
	printLine(stderr, "account %s (%s); its token, shown this once:", a.ID, a.Name)
	fmt.Fprintln(stdout, token)
	if f := characters.Private(a.Name); f != nil {
		printLine(stderr, "姓名的%s，没有相应字库的电脑和打印机显示不出来 / the name has %s, which shows only where the right font is", f.ZH(), f.EN())
	}
	return nil
}

// findUnit finds a unit by id or by name.
func findUnit(ctx context.Context, record *store.Store, idOrName string) (store.Unit, error) {
	u, err := record.Unit(ctx, idOrName)
	if errors.Is(err, store.ErrNotFound) {
		u, err = record.UnitByName(ctx, idOrName)
	}
	if errors.Is(err, store.ErrNotFound) {
		return u, fmt.Errorf("there is no unit %q; duban unit list shows them", idOrName)
	}
	return u, err
}

type accountListCmd struct{}

// Run lists the accounts.
func (accountListCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for after := ""; ; {
		list, err := record.Accounts(ctx, "", after, store.MaxPage)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return w.Flush()
		}
		for _, a := range list {
			state := ""
			if a.Disabled {
				state = "disabled"
			}
			roles := make([]string, len(a.Roles))
			for i, r := range a.Roles {
				roles[i] = string(r)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.ID, strings.Join(roles, ","), state, inLine(a.Name))
			after = a.ID
		}
	}
}

type accountTokenCmd struct {
	Account string `arg:"" help:"The account's id."`
}

// Run makes another token.
func (c accountTokenCmd) Run(ctx context.Context, s *settings) error {
	return withAccount(ctx, s, c.Account, func(record *store.Store) error {
		token, err := record.NewToken(ctx, c.Account)
		if err == nil {
			fmt.Fprintln(stdout, token)
		}
		return err
	})
}

type accountRevokeCmd struct {
	Account string `arg:"" help:"The account's id."`
}

// Run ends the tokens.
func (c accountRevokeCmd) Run(ctx context.Context, s *settings) error {
	return withAccount(ctx, s, c.Account, func(record *store.Store) error { return record.RevokeTokens(ctx, c.Account) })
}

type accountDisableCmd struct {
	Account string   `arg:"" help:"The account's id."`
	Reason  string   `required:"" help:"Why; it stays on record."`
	Taker   []string `help:"Account that takes over a share of what only this one had to do. May be given several times."`
}

// Run ends the account.
func (c accountDisableCmd) Run(ctx context.Context, s *settings) error {
	return withAccount(ctx, s, c.Account, func(record *store.Store) error {
		disabled := true
		e := store.AccountEdit{Account: c.Account, Disabled: &disabled, Reason: c.Reason}
		for _, taker := range c.Taker {
			e.Takers = append(e.Takers, store.AccountTaker{Account: taker})
		}
		_, _, err := record.ChangeAccount(ctx, e)
		return err
	})
}

// withAccount does something to an account that exists.
func withAccount(ctx context.Context, s *settings, id string, do func(*store.Store) error) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	if _, err := record.Account(ctx, id); errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no account %q; duban account list shows them", id)
	} else if err != nil {
		return err
	}
	return do(record)
}
