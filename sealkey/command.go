package sealkey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

var (
	errTooLate = errors.New("it did not end in time")
	errTooLong = errors.New("it holds more than keys would take")
)

// run returns what the command prints. Nothing of that, of its complaints or of
// the line itself gets into an error: any of them may hold a secret.
func (s Source) run(ctx context.Context) ([]byte, error) {
	limit := s.limit
	if limit == 0 {
		limit = commandLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out bounded
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", string(s.Command.text))
	cmd.Stdout = &out
	// The shell's children end with it, and none that got away holds us up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch exit, ended := errors.AsType[*exec.ExitError](err); {
	case out.over:
		return nil, errTooLong
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%w (%s)", errTooLate, limit)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case ended:
		return nil, fmt.Errorf("it failed with status %d; run it by hand to see why", exit.ExitCode())
	case errors.Is(err, exec.ErrWaitDelay):
		return nil, errors.New("it left something running behind")
	case err != nil:
		return nil, errors.New("it could not be started")
	}
	return out.kept.Bytes(), nil
}

// bounded keeps what is written to it, up to maxSize. The buffer is a field: a
// ReadFrom of its own would be asked instead of Write.
type bounded struct {
	kept bytes.Buffer
	over bool
}

// Write refuses what is too much, which ends the writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > maxSize {
		b.over = true
		return 0, errTooLong
	}
	return b.kept.Write(p)
}
