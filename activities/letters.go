package activities

import (
	"context"
	"log/slog"

	"go.temporal.io/sdk/activity"
)

// duePage is how many cases DeliverDue looks at in one go: a second's work, so
// that nothing is repeated for long when the worker dies.
const duePage = 200

// A DueInput says where to go on delivering.
type DueInput struct {
	// After is the id of the last case looked at; empty at the beginning.
	After string `json:"after,omitempty"`
}

// A Due says how far the delivering came.
type Due struct {
	// After is the id of the last case looked at.
	After string `json:"after,omitempty"`
	// Cases is how many cases had letters that left, Failed how many had some
	// that could not.
	Cases  int `json:"cases"`
	Failed int `json:"failed,omitempty"`
	// More: there may be more cases after this one.
	More bool `json:"more,omitempty"`
}

// DeliverLetters delivers the letters of one case that may leave now. It fails
// with a code.
func (a *Activities) DeliverLetters(ctx context.Context, in CaseInput) (err error) {
	defer a.guard(ctx, "deliver_letters", in.Case, &err)
	_, _, err = a.record.DeliverLetters(ctx, in.Case)
	return err
}

// DeliverDue delivers the letters of every case that may leave by now, a page
// of cases at a time. A case whose letters cannot be delivered holds up no
// other. It fails with a code.
func (a *Activities) DeliverDue(ctx context.Context, in DueInput) (due Due, err error) {
	defer a.guard(ctx, "deliver_due", in.After, &err)
	cases, err := a.record.LettersDue(ctx, in.After, duePage)
	if err != nil {
		return Due{}, err
	}
	due = Due{After: in.After, More: len(cases) == duePage}
	for _, id := range cases {
		if err := ctx.Err(); err != nil {
			return Due{}, err
		}
		if _, _, err := a.record.DeliverLetters(ctx, id); err != nil {
			due.Failed++
			a.log.WarnContext(ctx, "letters stay behind", slog.String("case", id), slog.Any("error", err))
		} else {
			due.Cases++
		}
		due.After = id
		activity.RecordHeartbeat(ctx)
	}
	return due, nil
}
