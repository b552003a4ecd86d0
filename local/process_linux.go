package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// childAttributes describes how a child is started: in its own process group,
// so that a Ctrl-C at the terminal reaches only us and we stop the children in
// order; under account a; and with a signal from the kernel when the thread
// that started it dies, which is why supervisor.run never lets go of its own.
func childAttributes(a *account, onParentDeath syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Setpgid:    true,
		Pdeathsig:  onParentDeath,
		Credential: a.credential(),
	}
}

// worksIn reports whether process pid is alive and has dir as its working
// folder. The server and all its children work in the data folder, so this
// tells a living server from another process that got a dead one's number.
func worksIn(pid int, dir string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	folder, err := filepath.EvalSymlinks(dir)
	return err == nil && cwd == folder
}

// workersIn lists the processes that have dir as their working folder.
func workersIn(dir string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && worksIn(pid, dir) {
			pids = append(pids, pid)
		}
	}
	return pids
}
