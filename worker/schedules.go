package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"duban/activities"
	"duban/workflows"
)

const (
	ensureEvery = 5 * time.Minute
	leastEnsure = 5 * time.Second

	// jobsEvery is how late a job begins that nobody could start when it was
	// ordered.
	jobsEvery = 5 * time.Minute
	leastJobs = 10 * time.Second
	// jobsLimit ends a run that does not end, so that it does not keep the next from
	// beginning.
	jobsLimit = 12 * time.Hour

	// lookBacksEvery is how late drawn inspectors are told after the hour.
	lookBacksEvery = 5 * time.Minute
	leastLookBacks = 2 * time.Second
	lookBacksLimit = time.Hour

	// messagesEvery is how late a message leaves the house, and messagesJitter by how
	// much more. Without it a Schedule and compressed days may go in step, so that every
	// round comes before the hour at which papers leave, and nothing ever does.
	messagesEvery  = time.Minute
	leastMessages  = time.Second
	messagesJitter = 10 * time.Second
	leastJitter    = 500 * time.Millisecond
	messagesLimit  = time.Hour

	// bouncesEvery is how late it is known that something came back.
	bouncesEvery = 5 * time.Minute
	leastBounces = 2 * time.Second
	bouncesLimit = time.Hour

	// catchUp is how old a missed start may be and still be made up for: the
	// next one does the same work.
	catchUp = time.Minute
)

// A schedule says what the server starts by itself.
type schedule struct {
	id       string
	workflow string
	args     []any
	every    time.Duration
	// jitter is how much later than that a run begins at the most, by chance.
	jitter time.Duration
	// limit ends a run that does not end by itself.
	limit time.Duration
}

// wanted are all Schedules, for legal days compressed by a factor of 1 or less.
func wanted(factor float64) []schedule {
	scale := func(d, least time.Duration) time.Duration {
		return max(time.Duration(float64(d)*factor), least).Round(time.Second)
	}
	return []schedule{
		{
			id: workflows.ScheduleJobs, workflow: workflows.TypeJobs,
			every: scale(jobsEvery, leastJobs), limit: jobsLimit,
		},
		{
			id: workflows.ScheduleLookBacks, workflow: workflows.TypeLookBacks,
			every: scale(lookBacksEvery, leastLookBacks), limit: lookBacksLimit,
		},
		{
			id: workflows.ScheduleMessages, workflow: workflows.TypeMessages,
			every: scale(messagesEvery, leastMessages), limit: messagesLimit,
			jitter: max(time.Duration(float64(messagesJitter)*factor), leastJitter),
		},
		{
			id: workflows.ScheduleBounces, workflow: workflows.TypeBounces, args: []any{activities.BouncesInput{}},
			every: scale(bouncesEvery, leastBounces), limit: bouncesLimit,
		},
	}
}

// schedules sees to it that the Schedules are there and as they should be.
type schedules struct {
	client client.Client
	record Record
	every  time.Duration
	log    *slog.Logger
}

// keep looks after the Schedules now and then again and again, until ctx ends.
func (s schedules) keep(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		factor := s.factor(ctx)
		err := s.ensure(ctx, wanted(factor))
		if err != nil && !failing && ctx.Err() == nil {
			s.log.WarnContext(ctx, "schedules are not as they should be; tried again", slog.Any("error", err))
		}
		failing = err != nil
		pause := s.every
		if pause <= 0 {
			pause = max(time.Duration(float64(ensureEvery)*factor), leastEnsure)
		}
		if failing {
			pause = min(pause, lastPause)
		}
		sleep(ctx, pause)
	}
}

// factor is how much legal days are compressed; 1 when the record does not say.
func (s schedules) factor(ctx context.Context) float64 {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	beat, err := s.record.HeartbeatEvery(ctx)
	if err != nil || beat <= 0 {
		return 1
	}
	return min(1, float64(beat)/float64(time.Minute))
}

func (s schedules) ensure(ctx context.Context, all []schedule) error {
	errs := []error{s.expect(ctx, all)}
	for _, one := range all {
		if err := s.ensureOne(ctx, one); err != nil {
			errs = append(errs, fmt.Errorf("ensure schedule %s: %w", one.id, err))
		}
	}
	return errors.Join(errs...)
}

// expect tells the record how often each of them begins a round.
func (s schedules) expect(ctx context.Context, all []schedule) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	every := make(map[string]time.Duration, len(all))
	for _, one := range all {
		every[one.id] = one.every + one.jitter
	}
	return s.record.ExpectRounds(ctx, every)
}

// ensureOne makes the Schedule if it is missing and updates it if it differs. One
// that was paused goes on when it is missed: see Mend.
func (s schedules) ensureOne(ctx context.Context, want schedule) error {
	ctx, cancel := context.WithTimeout(ctx, 2*callLimit)
	defer cancel()
	handle := s.client.ScheduleClient().GetHandle(ctx, want.id)
	have, err := handle.Describe(ctx)
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return s.create(ctx, want)
	case err != nil:
		return err
	case want.is(have.Schedule):
		return nil
	}
	s.log.InfoContext(ctx, "update schedule", slog.String("schedule", want.id))
	return handle.Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			next := in.Description.Schedule
			next.Action, next.Spec, next.Policy = want.action(), want.spec(), want.policy()
			return &client.ScheduleUpdate{Schedule: &next}, nil
		},
	})
}

func (s schedules) create(ctx context.Context, want schedule) error {
	s.log.InfoContext(ctx, "create schedule", slog.String("schedule", want.id))
	_, err := s.client.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: want.id, Spec: *want.spec(), Action: want.action(),
		Overlap: want.policy().Overlap, CatchupWindow: want.policy().CatchupWindow,
	})
	if errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return nil // another worker was quicker
	}
	return err
}

func (w schedule) spec() *client.ScheduleSpec {
	return &client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: w.every}}, Jitter: w.jitter}
}

func (w schedule) policy() *client.SchedulePolicies {
	return &client.SchedulePolicies{Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: catchUp}
}

func (w schedule) action() *client.ScheduleWorkflowAction {
	return &client.ScheduleWorkflowAction{
		ID: w.id, Workflow: w.workflow, Args: w.args, TaskQueue: workflows.TaskQueue, WorkflowExecutionTimeout: w.limit,
	}
}

// is reports whether a Schedule that is there does what it should.
func (w schedule) is(have client.Schedule) bool {
	action, ok := have.Action.(*client.ScheduleWorkflowAction)
	if !ok || have.Spec == nil || have.Policy == nil {
		return false
	}
	spec := have.Spec
	return action.ID == w.id && action.Workflow == w.workflow && action.TaskQueue == workflows.TaskQueue &&
		action.WorkflowExecutionTimeout == w.limit && len(action.Args) == len(w.args) &&
		len(spec.Intervals) == 1 && spec.Intervals[0] == client.ScheduleIntervalSpec{Every: w.every} &&
		len(spec.Calendars) == 0 && len(spec.CronExpressions) == 0 && len(spec.Skip) == 0 && spec.Jitter == w.jitter &&
		spec.StartAt.IsZero() && spec.EndAt.IsZero() && *have.Policy == *w.policy()
}
