package local_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/local"
)

// A child is tied to this process, not to the thread that happened to start it:
// threads end whenever a goroutine that was locked to one returns.
func TestTiedChildOutlivesTheThreadThatAskedForIt(t *testing.T) {
	t.Parallel()
	child := exec.CommandContext(t.Context(), "sleep", "600")
	err := errors.New("not started")
	tid := onDoomedThread(func() { err = local.StartTied(child, syscall.SIGKILL) })
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join("/proc/self/task", strconv.Itoa(tid)))
		return os.IsNotExist(err)
	}, time.Minute, time.Millisecond, "the thread ends")
	require.NoError(t, child.Process.Signal(syscall.SIGTERM), "the child is alive, and ends by our own signal")
	var exit *exec.ExitError
	require.ErrorAs(t, <-ended, &exit)
	status, ok := exit.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.Equal(t, syscall.SIGTERM, status.Signal())
}

// onDoomedThread does it on a thread that ends thereafter, and returns which.
func onDoomedThread(do func()) (tid int) {
	done := make(chan int)
	attempt := func(release <-chan struct{}) {
		runtime.LockOSThread()
		if syscall.Gettid() == os.Getpid() { // the first thread never ends
			done <- 0
			<-release
			runtime.UnlockOSThread()
			return
		}
		do()
		done <- syscall.Gettid() // never unlocked: the thread ends with the goroutine
	}
	release := make(chan struct{})
	defer close(release)
	for tid == 0 {
		go attempt(release)
		tid = <-done
	}
	return tid
}
