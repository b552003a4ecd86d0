package sealkey

import "fmt"

// A Value is a setting that is or may hold a secret. It prints as "(sealed)".
type Value struct {
	text []byte
}

// NewValue makes a value.
func NewValue(text string) Value { return Value{text: []byte(text)} }

// Empty reports that nothing was set.
func (v Value) Empty() bool { return len(v.text) == 0 }

// UnmarshalText takes the setting.
func (v *Value) UnmarshalText(text []byte) error {
	v.text = append([]byte(nil), text...)
	return nil
}

// Format prints "(sealed)" under every verb.
func (Value) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(sealed)") }

// MarshalText prints no more either.
func (Value) MarshalText() ([]byte, error) { return []byte("(sealed)"), nil }
