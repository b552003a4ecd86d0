package workflows_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"duban/store"
)

// errAway is what a driver says when its database is away.
var errAway = errors.New("dial tcp 127.0.0.1:5432: connect: connection refused")

// A record is one case in memory, which a script moves on.
type record struct {
	mu sync.Mutex
	// told answers how the case stands, alarm what passing an alarm leads to.
	told    func() (store.Told, error)
	alarm   func(alarmNo int64) (store.Told, error)
	jobs    []string
	imports []string
	// recompute answers the n-th page, from 1.
	recompute func(job string, page int) (more bool, err error)

	asked     []int64
	pages     map[string]int
	forgotten []int64
}

func (r *record) Alarm(_ context.Context, _ string, alarmNo int64) (store.Told, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, alarmNo)
	return r.alarm(alarmNo)
}

func (r *record) Told(context.Context, string) (store.Told, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told()
}

func (r *record) TellingDone(_ context.Context, _ string, seq int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgotten = append(r.forgotten, seq)
	return nil
}

func (r *record) Recompute(_ context.Context, job string, limit int) (int, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pages == nil {
		r.pages = map[string]int{}
	}
	r.pages[job]++
	more, err := r.recompute(job, r.pages[job])
	return limit, more, err
}

func (r *record) OpenImport(ctx context.Context, job string, limit int, _ func()) (int, bool, error) {
	return r.Recompute(ctx, job, limit)
}

func (r *record) DispatchLookBacks(context.Context, time.Time) error { return nil }

func (r *record) RunNotices(ctx context.Context, job string, limit int, _ func()) (int, bool, error) {
	return r.Recompute(ctx, job, limit)
}

func (r *record) OpenJobs(context.Context) ([]store.Job, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	jobs := []store.Job{{ID: "not ours", Kind: "another"}}
	for _, id := range r.jobs {
		jobs = append(jobs, store.Job{ID: id, Kind: store.KindRecompute})
	}
	for _, id := range r.imports {
		jobs = append(jobs, store.Job{ID: id, Kind: store.KindImport})
	}
	return jobs, nil
}
