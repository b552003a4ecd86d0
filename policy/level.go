package policy

import "fmt"

// A Level says how far lateness has been escalated: L0, nothing beyond
// reminders, to L5, the negative list. It stands beside the stage and never
// is one.
type Level int

// The levels.
const (
	L0 Level = iota
	L1
	L2
	L3
	L4
	L5
)

// String returns "L0" to "L5".
func (l Level) String() string { return fmt.Sprintf("L%d", int(l)) }

// MarshalText writes the level as "L0" to "L5".
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads "L0" to "L5" and refuses anything else.
func (l *Level) UnmarshalText(text []byte) error {
	if len(text) != 2 || text[0] != 'L' || text[1] < '0' || text[1] > '5' {
		return fmt.Errorf("%q is not a level: expected L0 to L5", text)
	}
	*l = Level(text[1] - '0')
	return nil
}
