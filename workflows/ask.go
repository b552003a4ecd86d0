package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

const (
	// askLimit is how long the record may take to answer, queueLimit how long a
	// question may wait for its turn before. There is one try: what comes after
	// is a durable timer's, not a retry's that a crash loses.
	askLimit   = 5 * time.Second
	queueLimit = 30 * time.Second

	firstBackoff = 30 * time.Second
	lastBackoff  = 10 * time.Minute

	// pageLimit is how long one page of work on many cases may take.
	pageLimit     = 2 * time.Minute
	pageHeartbeat = 30 * time.Second
	// importHeartbeat is how long an import stands still when who did it was
	// killed. Each of its rows is a sign of life, and somebody watches the bar.
	importHeartbeat = 10 * time.Second

	// sendPageLimit is how long one page of messages may take, sendHeartbeat how
	// long the slowest of them.
	sendPageLimit = 3 * time.Minute
	sendHeartbeat = time.Minute
)

// backoff is the wait after the so manieth failure in a row: 30 seconds at
// first, 10 minutes at most.
func backoff(failures int) time.Duration {
	d := firstBackoff
	for range failures - 1 {
		if d *= 2; d >= lastBackoff {
			return lastBackoff
		}
	}
	return d
}

func askAlarm(ctx workflow.Context, in activities.AlarmInput) (told activities.Told, err error) {
	ctx = workflow.WithLocalActivityOptions(ctx, askOptions(fmt.Sprintf("alarm %d", in.AlarmNo)))
	err = workflow.ExecuteLocalActivity(ctx, ActivityAlarm, in).Get(ctx, &told)
	return told, err
}

func askTold(ctx workflow.Context, caseID string) (told activities.Told, err error) {
	ctx = workflow.WithLocalActivityOptions(ctx, askOptions(""))
	err = workflow.ExecuteLocalActivity(ctx, ActivityTold, activities.CaseInput{Case: caseID}).Get(ctx, &told)
	return told, err
}

func askOptions(summary string) workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		StartToCloseTimeout:    askLimit,
		ScheduleToCloseTimeout: queueLimit + askLimit,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
		Summary:                summary,
	}
}

func pageOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: pageLimit,
		HeartbeatTimeout:    pageHeartbeat,
		RetryPolicy:         retries(),
	}
}

func importOptions() workflow.ActivityOptions {
	o := pageOptions()
	o.HeartbeatTimeout = importHeartbeat
	return o
}

func sendOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: sendPageLimit,
		HeartbeatTimeout:    sendHeartbeat,
		RetryPolicy:         retries(),
	}
}

// retries tries for ever, a minute apart at most, unless there is nothing to
// try for.
func retries() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{
		InitialInterval:        time.Second,
		BackoffCoefficient:     2,
		MaximumInterval:        time.Minute,
		NonRetryableErrorTypes: []string{activities.CodeGone},
	}
}
