package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"duban/calendar"
	"duban/documents/ledger"
	"duban/store"
)

const (
	// ledgerCases is how many cases the ledger holds, ledgerBar the most memory
	// that writing it may take, in MiB.
	ledgerCases = 100_000
	ledgerBar   = 200
)

// ledgerPart measures the ledger of 100,000 cases, from the record to a file.
func ledgerPart(ctx context.Context, b *bench, _ options) error {
	r, err := b.record(ctx, store.Options{MaxConns: 4}, nil)
	if err != nil {
		return err
	}
	defer r.close()
	if err := fill(ctx, r, ledgerCases); err != nil {
		return err
	}
	debug.FreeOSMemory()
	if err := resetPeak(); err != nil {
		return err
	}
	begun := time.Now()
	rows, err := r.writeLedger(ctx)
	if err != nil {
		return err
	}
	took := time.Since(begun)
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	told(fmt.Sprintf("ledger of %d cases, to a file", rows), float64(rows)/took.Seconds(), "rows/s")
	atMost(fmt.Sprintf("peak memory of a ledger of %d cases", rows), peak, ledgerBar, "MiB")
	return nil
}

// writeLedger writes the ledger of every case and returns how many it held.
func (r *record) writeLedger(ctx context.Context) (int, error) {
	p, _, _, err := r.PolicyInForce(ctx)
	if err != nil {
		return 0, err
	}
	book, err := ledger.New(p.Codes, calendar.Real().Date(time.Now()))
	if err != nil {
		return 0, err
	}
	defer book.Close()
	rows := 0
	err = r.Ledger(ctx, r.people.Manager, store.Filter{}, ledger.MaxRows, func(row store.LedgerRow) error {
		rows++
		return book.Add(ledger.Row{Case: row.Case, UnitName: row.UnitName, CampaignName: row.CampaignName, ClosedOn: row.ClosedOn})
	})
	if err != nil {
		return rows, err
	}
	if err := book.End(); err != nil {
		return rows, err
	}
	out, err := os.CreateTemp("", "ledger-*.xlsx")
	if err != nil {
		return rows, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	_, err = book.WriteTo(out)
	return rows, err
}

// resetPeak lets the peak of the process's memory begin anew, where the kernel
// keeps one.
func resetPeak() error {
	if runtime.GOOS != "linux" {
		return nil
	}
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600)
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
