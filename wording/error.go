package wording

// A Part is one of the two texts of a template.
type Part string

// The parts.
const (
	Subject Part = "subject"
	Text    Part = "text"
)

// An Error is what is wrong with a template, for whoever worded it.
type Error struct {
	Part Part
	// Asked is what the template asks for and cannot have, or does not ask for and
	// must; nothing where it is something else.
	Asked string
	// Reason says it in words.
	Reason string
}

// Error returns the part and the reason.
func (e *Error) Error() string { return string(e.Part) + ": " + e.Reason }
