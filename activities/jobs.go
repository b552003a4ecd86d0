package activities

import (
	"context"

	"duban/store"
)

// recomputePage is how many cases one Recompute brings up to date.
const recomputePage = 200

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
	Jobs []string `json:"jobs,omitempty"`
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

// RecomputeJobs lists the recomputing jobs that are not done. It fails with a
// code.
func (a *Activities) RecomputeJobs(ctx context.Context) (list JobList, err error) {
	defer a.guard(ctx, "recompute_jobs", "", &err)
	open, err := a.record.OpenJobs(ctx)
	if err != nil {
		return JobList{}, err
	}
	for _, job := range open {
		if job.Kind == store.KindRecompute || job.Kind == store.KindSucceed {
			list.Jobs = append(list.Jobs, job.ID)
		}
	}
	return list, nil
}
