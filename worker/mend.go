package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

// Mend has the Schedules of these ids go again, whose rounds do not begin: it makes
// them when they are missing, sets them right, lets them go on when somebody paused
// them, and has each begin a round at once, unless one is under way.
func (w *Worker) Mend(ctx context.Context, ids []string) error {
	s := w.schedules
	var errs []error
	for _, one := range wanted(s.factor(ctx)) {
		if !slices.Contains(ids, one.id) {
			continue
		}
		if err := s.mend(ctx, one); err != nil {
			errs = append(errs, fmt.Errorf("mend schedule %s: %w", one.id, err))
		}
	}
	return errors.Join(errs...)
}

func (s schedules) mend(ctx context.Context, want schedule) error {
	if err := s.ensureOne(ctx, want); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*callLimit)
	defer cancel()
	handle := s.client.ScheduleClient().GetHandle(ctx, want.id)
	have, err := handle.Describe(ctx)
	if err != nil {
		return err
	}
	if state := have.Schedule.State; state != nil && (state.Paused || state.LimitedActions) {
		s.log.WarnContext(ctx, "a schedule was paused; it goes on", slog.String("schedule", want.id), slog.String("note", state.Note))
		err := handle.Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				next := in.Description.Schedule
				next.State = &client.ScheduleState{}
				return &client.ScheduleUpdate{Schedule: &next}, nil
			},
		})
		if err != nil {
			return err
		}
	}
	return handle.Trigger(ctx, client.ScheduleTriggerOptions{Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP})
}
