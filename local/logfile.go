package local

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const (
	logLimit = 16 << 20 // bytes in a log before it is moved aside
	logCheck = 5 * time.Second
)

// A boundedLog is a log file that a child writes to directly, so that its last
// words survive us. It holds about logLimit bytes; then its contents move to
// the same name with ".1" and it starts empty, so two files are the most there
// ever is. Lines written at the very moment of the move may be lost.
type boundedLog struct {
	file *os.File
	quit chan struct{}
	done chan struct{}
}

// openLog opens the log at path for appending and watches its size until Close.
func openLog(path string) (*boundedLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l := &boundedLog{file: f, quit: make(chan struct{}), done: make(chan struct{})}
	go l.watch()
	return l, nil
}

func (l *boundedLog) watch() {
	defer close(l.done)
	tick := time.NewTicker(logCheck)
	defer tick.Stop()
	for {
		select {
		case <-l.quit:
			return
		case <-tick.C:
			// A log that cannot be turned over is no reason to stop the child.
			_ = turnOver(l.file, logLimit)
		}
	}
}

// close ends the watch and closes our end of the file.
func (l *boundedLog) close() {
	close(l.quit)
	<-l.done
	_ = l.file.Close()
}

// turnOver moves the contents of f aside when they exceed limit bytes. The
// child keeps its descriptor: appending goes on at the new end, which is zero.
func turnOver(f *os.File, limit int64) error {
	info, err := f.Stat()
	if err != nil || info.Size() <= limit {
		return err
	}
	from, err := os.Open(f.Name())
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(f.Name()+".1", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if closeErr := to.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return f.Truncate(0)
}

// logTail returns the last lines of the log at path, at most n of them and
// 4 KiB, to put under an error for a person to read.
func logTail(path string, n int) string {
	const most = 4 << 10
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > most {
		if _, err := f.Seek(-most, io.SeekEnd); err != nil {
			return ""
		}
	}
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
