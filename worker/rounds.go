package worker

import (
	"context"
	"log/slog"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"duban/workflows"
)

// scheduleOf says which Schedule's round begins with an activity; empty for most.
func scheduleOf(activity string) string {
	switch activity {
	case workflows.ActivityRecomputeJobs:
		return workflows.ScheduleJobs
	case workflows.ActivityDispatchLookBacks:
		return workflows.ScheduleLookBacks
	case workflows.ActivitySendMessages:
		return workflows.ScheduleMessages
	case workflows.ActivityReadBounces:
		return workflows.ScheduleBounces
	default:
		return ""
	}
}

// rounds record that the rounds of the Schedules begin, for whoever watches over
// them from outside the engine.
type rounds struct {
	interceptor.WorkerInterceptorBase

	record Record
	log    *slog.Logger
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (r *rounds) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &roundActivity{rounds: r}
	i.Next = next
	return i
}

type roundActivity struct {
	interceptor.ActivityInboundInterceptorBase

	rounds *rounds
}

// ExecuteActivity implements interceptor.ActivityInboundInterceptor. What cannot be
// recorded keeps nothing from being done.
func (a *roundActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	if schedule := scheduleOf(activity.GetInfo(ctx).ActivityType.Name); schedule != "" {
		begin, cancel := context.WithTimeout(ctx, callLimit)
		if err := a.rounds.record.BeginRound(begin, schedule); err != nil {
			a.rounds.log.WarnContext(ctx, "a round is not recorded", slog.String("schedule", schedule), slog.Any("error", err))
		}
		cancel()
	}
	return a.Next.ExecuteActivity(ctx, in)
}
