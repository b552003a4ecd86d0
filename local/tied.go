package local

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// StartTied starts cmd in a process group of its own, as a child that does not
// outlive this process: when this process dies, however it dies, the kernel
// sends the child the signal (Linux; elsewhere the child lives on). Its error is
// that of cmd.Start.
func StartTied(cmd *exec.Cmd, onParentDeath syscall.Signal) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	// A Ctrl-C at the terminal reaches only us, and we stop the children in order.
	cmd.SysProcAttr.Setpgid = true
	tie(cmd.SysProcAttr, onParentDeath)
	started := make(chan error)
	starter() <- func() { started <- cmd.Start() }
	return <-started
}

// starter is the thread that starts every tied child. The kernel takes the end
// of the thread that started a child for its parent's death, and the Go runtime
// ends threads as it likes: any that a goroutine was locked to when it returned.
// This one never ends.
//
//nolint:gochecknoglobals // one thread of the process, as the kernel would have it
var starter = sync.OnceValue(func() chan<- func() {
	tasks := make(chan func())
	go func() {
		runtime.LockOSThread()
		for task := range tasks {
			task()
		}
	}()
	return tasks
})
