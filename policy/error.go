package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Error is one thing wrong with a policy file, in words for the
// administrator who wrote it.
type Error struct {
	// Line is where to look, from 1; 0 when it is the file as a whole.
	Line int
	// Field is the path of the field, such as clocks.plan.within or
	// ladder[0].after (entries count from 0); empty when the file could not be
	// split into fields.
	Field string
	// Reason says what was expected.
	Reason string
}

// Error returns "line 12: clocks.plan.within: " and the reason.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	return b.String() + e.Reason
}

// Errors is everything wrong with a policy file, in the order of its lines.
// [Read] stops looking after the first 200.
type Errors []*Error

// Error returns one line for each error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first *Error.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field))
	})
}
