package lifecycle

import "errors"

// The kinds of refusal. A caller tells them apart with errors.Is.
var (
	// ErrInvalid: the command's content is not acceptable in itself.
	ErrInvalid = errors.New("invalid")
	// ErrNotAllowed: the case does not allow the command as it stands.
	ErrNotAllowed = errors.New("not allowed")
	// ErrForbidden: this person may not run the command.
	ErrForbidden = errors.New("forbidden")
)

// A Refusal is a command the rules turned down. The case is unchanged, but for
// what had fallen due before the command was looked at.
type Refusal struct {
	// Kind is "invalid", "not_allowed" or "forbidden".
	Kind RefusalKind `json:"kind"`
	// Code names the rule, stable, in snake_case.
	Code string `json:"code"`
	// Field is the body's field at fault, if one is.
	Field string `json:"field,omitempty"`
	// ZH and EN say it in one sentence for the person who asked.
	ZH string `json:"zh"`
	EN string `json:"en"`
	// Others are the other faults of the same body, one for each field.
	Others []*Refusal `json:"others,omitempty"`
}

// A RefusalKind sorts refusals by who can mend them.
type RefusalKind string

// The kinds.
const (
	Invalid    RefusalKind = "invalid"
	NotAllowed RefusalKind = "not_allowed"
	Forbidden  RefusalKind = "forbidden"
)

// Error returns the English sentence.
func (r *Refusal) Error() string { return r.EN }

// Unwrap returns ErrInvalid, ErrNotAllowed or ErrForbidden.
func (r *Refusal) Unwrap() error {
	switch r.Kind {
	case Invalid:
		return ErrInvalid
	case Forbidden:
		return ErrForbidden
	case NotAllowed:
		return ErrNotAllowed
	default:
		return ErrNotAllowed
	}
}

func invalid(field, code, zh, en string) *Refusal {
	return &Refusal{Kind: Invalid, Code: code, Field: field, ZH: zh, EN: en}
}

func notAllowed(code, zh, en string) *Refusal {
	return &Refusal{Kind: NotAllowed, Code: code, ZH: zh, EN: en}
}

func forbidden(code, zh, en string) *Refusal {
	return &Refusal{Kind: Forbidden, Code: code, ZH: zh, EN: en}
}
