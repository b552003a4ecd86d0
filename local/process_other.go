//go:build unix && !linux

package local

import "syscall"

// tie does nothing: without Linux's parent-death signal a child outlives a
// killed duban; the next start ends it by way of its postmaster.pid.
func tie(*syscall.SysProcAttr, syscall.Signal) {}

// worksIn knows no more here than that the process is alive.
func worksIn(pid int, _ string) bool { return syscall.Kill(pid, 0) == nil }

// workersIn cannot tell here.
func workersIn(string) []int { return nil }
