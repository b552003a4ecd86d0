package activities

import "context"

// DispatchLookBacks tells the inspectors who were drawn for today that it is the
// day, when it is time for it. It returns nothing: how many were told is in no
// history.
func (a *Activities) DispatchLookBacks(ctx context.Context) (err error) {
	defer a.guard(ctx, "dispatch_look_backs", "", &err)
	return a.record.DispatchLookBacks(ctx, a.clock())
}
