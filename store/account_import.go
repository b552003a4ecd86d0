package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// An AccountRow is what a row of a workbook changes: an account that there is, or a new
// one, which has no id yet.
type AccountRow struct {
	Row      int               `json:"row"`
	Account  string            `json:"account,omitempty"`
	Name     *string           `json:"name,omitempty"`
	Roles    *[]lifecycle.Role `json:"roles,omitempty"`
	Unit     string            `json:"unit,omitempty"`
	Disabled *bool             `json:"disabled,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Takers   []string          `json:"takers,omitempty"`
	// Was is the account as the check found it.
	Was *AccountState `json:"was,omitempty"`
	// ZH says it in words.
	ZH string `json:"zh"`
}

// An AccountImport is a workbook of accounts that was checked.
type AccountImport struct {
	ID, Author, File string
	At               time.Time
	Rows             []AccountRow
	// ConfirmedBy and ConfirmedAt are empty until it was confirmed.
	ConfirmedBy string
	ConfirmedAt *time.Time
}

// An AccountPlan is what a workbook asks for.
type AccountPlan struct {
	Rows []AccountRow
	// Refuse keeps what the record has against a row, and Marked gives the workbook back
	// with everything that is wrong with it; nil when nothing is.
	Refuse func(row int, err error)
	Marked func() ([]byte, error)
}

// errChecked ends the try of a check, whose changes are not kept.
var errChecked = errors.New("checked")

// CheckAccounts holds a workbook against the accounts and keeps what it would change,
// having tried it all. Where something is wrong, what it returns has no rows, and the
// workbook is kept with its errors marked. The id is empty when there is nothing to change.
func (s *Store) CheckAccounts(ctx context.Context, by lifecycle.Actor, file string, decide func(have []Account, units []DirectoryUnit) (AccountPlan, error)) (AccountImport, error) {
	made := AccountImport{Author: by.Account, File: file}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, accountsLock); err != nil {
			return err
		}
		have, err := collectAccounts(ctx, tx)
		if err != nil {
			return err
		}
		d, err := readDirectory(ctx, tx)
		if err != nil {
			return err
		}
		p, err := decide(have, d.Units)
		if err != nil {
			return err
		}
		for i := range p.Rows {
			if at := slices.IndexFunc(have, func(a Account) bool { return a.ID == p.Rows[i].Account }); at >= 0 {
				was := have[at].state()
				p.Rows[i].Was = &was
			}
		}
		if err := tryAccounts(ctx, tx, by, p); err != nil {
			return err
		}
		marked, err := p.Marked()
		if err != nil || marked == nil && len(p.Rows) == 0 {
			return err
		}
		var edits []byte
		if marked == nil {
			if edits, err = json.Marshal(p.Rows); err != nil {
				return err
			}
			made.Rows = p.Rows
		}
		made.ID = newID()
		if _, err := tx.Exec(ctx, `DELETE FROM account_imports WHERE marked IS NOT NULL AND at < now() - $1::interval`, interval(refusedKept)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM account_imports WHERE id IN (SELECT id FROM account_imports WHERE author = $1 AND marked IS NOT NULL ORDER BY at DESC, id OFFSET $2)`, by.Account, maxRefused-1); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO account_imports (id, author, file, edits, marked) VALUES ($1, $2, $3, $4, $5) RETURNING at`,
			made.ID, made.Author, made.File, edits, marked).Scan(&made.At)
	})
	if err != nil {
		return AccountImport{}, fmt.Errorf("check accounts: %w", plain(err))
	}
	return made, nil
}

func collectAccounts(ctx context.Context, tx pgx.Tx) ([]Account, error) {
	rows, err := tx.Query(ctx, selectAccounts+` ORDER BY unit_id IS NOT NULL, name COLLATE "C", id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanAccount)
}

// tryAccounts makes every change, to find out what the rules have against it, and takes
// them all back.
func tryAccounts(ctx context.Context, tx pgx.Tx, by lifecycle.Actor, p AccountPlan) error {
	err := pgx.BeginFunc(ctx, tx, func(all pgx.Tx) error {
		for _, row := range inTurn(p.Rows) {
			err := pgx.BeginFunc(ctx, all, func(one pgx.Tx) error {
				_, err := row.apply(ctx, one, by)
				return err
			})
			if err == nil {
				continue
			}
			if !isAsked(err) {
				return err
			}
			p.Refuse(row.Row, err)
		}
		return errChecked
	})
	if errors.Is(err, errChecked) {
		return nil
	}
	return err
}

// isAsked: the error is about what was asked.
func isAsked(err error) bool {
	if _, ok := errors.AsType[*FieldError](err); ok {
		return true
	}
	_, ok := errors.AsType[*lifecycle.Refusal](err)
	return ok
}

// inTurn has those who come before those who go, so that who takes over is there, and an
// administrator too.
func inTurn(rows []AccountRow) []AccountRow {
	turn := func(r AccountRow) int {
		switch {
		case r.Account == "":
			return 0
		case r.Disabled != nil && *r.Disabled:
			return 3
		case r.Was != nil && r.Roles != nil && slices.ContainsFunc(r.Was.Roles, func(role lifecycle.Role) bool { return !slices.Contains(*r.Roles, role) }):
			return 2
		}
		return 1
	}
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b AccountRow) int { return cmp.Compare(turn(a), turn(b)) })
	return sorted
}

// apply makes the change of a row.
func (r AccountRow) apply(ctx context.Context, tx pgx.Tx, by lifecycle.Actor) (job string, err error) {
	if r.Account == "" {
		return "", r.add(ctx, tx, by)
	}
	e := AccountEdit{Account: r.Account, Name: r.Name, Roles: r.Roles, Disabled: r.Disabled, Reason: r.Reason, By: by}
	for _, taker := range r.Takers {
		e.Takers = append(e.Takers, AccountTaker{Account: taker})
	}
	_, job, err = e.apply(ctx, tx)
	return job, err
}

// add makes a new account without a token: that is given to its person by itself.
func (r AccountRow) add(ctx context.Context, tx pgx.Tx, by lifecycle.Actor) error {
	n := NewAccount{Name: *r.Name, Roles: *r.Roles, Unit: r.Unit}
	if err := n.check(); err != nil {
		return err
	}
	a := Account{ID: newID(), Name: n.Name, Roles: n.Roles, Unit: n.Unit}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO accounts (id, name, roles, unit_id) VALUES ($1, $2, $3, nullif($4, ''))`, a.ID, a.Name, roleNames(a.Roles), a.Unit)
	reason := r.Reason
	if reason == "" {
		reason = "新增账号"
	}
	if err := queueAccountChange(b, a.ID, nil, a.state(), reason, by.Account); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

const selectAccountImports = `SELECT id, author, file, at, edits, coalesce(confirmed_by, ''), confirmed_at FROM account_imports WHERE edits IS NOT NULL`

func scanAccountImport(row pgx.CollectableRow) (i AccountImport, err error) {
	err = row.Scan(&i.ID, &i.Author, &i.File, &i.At, &i.Rows, &i.ConfirmedBy, &i.ConfirmedAt)
	return i, err
}

// AccountImport returns a workbook that was checked.
func (s *Store) AccountImport(ctx context.Context, id string) (AccountImport, error) {
	rows, err := s.pool.Query(ctx, selectAccountImports+` AND id = $1`, id)
	if err != nil {
		return AccountImport{}, fmt.Errorf("read import of accounts %s: %w", id, plain(err))
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanAccountImport)
	if err != nil {
		return AccountImport{}, fmt.Errorf("read import of accounts %s: %w", id, plain(err))
	}
	return i, nil
}

// ConfirmAccounts makes every change that was checked, or none. What was changed since
// the check is refused, to be looked at again. The jobs pass on what people leave.
func (s *Store) ConfirmAccounts(ctx context.Context, id string, by lifecycle.Actor) (i AccountImport, jobs []string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, accountsLock); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectAccountImports+` AND id = $1 FOR UPDATE`, id)
		if err != nil {
			return err
		}
		if i, err = pgx.CollectExactlyOneRow(rows, scanAccountImport); err != nil {
			return err
		}
		if i.ConfirmedAt != nil {
			return &FieldError{Field: "", Code: "confirmed_already", ZH: "这份账号表已经确认，账号已按其修改。", EN: "The workbook was confirmed already, and its changes were made."}
		}
		have, err := collectAccounts(ctx, tx)
		if err != nil {
			return err
		}
		for _, row := range inTurn(i.Rows) {
			if row.Was != nil {
				at := slices.IndexFunc(have, func(a Account) bool { return a.ID == row.Account })
				if now := have[at].state(); now.Name != row.Was.Name || now.Disabled != row.Was.Disabled || !slices.Equal(now.Roles, row.Was.Roles) {
					return &FieldError{
						Field: "", Code: "changed_meanwhile", ZH: fmt.Sprintf("第%d行的账号“%s”在检查之后已被修改。请重新导出账号表，核对后再上传。", row.Row, row.Was.Name),
						EN: "An account was changed since the workbook was checked; export the accounts again.",
					}
				}
			}
			job, err := row.apply(ctx, tx, by)
			if err != nil {
				return row.at(err)
			}
			if job != "" {
				jobs = append(jobs, job)
			}
		}
		i.ConfirmedBy = by.Account
		return tx.QueryRow(ctx, `UPDATE account_imports SET confirmed_by = $2, confirmed_at = now() WHERE id = $1 RETURNING confirmed_at`, id, by.Account).Scan(&i.ConfirmedAt)
	})
	if err != nil {
		return AccountImport{}, nil, accountFailed("confirm import of", id, err)
	}
	return i, jobs, nil
}

// at says of which row an error is.
func (r AccountRow) at(err error) error {
	where := fmt.Sprintf("第%d行：", r.Row)
	if field, ok := errors.AsType[*FieldError](err); ok {
		return &FieldError{Field: "", Code: field.Code, ZH: where + field.ZH, EN: fmt.Sprintf("Row %d: %s", r.Row, field.EN)}
	}
	if refusal, ok := errors.AsType[*lifecycle.Refusal](err); ok {
		at := *refusal
		at.ZH, at.EN = where+at.ZH, fmt.Sprintf("Row %d: %s", r.Row, at.EN)
		return &at
	}
	return err
}

// AllAccounts lists every account, for the workbook, with the units.
func (s *Store) AllAccounts(ctx context.Context) (have []Account, units []DirectoryUnit, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		d, err := readDirectory(ctx, tx)
		if err != nil {
			return err
		}
		units = d.Units
		have, err = collectAccounts(ctx, tx)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list all accounts: %w", plain(err))
	}
	return have, units, nil
}

// MarkedAccounts returns a refused workbook with its errors marked, and what the file
// was called.
func (s *Store) MarkedAccounts(ctx context.Context, id string) (file string, marked []byte, err error) {
	if err := s.pool.QueryRow(ctx, `SELECT file, marked FROM account_imports WHERE id = $1 AND marked IS NOT NULL`, id).Scan(&file, &marked); err != nil {
		return "", nil, fmt.Errorf("read refused accounts %s: %w", id, plain(err))
	}
	return file, marked, nil
}
