package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// resetPeak gives back what memory can be given back and lets the peak of the
// process's memory begin anew, where the kernel keeps one. It returns what the
// process has, in MiB.
func resetPeak() (float64, error) {
	debug.FreeOSMemory()
	if runtime.GOOS == "linux" {
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600); err != nil {
			return 0, err
		}
	}
	return peakMemory()
}

// peakMemory is the most memory this process had since, in MiB: what the kernel
// counted, or what Go holds where it counts nothing.
func peakMemory() (float64, error) {
	if runtime.GOOS != "linux" {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.Sys) / (1 << 20), nil
	}
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("read peak memory: %w", err)
	}
	return kib / 1024, nil
}
