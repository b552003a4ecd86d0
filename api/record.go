package api

import (
	"context"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// A Doer runs commands: it records and tells.
type Doer interface {
	Do(ctx context.Context, r store.Request) (store.Answer, error)
}

// A Record is what the API reads and the directory it keeps.
type Record interface {
	Gate
	Cases
	Directory
	Force
}

// A Gate knows who comes, and whether the record can be reached.
type Gate interface {
	// Authenticate fails with store.ErrNotFound when nobody holds the token.
	Authenticate(ctx context.Context, token string) (lifecycle.Actor, error)
	// Ready fails when commands cannot be recorded now.
	Ready(ctx context.Context) (store.Readiness, error)
}

// Cases reads cases as one person may see them. What that person may not see
// is store.ErrNotFound.
type Cases interface {
	Case(ctx context.Context, a lifecycle.Actor, id string) (store.CaseView, error)
	Cases(ctx context.Context, a lifecycle.Actor, f store.Filter) (store.Page, error)
	Counts(ctx context.Context, a lifecycle.Actor) (store.Counts, error)
	Events(ctx context.Context, a lifecycle.Actor, id string, after int64, limit int) ([]store.EventView, error)
	// CaseFile holds more than a unit may know; documents pick from it.
	CaseFile(ctx context.Context, a lifecycle.Actor, id string) (store.CaseFile, error)
	Deadline(ctx context.Context, a lifecycle.Actor, id string) ([]store.DeadlineView, error)
	Tasks(ctx context.Context, a lifecycle.Actor, after string, limit int) (store.TaskPage, error)
	Receipt(ctx context.Context, a lifecycle.Actor, commandID string) (store.Answer, error)
}

// A Directory keeps units, posts and accounts. A fault in what was asked is a
// *store.FieldError.
type Directory interface {
	Units(ctx context.Context, text, after string, limit int) ([]store.Unit, error)
	Unit(ctx context.Context, id string) (store.Unit, error)
	AddUnit(ctx context.Context, u store.Unit) (store.Unit, error)
	Posts(ctx context.Context, unit string) ([]store.Post, error)
	AddPost(ctx context.Context, p store.Post) (store.Post, error)
	Accounts(ctx context.Context, unit, after string, limit int) ([]store.Account, error)
	AddAccount(ctx context.Context, n store.NewAccount) (store.Account, string, error)
	DisableAccount(ctx context.Context, id string) error
	NewToken(ctx context.Context, account string) (string, error)
	RevokeTokens(ctx context.Context, account string) error
}

// Force is the data in force.
type Force interface {
	CalendarInForce(ctx context.Context) (*calendar.Calendar, error)
	PolicyInForce(ctx context.Context) (*policy.Policy, int, calendar.Timeline, error)
}
