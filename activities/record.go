package activities

import (
	"context"
	"time"

	"duban/store"
)

// Told is all a workflow ever learns of a case.
type Told = store.Told

// Cases is what the record does for the workflow of one case.
type Cases interface {
	// Alarm applies the alarm if it is that one and due, and returns the state
	// of the case in any case. A case that is not there is store.ErrNotFound.
	Alarm(ctx context.Context, caseID string, alarmNo int64) (store.Told, error)
	// Told returns the state of the case.
	Told(ctx context.Context, caseID string) (store.Told, error)
	// TellingDone forgets what was told of the case up to seq.
	TellingDone(ctx context.Context, caseID string, seq int64) error
}

// Jobs is what the record does for work on many cases that somebody ordered.
type Jobs interface {
	// Recompute brings at most limit cases to the calendar in force.
	Recompute(ctx context.Context, jobID string, limit int) (done int, more bool, err error)
	// OpenImport opens the cases of at most limit rows of an import, and calls
	// beat after each.
	OpenImport(ctx context.Context, jobID string, limit int, beat func()) (done int, more bool, err error)
	// RunNotices drafts or signs at most limit notices of a campaign, and calls
	// beat after each.
	RunNotices(ctx context.Context, jobID string, limit int, beat func()) (done int, more bool, err error)
	// OpenJobs lists the jobs that are not done, oldest first.
	OpenJobs(ctx context.Context) ([]store.Job, error)
}

// LookBacks is what the record does on the morning of a drawn day.
type LookBacks interface {
	// DispatchLookBacks tells the inspectors who were drawn for today.
	DispatchLookBacks(ctx context.Context, now time.Time) error
}

// Record is what the activities need of the record.
type Record interface {
	Cases
	Jobs
	LookBacks
}
