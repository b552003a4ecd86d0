package dispatch

import (
	"context"
	"errors"

	"duban/store"
)

// ErrEngineAway: the engine could not be reached, does not have the namespace,
// or is too busy; every other call would fail the same way.
var ErrEngineAway = errors.New("engine away")

// An Engine runs the workflows. Its errors wrap ErrEngineAway unless they
// concern the one workflow alone.
type Engine interface {
	// Tell signals the workflow of a case, which it starts if need be.
	Tell(ctx context.Context, told store.Told) error
	// Replace ends the workflow of a case, if there is one, and starts another
	// that begins from the record.
	Replace(ctx context.Context, caseID string) error
	// Recompute starts the workflow of a recomputing job, unless it runs.
	Recompute(ctx context.Context, jobID string) error
	// Import starts the workflow that opens an import's cases, unless it runs.
	Import(ctx context.Context, jobID string) error
	// Notices starts the workflow that drafts or signs a campaign's notices, unless
	// it runs.
	Notices(ctx context.Context, jobID string) error
	// Check reports whether the engine can be used.
	Check(ctx context.Context) error
}

// The states of the engine, as they show in /readyz.
const (
	EngineUnknown = "unknown" // nothing was asked of it yet
	EngineReady   = "ready"
	EngineAway    = "away"
	EngineNone    = "none" // this process was given none
)
