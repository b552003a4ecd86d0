package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
)

// A naive calendar, day by day, written with time.Time and the notices' lists.
type naive struct {
	off, worked map[string]bool
}

func newNaive() naive {
	n := naive{off: map[string]bool{}, worked: map[string]bool{}}
	for _, y := range calendar.Builtin().Years() {
		for _, day := range y.Days {
			n.off[day.Date.String()] = day.Off
			n.worked[day.Date.String()] = !day.Off
		}
	}
	for _, s := range []string{
		"2023-10-01", "2023-10-02", "2023-10-03",
		"2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-04-05", "2027-05-01", "2027-05-02",
		"2027-06-09", "2027-09-15", "2027-10-01", "2027-10-02", "2027-10-03",
		"2028-01-01", "2028-01-25", "2028-01-26", "2028-01-27", "2028-01-28", "2028-04-04", "2028-05-01", "2028-05-02",
		"2028-05-28", "2028-10-01", "2028-10-02", "2028-10-03",
	} {
		n.off[s] = true
	}
	return n
}

func (n naive) working(at time.Time) bool {
	s := at.Format(time.DateOnly)
	if n.off[s] || n.worked[s] {
		return n.worked[s]
	}
	return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
}

func (n naive) provisional(at time.Time) bool { return at.Year() < 2024 || at.Year() > 2026 }

func (n naive) add(at time.Time, p calendar.Period) (due string, provisional bool) {
	for left := p.N; p.Unit == calendar.WorkingDays && left > 0; {
		at = at.AddDate(0, 0, 1)
		provisional = provisional || n.provisional(at)
		if n.working(at) {
			left--
		}
		if left == 0 {
			return at.Format(time.DateOnly), provisional
		}
	}
	if p.Unit == calendar.NaturalDays {
		at = at.AddDate(0, 0, p.N)
	}
	if p.Unit == calendar.Months {
		day := at.Day()
		at = at.AddDate(0, 0, 1-day).AddDate(0, p.N, 0)
		for month := at.Month(); at.AddDate(0, 0, 1).Month() == month && at.Day() < day; {
			at = at.AddDate(0, 0, 1)
		}
	}
	for provisional = n.provisional(at); !n.working(at); provisional = provisional || n.provisional(at) {
		at = at.AddDate(0, 0, 1)
	}
	return at.Format(time.DateOnly), provisional
}

func TestAddAgreesWithTheNaiveCalendar(t *testing.T) {
	t.Parallel()

	c, n := calendar.Builtin(), newNaive()
	begin := date(t, "2023-09-01")
	check := func(t require.TestingT, start calendar.Date, p calendar.Period) {
		due, provisional := n.add(time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC), p)
		got := c.Add(start, p)
		require.Equal(t, due, got.Date.String(), "%s + %s", start, p)
		require.Equal(t, provisional, got.Provisional, "%s + %s", start, p)
	}
	for d := begin; d.Year() < 2028; d = d.AddDays(1) { // the periods of the default policy
		for _, p := range []string{"1WD", "3WD", "5WD", "15WD", "30D", "1M", "2M"} {
			check(t, d, period(t, p))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Map(rapid.IntRange(0, 1200), begin.AddDays).Draw(t, "start")
		p := periods(300).Draw(t, "p")
		if p.Unit == calendar.Months {
			p.N %= 19
		}
		check(t, start, p)
	})
}

// A later start never gives an earlier due date, and a due date is worked.
func TestAddIsMonotone(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	rapid.Check(t, func(t *rapid.T) {
		a, b := dates().Draw(t, "a"), dates().Draw(t, "b")
		if rapid.Bool().Draw(t, "near") {
			b = a.AddDays(rapid.IntRange(0, 40).Draw(t, "days"))
		}
		if b.Before(a) {
			a, b = b, a
		}
		p := periods(calendar.MaxPeriod).Draw(t, "p")
		first, second := c.Add(a, p), c.Add(b, p)
		require.False(t, second.Date.Before(first.Date))
		require.True(t, c.WorkingDay(first.Date))
		require.False(t, first.Date.Before(a))
	})
}

// E22: days off added to a notice never make a deadline earlier.
func TestMoreDaysOffNeverShortenAPeriod(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	rapid.Check(t, func(t *rapid.T) {
		year := c.Years()[2]
		named := map[calendar.Date]bool{}
		for _, day := range year.Days {
			named[day.Date] = true
		}
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 364), 1, 30, rapid.ID).Draw(t, "off") {
			d := calendar.On(2026, time.January, 1).AddDays(n)
			if !named[d] {
				year.Days = append(year.Days, calendar.SpecialDay{Date: d, Name: "延长", Off: true})
			}
		}
		extended, err := c.With(year, 2)
		require.NoError(t, err)
		start := calendar.On(2025, time.November, 1).AddDays(rapid.IntRange(0, 400).Draw(t, "start"))
		p := periods(60).Draw(t, "p")
		require.False(t, extended.Add(start, p).Date.Before(c.Add(start, p).Date))
		require.Equal(t, extended.Add(start, p), extended.Explain(start, p).Due)
	})
}

func TestBackIsTheInverse(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	rapid.Check(t, func(t *rapid.T) {
		d, n := dates().Draw(t, "d"), rapid.IntRange(1, 400).Draw(t, "n")
		back := c.Back(d, n)
		require.Equal(t, back, c.AddWorkingDays(d, -n))
		if back != firstDate {
			require.True(t, c.WorkingDay(back))
			require.Equal(t, c.Roll(d).Date, c.AddWorkingDays(back, n))
			if c.WorkingDay(d) {
				require.Equal(t, n, c.WorkingDaysBetween(back, d))
			}
		}
		later := c.AddWorkingDays(d, n)
		require.Equal(t, later, c.Back(d, -n))
		if later != lastDate {
			require.Equal(t, n, c.WorkingDaysBetween(d, later))
		}
		if c.WorkingDay(d) && later != lastDate {
			require.Equal(t, d, c.Back(later, n))
		}
	})
}

func TestWorkingDaysBetween(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	require.Equal(t, 15, c.WorkingDaysBetween(date(t, "2026-02-02"), date(t, "2026-02-28")))
	require.Zero(t, c.WorkingDaysBetween(date(t, "2026-02-28"), date(t, "2026-02-02")))
	rapid.Check(t, func(t *rapid.T) {
		a := dates().Draw(t, "a")
		b := a.AddDays(rapid.IntRange(0, 800).Draw(t, "days"))
		count := 0
		for d := a; d != b; {
			d = d.AddDays(1)
			if c.Day(d).Working {
				count++
			}
		}
		require.Equal(t, count, c.WorkingDaysBetween(a, b))
	})
}
