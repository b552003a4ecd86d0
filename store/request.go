package store

import (
	"errors"
	"time"

	"duban/lifecycle"
)

// Errors a caller must tell apart. Everything else is the database's trouble.
var (
	// ErrNotFound: no such row, or not this person's to see: the two are the same.
	ErrNotFound = errors.New("not found")
	// ErrStale: the version the caller has seen is not the one before the command.
	ErrStale = errors.New("stale version")
	// ErrKeyReused: the idempotency key stood for another request.
	ErrKeyReused = errors.New("idempotency key reused for another request")
	// ErrBusy: the case stayed locked, or the database was away or refused for
	// now. A later try with the same key is safe and finds out whether this one
	// was written after all.
	ErrBusy = errors.New("busy")
)

// A Request is one command to execute.
type Request struct {
	Actor lifecycle.Actor
	// Key is the caller's idempotency key: the same key with another kind, case or body
	// is ErrKeyReused, by whatever door it came.
	Key string
	// Case is the case's id; empty to open one, whose id then follows from
	// account and key.
	Case string
	// IfMatch is the version the caller has seen, the unit's own version for a
	// unit's person; nil when opening.
	IfMatch *int64
	// ReceivedAt is stamped at the edge after authentication; timeliness is
	// judged by it.
	ReceivedAt time.Time
	Body       lifecycle.CommandBody
	// Once: a finding that is a case already is not opened again.
	Once bool
}

// An Answer is what a command led to. The same request gets the same answer for
// ever.
type Answer struct {
	CommandID string
	Kind      lifecycle.CommandKind
	// Case is the case as the command left it, or found it when refused.
	Case lifecycle.Case
	// Allowed are the commands the person may run next.
	Allowed []lifecycle.CommandKind
	// Refusal is set when the rules turned the command down.
	Refusal  *lifecycle.Refusal
	At       time.Time
	Replayed bool
}

// A Told is what the case's workflow needs to know, and all it ever learns: no
// content, and only the stage the unit may see.
type Told struct {
	Case string `json:"case"`
	// Seq numbers the tellings of the case; only a greater one is news.
	Seq int64 `json:"seq"`
	// AlarmNo grows with every change of the alarm's kind or instant.
	AlarmNo int64 `json:"alarm_no"`
	// FireAt is when the alarm is armed to fire; zero when the case is settled.
	FireAt  time.Time `json:"fire_at,omitzero"`
	Settled bool      `json:"settled,omitempty"`
	// Stage is the stage as the unit sees it; empty while it sees nothing.
	Stage lifecycle.UnitStage `json:"stage,omitempty"`
	// Applied: this call applied the alarm (false: stale or too early).
	Applied bool `json:"applied,omitempty"`
}
