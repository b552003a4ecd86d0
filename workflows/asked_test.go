package workflows_test

import (
	"sync"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// asked records what a workflow asks of the engine. A replay compares only the
// kind and order of what was asked; this is how the rest is compared.
type asked struct {
	interceptor.WorkerInterceptorBase

	mu sync.Mutex
	// timers are those that take time: the engine never hears of the others.
	timers []timerAsked
	locals []string
	inputs [][]any
}

type timerAsked struct {
	after   time.Duration
	summary string
}

func (a *asked) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &inbound{asked: a}
	in.Next = next
	return in
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase

	asked *asked
}

func (in *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &outbound{asked: in.asked}
	out.Next = next
	return in.Next.Init(out)
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase

	asked *asked
}

func (o *outbound) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	o.asked.mu.Lock()
	if d > 0 {
		o.asked.timers = append(o.asked.timers, timerAsked{d, options.Summary})
	}
	o.asked.mu.Unlock()
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.asked.mu.Lock()
	o.asked.locals = append(o.asked.locals, workflow.GetLocalActivityOptions(ctx).Summary)
	o.asked.mu.Unlock()
	return o.Next.ExecuteLocalActivity(ctx, activityType, args...)
}

func (o *outbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.asked.mu.Lock()
	o.asked.inputs = append(o.asked.inputs, args)
	o.asked.mu.Unlock()
	return o.Next.ExecuteActivity(ctx, activityType, args...)
}

func (a *asked) interceptors() []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{a}
}
