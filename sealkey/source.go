package sealkey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"duban/lot"
)

const (
	// maxSize bounds what is read: some thousand keys.
	maxSize = 64 << 10
	// commandLimit bounds how long a command may take.
	commandLimit = 20 * time.Second
)

// ErrEmpty: there is a place for keys, and no key in it.
var ErrEmpty = errors.New("no key is in it; duban seal-key new makes one")

// A Source says where the keys are. What comes first of Value, Command and File
// is taken and the others are not looked at.
type Source struct {
	// Value holds keys as a file does.
	Value Value
	// Command is a line for the shell that prints keys as a file holds them.
	Command Value
	// File is the path of a file of keys.
	File string
	// Optional: without the file there are no keys, and no error.
	Optional bool

	// limit is commandLimit but in tests.
	limit time.Duration
}

// Read returns the keys, the newest first.
func (s Source) Read(ctx context.Context) (lot.Keys, error) {
	switch {
	case !s.Value.Empty():
		keys, err := parse(s.Value.text)
		return keys, at("environment", err)
	case !s.Command.Empty():
		text, err := s.run(ctx)
		if err != nil {
			return nil, at("command", err)
		}
		keys, err := parse(text)
		return keys, at("command", err)
	case s.File == "":
		return nil, nil
	}
	text, err := readFile(s.File)
	if s.Optional && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, at(s.File, err)
	}
	keys, err := parse(text)
	return keys, at(s.File, err)
}

// at says where a fault is.
func at(place string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("keys of the seal (%s): %w", place, err)
}

// parse reads one key a line. Empty lines, and what follows a #, are for people.
func parse(text []byte) (lot.Keys, error) {
	var keys lot.Keys
	for i, line := range bytes.Split(text, []byte("\n")) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		key, err := lot.ParseKey(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, ErrEmpty
	}
	return keys, nil
}
