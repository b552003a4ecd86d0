package workflows_test

import (
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// asked records what a workflow asks of the engine. A replay compares only the
// kind and order of what was asked; this is how the rest is compared.
type asked struct {
	interceptor.WorkerInterceptorBase

	mu sync.Mutex
	// timers are those that take time: the engine never hears of the others.
	timers []string
	// locals are the summaries of local activities, which name the alarm.
	locals     []string
	activities []string
}

func (a *asked) interceptors() []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{a}
}

func (a *asked) add(to *[]string, text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*to = append(*to, text)
}

// timerText is a timer as one string.
func timerText(after time.Duration, summary string) string {
	return fmt.Sprint(after, " ", summary)
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (a *asked) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &inbound{asked: a}
	in.Next = next
	return in
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase

	asked *asked
}

// Init implements interceptor.WorkflowInboundInterceptor.
func (in *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &outbound{asked: in.asked}
	out.Next = next
	return in.Next.Init(out)
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase

	asked *asked
}

// NewTimerWithOptions implements interceptor.WorkflowOutboundInterceptor.
func (o *outbound) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	if d > 0 {
		o.asked.add(&o.asked.timers, timerText(d, options.Summary))
	}
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

// ExecuteLocalActivity implements interceptor.WorkflowOutboundInterceptor.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.asked.add(&o.asked.locals, workflow.GetLocalActivityOptions(ctx).Summary)
	return o.Next.ExecuteLocalActivity(ctx, activityType, args...)
}

// ExecuteActivity implements interceptor.WorkflowOutboundInterceptor.
func (o *outbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	input, err := converter.GetDefaultDataConverter().ToPayloads(args...)
	if err != nil {
		panic(err)
	}
	o.asked.add(&o.asked.activities, activityText(activityType, input))
	return o.Next.ExecuteActivity(ctx, activityType, args...)
}
