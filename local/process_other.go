//go:build unix && !linux

package local

import "syscall"

// childAttributes: without Linux's parent-death signal a child outlives a
// killed duban; the next start ends it by way of its postmaster.pid.
func childAttributes(a *account, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: a.credential()}
}

// worksIn knows no more here than that the process is alive.
func worksIn(pid int, _ string) bool { return syscall.Kill(pid, 0) == nil }

// workersIn cannot tell here.
func workersIn(string) []int { return nil }
