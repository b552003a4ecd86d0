package calendar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
)

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	require.NoError(t, err)
	return d
}

func period(t *testing.T, s string) calendar.Period {
	t.Helper()
	p, err := calendar.ParsePeriod(s)
	require.NoError(t, err)
	return p
}

// The golden vectors: computed by hand from the notices, before this package
// was written.
func TestAddGoldenVectors(t *testing.T) {
	t.Parallel()

	for _, v := range []struct {
		name, start, period, due string
		provisional              bool
	}{
		{name: "spring festival, due on a make-up Saturday", start: "2026-02-02", period: "15WD", due: "2026-02-28"},
		{name: "make-up Saturday before the festival", start: "2026-02-13", period: "1WD", due: "2026-02-14"},
		{name: "labour day and its make-up Saturday", start: "2026-04-30", period: "5WD", due: "2026-05-11"},
		{name: "make-up Sunday, mid-autumn, national day", start: "2026-09-18", period: "10WD", due: "2026-10-09"},
		{name: "national day", start: "2026-09-30", period: "1WD", due: "2026-10-08"},
		{name: "national day with mid-autumn", start: "2025-09-26", period: "10WD", due: "2025-10-16"},
		{name: "eve worked in 2024, two make-up Sundays", start: "2024-02-01", period: "10WD", due: "2024-02-20"},
		{name: "natural days roll over the spring festival", start: "2026-01-20", period: "30D", due: "2026-02-24"},
		{name: "natural days roll over labour day", start: "2026-04-01", period: "30D", due: "2026-05-06"},
		{name: "month end on a make-up Saturday does not roll", start: "2025-12-31", period: "2M", due: "2026-02-28"},
		{name: "no 31 February", start: "2026-01-31", period: "1M", due: "2026-02-28"},
		{name: "a month rolls over national day", start: "2026-09-01", period: "1M", due: "2026-10-08"},
		{name: "months roll over the spring festival", start: "2025-11-20", period: "3M", due: "2026-02-24"},
		{name: "into a year without a notice", start: "2026-12-21", period: "15WD", due: "2027-01-12", provisional: true},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()

			due := calendar.Builtin().Add(date(t, v.start), period(t, v.period))
			require.Equal(t, v.due, due.Date.String())
			require.Equal(t, v.provisional, due.Provisional)
			require.Equal(t, due, calendar.Builtin().Explain(date(t, v.start), period(t, v.period)).Due)
		})
	}
}

func TestBackGoldenVectors(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	require.Equal(t, "2026-02-13", c.Back(date(t, "2026-02-27"), 5).String(), "T-5 before a long holiday")
	require.Equal(t, "2026-09-29", c.Back(date(t, "2026-10-09"), 3).String(), "T-3 before national day")
}
