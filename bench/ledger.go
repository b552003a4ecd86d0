package main

import (
	"context"
	"fmt"
	"os"
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
	if _, err := resetPeak(); err != nil {
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
