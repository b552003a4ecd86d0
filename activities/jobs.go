package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"duban/store"
)

// recomputePage is how many cases one Recompute brings up to date.
const recomputePage = 200

// importPage is how many rows one Import opens: a second's work, so that the
// progress shows and little is looked at twice.
const importPage = 100

// noticesPage is how many notices one Notices drafts or signs.
const noticesPage = 50

// A JobInput names a job that an authorised command wrote.
type JobInput struct {
	Job string `json:"job"`
}

// Progress says how far a job came.
type Progress struct {
	Done int  `json:"done"`
	More bool `json:"more,omitempty"`
}

// A JobList names jobs.
type JobList struct {
	// Jobs are the recomputing ones.
	Jobs    []string `json:"jobs,omitempty"`
	Imports []string `json:"imports,omitempty"`
	Notices []string `json:"notices,omitempty"`
}

// Recompute brings a page of cases that are older than the calendar in force
// up to it. It fails with a code.
func (a *Activities) Recompute(ctx context.Context, in JobInput) (p Progress, err error) {
	defer a.guard(ctx, "recompute", in.Job, &err)
	p.Done, p.More, err = a.record.Recompute(ctx, in.Job, recomputePage)
	if err != nil {
		return Progress{}, err
	}
	return p, nil
}

// Import opens the cases of a page of an import's rows. It fails with a code;
// what was opened until then stays opened.
func (a *Activities) Import(ctx context.Context, in JobInput) (p Progress, err error) {
	defer a.guard(ctx, "import", in.Job, &err)
	p.Done, p.More, err = a.record.OpenImport(ctx, in.Job, importPage, beat(ctx))
	if err != nil {
		return Progress{}, err
	}
	return p, nil
}

// Notices drafts or signs a page of a campaign's notices. It fails with a code;
// what was done until then stays done.
func (a *Activities) Notices(ctx context.Context, in JobInput) (p Progress, err error) {
	defer a.guard(ctx, "notices", in.Job, &err)
	p.Done, p.More, err = a.record.RunNotices(ctx, in.Job, noticesPage, beat(ctx))
	if err != nil {
		return Progress{}, err
	}
	return p, nil
}

// beat tells the engine that the activity lives.
func beat(ctx context.Context) func() {
	if !activity.IsActivity(ctx) {
		return func() {}
	}
	return func() { activity.RecordHeartbeat(ctx) }
}

// RecomputeJobs lists the jobs that are not done. It fails with a code.
func (a *Activities) RecomputeJobs(ctx context.Context) (list JobList, err error) {
	defer a.guard(ctx, "recompute_jobs", "", &err)
	open, err := a.record.OpenJobs(ctx)
	if err != nil {
		return JobList{}, err
	}
	for _, job := range open {
		switch job.Kind {
		case store.KindRecompute, store.KindSucceed, store.KindOffer, store.KindPassOn:
			list.Jobs = append(list.Jobs, job.ID)
		case store.KindImport:
			list.Imports = append(list.Imports, job.ID)
		case store.KindNotices:
			list.Notices = append(list.Notices, job.ID)
		}
	}
	return list, nil
}
