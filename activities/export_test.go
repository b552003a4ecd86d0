package activities

import "context"

// The points at which a sender may die.
const (
	BeforeClaim = beforeClaim
	AfterClaim  = afterClaim
	AfterSend   = afterSend
	BeforeMark  = beforeMark
)

// The points at which a reader of bounces may die.
const (
	BeforeBounce = beforeBounce
	AfterBounce  = afterBounce
)

// ProbeBounces lets the reader of a test die where the probe fails.
func (a *Activities) ProbeBounces(probe func(at string) error) { a.bouncer.probe = probe }

// Bounces reads one page of bounces outside of an engine.
func (a *Activities) Bounces(ctx context.Context) (BouncesRead, error) {
	return a.bouncer.page(ctx, BouncesInput{}, func() {})
}

// Probe lets the sender of a test die where the probe fails. What it had in
// memory is gone, and nothing of it is recorded any more.
func (a *Activities) Probe(probe func(at string) error) { a.sender.probe = probe }

// Page does one page of sending outside of an engine.
func (a *Activities) Page(ctx context.Context) (Sending, error) {
	return a.sender.page(ctx, func() {})
}
