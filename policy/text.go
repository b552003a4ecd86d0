package policy

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the default policy
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

//go:embed default.yaml
var defaultText string

// Default returns the policy Duban comes with. Each call reads it anew, so that
// what a caller does to its own copy reaches nobody else: read it once and keep
// it.
func Default() *Policy {
	p, err := Read(strings.NewReader(defaultText))
	if err != nil {
		panic("policy: the embedded default is broken:\n" + err.Error())
	}
	return p
}

// DefaultText returns the file of the default policy, comments and all, for a
// committee to start its own from.
func DefaultText() []byte { return []byte(defaultText) }

// Text returns the file the policy was read from, byte for byte; nothing for a
// policy put together in code. Reading it gives the same policy again.
func (p *Policy) Text() []byte { return []byte(p.text) }

// Hash returns the SHA-256 of Text in 64 hexadecimal digits, by which stored
// versions are compared.
func (p *Policy) Hash() string {
	sum := sha256.Sum256([]byte(p.text))
	return hex.EncodeToString(sum[:])
}

// WithDayLength returns the same policy, the same text, with another length of
// the legal day: for a demo or a test. It fails outside 10ms to 24h, and for a
// policy put together in code, which has no text.
func (p *Policy) WithDayLength(d time.Duration) (*Policy, error) {
	root, fault := parse([]byte(p.text))
	if fault != nil {
		return nil, fmt.Errorf("change day_length: %w", fault)
	}
	value := child(child(root, "time"), "day_length")
	if value == nil {
		return nil, fmt.Errorf("change day_length: the policy has no text")
	}
	start := offset([]byte(p.text), value.Line, value.Column)
	end := start + len(value.Value)
	if value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		start++
		end = start + strings.IndexByte(p.text[start:], p.text[start-1])
	}
	changed, err := Read(strings.NewReader(p.text[:start] + d.String() + p.text[end:]))
	if err != nil {
		return nil, fmt.Errorf("change day_length: %w", err)
	}
	return changed, nil
}

// child returns the value of a field, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// offset returns where in text a line and column are, both from 1, columns in
// characters, of which a byte order mark is none.
func offset(text []byte, line, column int) int {
	at := 0
	for range line - 1 {
		at += bytes.IndexByte(text[at:], '\n') + 1
	}
	for i, r := range string(text[at:]) {
		if r == byteOrderMark {
			continue
		}
		if column--; column == 0 {
			return at + i
		}
	}
	return len(text)
}
