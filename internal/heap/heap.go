// Package heap watches what tests and measurements take of memory. It is test
// support and judges nothing.
package heap

import (
	"runtime"
	"time"
)

// Growth is by how many bytes the heap in use grew at the most while do ran.
func Growth(do func()) uint64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		ticker := time.NewTicker(2 * time.Millisecond)
		defer ticker.Stop()
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse)
			select {
			case <-stop:
				peak <- most
				return
			case <-ticker.C:
			}
		}
	}()
	func() {
		defer close(stop)
		do()
	}()
	return max(<-peak, before.HeapInuse) - before.HeapInuse
}
