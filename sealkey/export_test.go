package sealkey

import "time"

// WithLimit bounds how long a command may take.
func (s Source) WithLimit(limit time.Duration) Source {
	s.limit = limit
	return s
}

// What a command may not do.
var (
	ErrTooLate = errTooLate
	ErrTooLong = errTooLong
)
