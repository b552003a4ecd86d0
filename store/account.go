package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"duban/characters"
	"duban/lifecycle"
)

// An Account is a person who may act.
type Account struct {
	ID        string
	Name      string
	Roles     []lifecycle.Role
	Unit      string
	Disabled  bool
	CreatedAt time.Time
}

// NewAccount is what an account is made from. A unit's person has a unit and
// only a unit's roles; staff have no unit.
type NewAccount struct {
	Name  string
	Roles []lifecycle.Role
	Unit  string
	// Author is who adds it, and why; both empty for the machine's own operator.
	Author, Reason string
}

const selectActors = `SELECT id, name, roles, coalesce(unit_id, '') FROM accounts`

func scanActor(row pgx.CollectableRow) (a lifecycle.Actor, err error) {
	var roles []string
	err = row.Scan(&a.Account, &a.Name, &roles, &a.Unit)
	a.Roles = toRoles(roles)
	return a, err
}

func toRoles(names []string) []lifecycle.Role {
	roles := make([]lifecycle.Role, len(names))
	for i, n := range names {
		roles[i] = lifecycle.Role(n)
	}
	return roles
}

// AddAccount makes an account and its first token, which is shown this once.
// It fails with a *FieldError when roles and unit do not go together.
func (s *Store) AddAccount(ctx context.Context, n NewAccount) (Account, string, error) {
	if err := n.check(); err != nil {
		return Account{}, "", err
	}
	a := Account{ID: newID(), Name: n.Name, Roles: n.Roles, Unit: n.Unit}
	var token string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		token, err = n.add(ctx, tx, &a)
		return err
	})
	if sqlState(err) == stateForeignKey {
		return Account{}, "", &FieldError{Field: "unit", Code: "unknown_unit", ZH: "没有这个单位。", EN: "There is no such unit."}
	}
	if err != nil {
		return Account{}, "", fmt.Errorf("add account: %w", plain(err))
	}
	a.CreatedAt = a.CreatedAt.UTC()
	return a, token, nil
}

// add writes the account and its first token.
func (n NewAccount) add(ctx context.Context, tx pgx.Tx, a *Account) (token string, err error) {
	token = newToken(ctx)
	row := tx.QueryRow(ctx, `INSERT INTO accounts (id, name, roles, unit_id) VALUES ($1, $2, $3, nullif($4, '')) RETURNING created_at`,
		a.ID, a.Name, roleNames(a.Roles), a.Unit)
	if err := row.Scan(&a.CreatedAt); err != nil {
		return "", err
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO tokens (hash, account_id) VALUES ($1, $2)`, hashToken(token), a.ID)
	reason := n.Reason
	if reason == "" {
		reason = "新增账号"
	}
	if err := queueAccountChange(b, a.ID, nil, a.state(), reason, n.Author); err != nil {
		return "", err
	}
	return token, tx.SendBatch(ctx, b).Close()
}

func (n *NewAccount) check() error {
	if err := checkName(&n.Name); err != nil {
		return err
	}
	if len(n.Roles) == 0 {
		return &FieldError{Field: "roles", Code: "required", ZH: "请至少填写一个角色。", EN: "Give at least one role."}
	}
	known := map[lifecycle.Role]bool{}
	for _, r := range lifecycle.Roles() {
		known[r] = true
	}
	for _, r := range n.Roles {
		switch {
		case !known[r]:
			return &FieldError{Field: "roles", Code: "unknown_code", ZH: "没有角色“" + string(r) + "”。", EN: "There is no role " + string(r) + "."}
		case r.OfUnit() != (n.Unit != ""):
			return &FieldError{
				Field: "unit", Code: "role_and_unit", ZH: "单位角色须属于一个单位，工委角色不属于任何单位。",
				EN: "A unit's role needs a unit; a committee's role has none.",
			}
		}
	}
	return nil
}

const selectAccounts = `SELECT id, name, roles, coalesce(unit_id, ''), disabled_at IS NOT NULL, created_at FROM accounts`

func scanAccount(row pgx.CollectableRow) (a Account, err error) {
	var roles []string
	err = row.Scan(&a.ID, &a.Name, &roles, &a.Unit, &a.Disabled, &a.CreatedAt)
	a.Roles, a.CreatedAt = toRoles(roles), a.CreatedAt.UTC()
	return a, err
}

// Account returns one account.
func (s *Store) Account(ctx context.Context, id string) (Account, error) {
	rows, err := s.pool.Query(ctx, selectAccounts+` WHERE id = $1`, id)
	if err != nil {
		return Account{}, fmt.Errorf("read account %s: %w", id, plain(err))
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if err != nil {
		return Account{}, fmt.Errorf("read account %s: %w", id, plain(err))
	}
	return a, nil
}

// Accounts lists accounts in the order of their ids, those after the given one,
// of one unit if it is given.
func (s *Store) Accounts(ctx context.Context, unit, after string, limit int) ([]Account, error) {
	rows, err := s.pool.Query(ctx, selectAccounts+` WHERE id > $1 AND ($2 = '' OR unit_id = $2) ORDER BY id LIMIT $3`, after, unit, limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", plain(err))
	}
	return list, nil
}

// NewToken gives an account another token, shown this once. An account that was
// ended is ErrNotFound like one that never was.
func (s *Store) NewToken(ctx context.Context, account string) (string, error) {
	token := newToken(ctx)
	tag, err := s.pool.Exec(ctx, `INSERT INTO tokens (hash, account_id) SELECT $1, id FROM accounts WHERE id = $2 AND disabled_at IS NULL`,
		hashToken(token), account)
	if err == nil && tag.RowsAffected() == 0 {
		return "", ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("add token: %w", plain(err))
	}
	return token, nil
}

// RevokeTokens ends every token of an account.
func (s *Store) RevokeTokens(ctx context.Context, account string) error {
	if _, err := s.pool.Exec(ctx, `UPDATE tokens SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL`, account); err != nil {
		return fmt.Errorf("revoke tokens: %w", plain(err))
	}
	return nil
}

// Authenticate returns who holds a token. An unknown or revoked token and a
// disabled account are all ErrNotFound.
func (s *Store) Authenticate(ctx context.Context, token string) (lifecycle.Actor, error) {
	rows, err := s.pool.Query(ctx, selectActors+` WHERE disabled_at IS NULL
		AND id = (SELECT account_id FROM tokens WHERE hash = $1 AND revoked_at IS NULL)`, hashToken(token))
	if err != nil {
		return lifecycle.Actor{}, fmt.Errorf("authenticate: %w", plain(err))
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanActor)
	if err != nil {
		return lifecycle.Actor{}, fmt.Errorf("authenticate: %w", plain(err))
	}
	return a, nil
}

// HasAccounts reports whether anybody can log in at all.
func (s *Store) HasAccounts(ctx context.Context) (bool, error) {
	var have bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM accounts)`).Scan(&have)
	return have, plain(err)
}

// tokenPrefix marks a token as Duban's, so that one that leaked is recognised.
const tokenPrefix = "dbn_"

// tokenLength is how many characters of base32 a token has: 130 bits.
const tokenLength = 26

// newToken is 128 bits and more from the system's random source, or, in a request
// that is answered once, as many that can be told to its sender again.
func newToken(ctx context.Context) string {
	if o := onceOf(ctx); o != nil && o.secret != "" {
		return o.token()
	}
	return tokenPrefix + rand.Text()
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// newID is an id for what there are hundreds or thousands of: accounts, units,
// posts, jobs. It is short, because it stands in every event, index and link.
func newID() string { return strings.ToLower(rand.Text()[:12]) }

// maxName is how many characters the name of a person or a unit may have.
const maxName = 100

// checkName takes the blanks off a name and refuses one that is empty, too long
// or may not stand on a line.
func checkName(given *string) *FieldError {
	*given = characters.Trim(*given)
	name := *given
	fault := characters.Line(name)
	switch {
	case name == "":
		return &FieldError{Field: "name", Code: "required", ZH: "请填写名称。", EN: "Give a name."}
	case utf8.RuneCountInString(name) > maxName:
		return &FieldError{Field: "name", Code: "too_long", ZH: "名称最多100字。", EN: "A name may have at most 100 characters."}
	case fault != nil:
		zh, en := fault.Refuse("名称“"+characters.Shown(name)+"”", "The name")
		return &FieldError{Field: "name", Code: "bad_characters", ZH: zh, EN: en}
	}
	return nil
}

// A FieldError is a fault in what somebody asked of the directory.
type FieldError struct {
	Field, Code string
	ZH, EN      string
}

// Error returns the English sentence.
func (e *FieldError) Error() string { return e.EN }
