package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrInUse says that another process supervises the data folder.
var ErrInUse = errors.New("data folder in use")

// A folderLock is an exclusive lock on a name in a data folder. The kernel
// drops it when the process ends, however it ends.
type folderLock struct{ file *os.File }

// lockFolder takes the lock called name in dir, or fails with ErrInUse in a
// sentence that names the process which holds it.
func lockFolder(ctx context.Context, dir, name string) (*folderLock, error) {
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	err = flock(ctx, f)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		_ = f.Close()
		holder := "another duban"
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			holder += " (process " + strings.TrimSpace(string(b)) + ")"
		}
		return nil, fmt.Errorf("%w: %s is already running on %s; stop it first, or give this one a folder of its own", ErrInUse, holder, dir)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// The number is for people only; the lock is what counts.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintln(f, os.Getpid())
	}
	return &folderLock{file: f}, nil
}

// isLocked reports whether somebody holds the lock called name in dir.
func isLocked(dir, name string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open lock file: %w", err)
	}
	defer f.Close()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at lock: %w", err)
	}
	return false, nil
}

// flock takes the lock on f. It tries for a moment, because isLocked holds it
// for an instant too.
func flock(ctx context.Context, f *os.File) error {
	const tries, pause = 10, 20 * time.Millisecond
	var err error
	again := time.NewTicker(pause)
	defer again.Stop()
	for range tries {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
	return err
}

// release gives the lock up.
func (l *folderLock) release() { _ = l.file.Close() }
