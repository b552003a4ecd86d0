package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	orphanFast      = 30 * time.Second // to end after SIGINT, which writes a checkpoint
	orphanImmediate = 10 * time.Second // to end after SIGQUIT, which writes nothing
	orphanPoll      = 20 * time.Millisecond
)

// endOrphan ends a server that an earlier duban left running on this cluster,
// and clears what a dead one left in the way of a new one. The caller holds
// the folder's lock, so no living duban supervises that server.
//
// It signals only a process that postmaster.pid names and that works in this
// very data folder: numbers are used again, and after a restart of a container
// the number may by now belong to anybody.
func (c *cluster) endOrphan(ctx context.Context, say func(string)) error {
	pidFile := filepath.Join(c.data, "postmaster.pid")
	pid, err := postmasterPID(pidFile)
	if err != nil || pid == 0 {
		return err
	}
	if !worksIn(pid, c.data) {
		if len(workersIn(c.data)) > 0 {
			return nil // children of a dead server are still ending: it will sort that out
		}
		if err := os.Remove(pidFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove stale postmaster.pid: %w", err)
		}
		return nil
	}
	say(fmt.Sprintf("正在结束遗留的数据库进程 ending the PostgreSQL (process %d) that was left running on %s", pid, c.data))
	for _, step := range []stopStep{{syscall.SIGINT, orphanFast}, {syscall.SIGQUIT, orphanImmediate}} {
		if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end old PostgreSQL, process %d: %w", pid, err)
		}
		if ended(ctx, pid, c.data, step.wait) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: PostgreSQL, process %d, runs on %s and does not end; end it by hand", ErrInUse, pid, c.data)
}

// ended waits until process pid no longer works in data.
func ended(ctx context.Context, pid int, data string, wait time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(orphanPoll)
	defer tick.Stop()
	for worksIn(pid, data) {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// postmasterPID reads the first line of postmaster.pid; 0 means that there is
// none, or none that can be read.
func postmasterPID(path string) (int, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read postmaster.pid: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 0 {
		return 0, nil //nolint:nilerr // PostgreSQL itself says what is wrong with such a file
	}
	return pid, nil
}
