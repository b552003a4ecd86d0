package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// tie has the kernel send a child the signal when the thread that starts it dies.
func tie(attributes *syscall.SysProcAttr, onParentDeath syscall.Signal) {
	attributes.Pdeathsig = onParentDeath
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
