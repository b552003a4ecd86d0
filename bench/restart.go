package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"duban/local"
)

// restarts is how often the start on existing data is measured.
const restarts = 5

// restart measures how long the one-machine system takes from its start on
// existing data until commands can be recorded, after it was killed.
func restart(ctx context.Context, b *bench, _ options) error {
	dir := filepath.Join(b.folder, "restart")
	if _, err := serveOnce(ctx, dir); err != nil {
		return err
	}
	var seconds []float64
	for range restarts {
		took, err := serveOnce(ctx, dir)
		if err != nil {
			return err
		}
		seconds = append(seconds, took.Seconds())
	}
	atMost("restart of the one-machine system on existing data", median(seconds), 10, "s")
	return nil
}

// serveOnce starts duban serve, waits until it says that it is ready, and kills
// it.
func serveOnce(ctx context.Context, dir string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Getenv("DUBAN_BIN"), "serve", "--data", dir, "--listen", "127.0.0.1:0")
	out, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := local.StartTied(cmd, syscall.SIGKILL); err != nil {
		return 0, fmt.Errorf("start DUBAN_BIN: %w", err)
	}
	var took time.Duration
	lines := bufio.NewScanner(out)
	for took == 0 && lines.Scan() {
		if strings.Contains(lines.Text(), "is ready:") {
			took = time.Since(begin)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
	if took == 0 {
		return 0, errors.New("duban serve was never ready")
	}
	return took, nil
}
