package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"duban/activities"
	"duban/notify"
	"duban/notify/bounce"
	"duban/store"
)

// mailbox is where bounces come in; nil when they are not read here.
func (s *settings) mailbox() (*bounce.Mailbox, error) {
	if s.BouncesURL == "" {
		return nil, nil //nolint:nilnil // none is no fault
	}
	m, err := bounce.Open(bounce.Options{URL: notify.NewSecret(s.BouncesURL)})
	if err != nil {
		return nil, fmt.Errorf("--bounces-url: %w", err)
	}
	return m, nil
}

type messagesCmd struct {
	Bounce messagesBounceCmd `cmd:"" help:"Record a mail that came back, as a mail server hands it to a program. Exits with 75 when it must be brought again."`
}

type messagesBounceCmd struct {
	File string `arg:"" optional:"" default:"-" help:"The mail as a file, or - for standard input, which is the default."`
}

// errEarly: the message the mail is about is being sent.
var errEarly = errors.New("the message is not marked as sent yet; bring the mail again")

// A laterError makes a mail server bring the mail again.
type laterError struct{ error }

// ExitCode is EX_TEMPFAIL, as mail servers know it.
func (laterError) ExitCode() int { return 75 }

// Unwrap returns what happened.
func (t laterError) Unwrap() error { return t.error }

// Run records the mail. What is no bounce of ours is no fault: a mail server
// would send back what came back.
func (c messagesBounceCmd) Run(ctx context.Context, s *settings) error {
	mail, err := c.read()
	if err != nil {
		return laterError{err}
	}
	record, err := s.record(ctx)
	if err != nil {
		return laterError{err}
	}
	defer record.Close()
	fate, err := activities.TakeBounce(ctx, record, mail, time.Now().UTC().Truncate(time.Microsecond), s.logger())
	if err != nil {
		return laterError{err}
	}
	printLine(stdout, "%s", fate)
	if fate == string(store.BounceEarly) {
		return laterError{errEarly}
	}
	return nil
}

// read reads as much of the mail as is looked at, and takes the rest: who pipes
// it must not find the pipe closed.
func (c messagesBounceCmd) read() ([]byte, error) {
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	mail, err := io.ReadAll(io.LimitReader(in, bounce.MaxBytes))
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, in)
	return mail, err
}
