package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"duban/calendar"
	"duban/dispatch"
	"duban/store"
)

type calendarCmd struct {
	Due    calendarDueCmd    `cmd:"" help:"Print the day a period ends."`
	Import calendarImportCmd `cmd:"" help:"Put a year's holiday notice in force; open cases follow, later only."`
}

type calendarDueCmd struct {
	Start   calendar.Date   `required:"" help:"The day the period starts from, which does not count, as 2026-02-02."`
	Period  calendar.Period `required:"" help:"How long: 15WD (working days), 30D (days), 2M (months)."`
	Explain bool            `help:"Print every day, counted or skipped, and why."`
	InForce bool            `help:"Use the calendar in force in the record instead of the built-in one."`
}

// Run counts.
func (c calendarDueCmd) Run(ctx context.Context, s *settings) error {
	days := calendar.Builtin()
	if c.InForce {
		record, err := s.record(ctx)
		if err != nil {
			return err
		}
		defer record.Close()
		if days, err = record.CalendarInForce(ctx); err != nil {
			return err
		}
	}
	due := days.Add(c.Start, c.Period)
	if due.Date == calendar.On(calendar.LastYear, time.December, 31) {
		return fmt.Errorf("%s and %s: the day lies beyond %d", c.Start, c.Period, calendar.LastYear)
	}
	if c.Explain {
		return days.Explain(c.Start, c.Period).WriteText(stdout)
	}
	if due.Provisional {
		fmt.Fprintln(stdout, due.Date, "provisional")
		return nil
	}
	fmt.Fprintln(stdout, due.Date)
	return nil
}

type calendarImportCmd struct {
	File      string `arg:"" type:"existingfile" help:"The notice as JSON, in the form of calendar/data."`
	Reference string `help:"The notice's title and document number (文号), where the file has none."`
}

// Run imports the year.
func (c calendarImportCmd) Run(ctx context.Context, s *settings) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	year, err := calendar.ReadYear(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.Reference != "" {
		year.Reference = c.Reference
	}
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	version, job, err := record.ImportCalendar(ctx, "command line", year)
	if err != nil {
		return err
	}
	when := "now"
	if err := c.recompute(ctx, s, record, job); err != nil {
		when = "within five minutes of the engine being there"
	}
	printLine(stdout, "calendar version %d is in force, with the notice for %d; open cases are recomputed %s, later only", version, year.Year, when)
	return nil
}

// recompute starts the workflow that moves open cases to the new calendar. The
// job is in the record, so a Schedule takes it up when the engine is away.
func (calendarImportCmd) recompute(ctx context.Context, s *settings, record *store.Store, job string) error {
	found := *s
	if s.TemporalAddress == "" {
		var err error
		if found, err = s.running(); err != nil {
			return fmt.Errorf("look for a running system: %w", err)
		}
	}
	server, err := found.temporal()
	if err != nil {
		return err
	}
	temporal, err := dispatch.Dial(server, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer temporal.Close()
	return dispatch.New(record, dispatch.Options{Engine: dispatch.NewTemporal(temporal, s.TemporalNamespace)}).Recompute(ctx, job)
}
