package policy

import (
	"fmt"
	"time"
)

// A Duration is a span of real time, written as Go writes it ("24h", "15m").
type Duration time.Duration

// Std returns d as a standard duration.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a non-negative duration such as "24h" or "1500ms".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a duration: expected a figure with a unit, such as 24h, 15m or 500ms", text)
	}
	*d = Duration(v)
	return nil
}
