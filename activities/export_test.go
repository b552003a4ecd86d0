package activities

import "context"

// The points at which a sender may die.
const (
	BeforeClaim = beforeClaim
	AfterClaim  = afterClaim
	AfterSend   = afterSend
	BeforeMark  = beforeMark
)

// Probe lets the sender of a test die where the probe fails. What it had in
// memory is gone, and nothing of it is recorded any more.
func (a *Activities) Probe(probe func(at string) error) { a.sender.probe = probe }

// Page does one page of sending outside of an engine.
func (a *Activities) Page(ctx context.Context) (Sending, error) {
	return a.sender.page(ctx, func() {})
}
