package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"duban/store"
)

// The codes an activity fails with, as the type of an application error. They
// live in histories: never rename.
const (
	// CodeBusy: the record could not answer for now.
	CodeBusy = "busy"
	// CodeGone: the record knows no such case or job; asking again is useless.
	CodeGone = "gone"
	// CodeFailed: something else went wrong; the log says what.
	CodeFailed = "failed"
	// CodePanic: a fault of ours; the log says what.
	CodePanic = "panic"
)

// Gone reports whether an activity failed because the record knows no such
// case or job.
func Gone(err error) bool {
	var application *temporal.ApplicationError
	return errors.As(err, &application) && application.Type() == CodeGone
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return CodeGone
	case errors.Is(err, store.ErrBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return CodeBusy
	default:
		return CodeFailed
	}
}

func coded(code string) error {
	if code == CodeGone {
		return temporal.NewNonRetryableApplicationError(code, code, nil)
	}
	return temporal.NewApplicationError(code, code)
}
