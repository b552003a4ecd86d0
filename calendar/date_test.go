package calendar_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
)

var (
	firstDate = calendar.On(calendar.FirstYear, time.January, 1)
	lastDate  = calendar.On(calendar.LastYear, time.December, 31)
)

// dates draws any date at all.
func dates() *rapid.Generator[calendar.Date] {
	return rapid.Map(rapid.IntRange(0, lastDate.DaysSince(firstDate)), firstDate.AddDays)
}

// Every date there is, against the standard library.
func TestDateAgreesWithTime(t *testing.T) {
	t.Parallel()

	at := time.Date(calendar.FirstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	for d, n := firstDate, 0; ; d, n = d.AddDays(1), n+1 {
		if d.Year() != at.Year() || d.Month() != at.Month() || d.Day() != at.Day() || d.Weekday() != at.Weekday() ||
			d.String() != at.Format(time.DateOnly) || d.DaysSince(firstDate) != n || d != calendar.On(at.Date()) {
			require.Equal(t, at.String(), d.String())
		}
		if d == lastDate {
			return
		}
		at = at.AddDate(0, 0, 1)
	}
}

func TestNewDateRefuses(t *testing.T) {
	t.Parallel()

	for _, v := range []struct {
		year  int
		month time.Month
		day   int
		err   string
	}{
		{2026, time.February, 29, "there is no day 2026-02-29"},
		{2100, time.February, 29, "there is no day 2100-02-29"},
		{2026, time.April, 31, "there is no day 2026-04-31"},
		{2026, time.April, 0, "there is no day 2026-04-00"},
		{2026, 13, 1, "there is no day 2026-13-01"},
		{2026, 0, 1, "there is no day 2026-00-01"},
		{1948, time.December, 31, "year 1948 is outside 1949 to 2200"},
		{2201, time.January, 1, "year 2201 is outside 1949 to 2200"},
	} {
		d, err := calendar.NewDate(v.year, v.month, v.day)
		require.EqualError(t, err, v.err)
		require.True(t, d.IsZero())
	}
	require.PanicsWithValue(t, "calendar.On: there is no day 2026-02-30", func() { calendar.On(2026, time.February, 30) })
	require.Equal(t, "2028-02-29", calendar.On(2028, time.February, 29).String())
	require.Equal(t, "2000-02-29", calendar.On(2000, time.February, 29).String())
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()

	for _, s := range []string{
		"", " ", "2026", "2026-2-28", "2026-02-28 ", " 2026-02-28", "2026-02-28T00:00:00Z", "2026/02/28", "2026.02.28",
		"20260228", "2026-02-2a", "+026-02-28", "2026-+2-28", "2026-02--8", "２０２６-02-28", "2026年02月28日",
		"2026-02-29", "2026-00-10", "2026-13-01", "1948-12-31", "2201-01-01", "9999-12-31",
	} {
		_, err := calendar.ParseDate(s)
		require.Error(t, err, s)
	}
	_, err := calendar.ParseDate("2026-2-28")
	require.EqualError(t, err, `date "2026-2-28" is not in the form 2026-02-28`)
	_, err = calendar.ParseDate(string(make([]byte, 1<<20)))
	require.Less(t, len(err.Error()), 300, "what was written is not echoed at length")
}

// 民法典 第二百零二条: the corresponding day, else the month's last.
func TestDateAddMonths(t *testing.T) {
	t.Parallel()

	for _, v := range []struct {
		from string
		n    int
		to   string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2025-12-31", 2, "2026-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-08-31", 13, "2027-09-30"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-05-20", 0, "2026-05-20"},
		{"2200-12-01", 1, "2200-12-31"},
		{"1949-01-31", -1, "1949-01-01"},
		{"2026-01-01", math.MaxInt, "2200-12-31"},
		{"2026-01-01", math.MinInt, "1949-01-01"},
	} {
		require.Equal(t, v.to, date(t, v.from).AddMonths(v.n).String(), "%s and %d months", v.from, v.n)
	}
}

func TestDateAddMonthsProperties(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		d, n := dates().Draw(t, "d"), rapid.IntRange(-3000, 3000).Draw(t, "n")
		got := d.AddMonths(n)
		require.False(t, d.AddMonths(n-1).After(got), "more months never end earlier")
		if got == firstDate || got == lastDate {
			return
		}
		months := 12*(got.Year()-d.Year()) + int(got.Month()) - int(d.Month())
		require.Equal(t, n, months)
		if got.Day() != d.Day() {
			require.Less(t, got.Day(), d.Day())
			require.Equal(t, 1, got.AddDays(1).Day(), "else the month's last day")
		}
	})
}

func TestDateArithmeticStopsAtTheEnds(t *testing.T) {
	t.Parallel()

	require.Equal(t, lastDate, lastDate.AddDays(1))
	require.Equal(t, firstDate, firstDate.AddDays(-1))
	require.Equal(t, lastDate, firstDate.AddDays(math.MaxInt))
	require.Equal(t, firstDate, lastDate.AddDays(math.MinInt))
}

func TestNoDate(t *testing.T) {
	t.Parallel()

	var none calendar.Date
	day := calendar.On(2026, time.February, 28)
	require.True(t, none.IsZero())
	require.False(t, day.IsZero())
	require.Empty(t, none.String())
	require.Zero(t, none.Year())
	require.Zero(t, none.Month())
	require.Zero(t, none.Day())
	require.Equal(t, time.Sunday, none.Weekday())
	require.Equal(t, none, none.AddDays(1))
	require.Equal(t, none, none.AddMonths(1))
	require.Zero(t, none.DaysSince(day))
	require.Zero(t, day.DaysSince(none))
	require.True(t, none.Before(day))
	require.True(t, day.After(none))
	require.Equal(t, -1, none.Compare(day))
}

func TestDateOrder(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		a, b := dates().Draw(t, "a"), dates().Draw(t, "b")
		require.Equal(t, a.String() < b.String(), a.Before(b))
		require.Equal(t, a.String() > b.String(), a.After(b))
		require.Equal(t, a == b, a.Compare(b) == 0)
		require.Equal(t, a, b.AddDays(a.DaysSince(b)))
	})
}

func TestDateJSON(t *testing.T) {
	t.Parallel()

	type page struct {
		Due  calendar.Date            `json:"due"`
		None calendar.Date            `json:"none"`
		Omit calendar.Date            `json:"omit,omitzero"`
		Map  map[calendar.Date]string `json:"map"`
	}
	day := calendar.On(2026, time.February, 28)
	in := page{Due: day, Map: map[calendar.Date]string{day: "due"}}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"due":"2026-02-28","none":"","map":{"2026-02-28":"due"}}`, string(text))

	var out page
	require.NoError(t, json.Unmarshal(text, &out))
	require.Equal(t, in, out)
	require.Error(t, json.Unmarshal([]byte(`{"due":"2026-02-30"}`), &out))
	require.Error(t, json.Unmarshal([]byte(`{"due":20260228}`), &out))
}

func TestDateScan(t *testing.T) {
	t.Parallel()

	day := calendar.On(2026, time.February, 28)
	for _, src := range []any{"2026-02-28", []byte("2026-02-28"), time.Date(2026, time.February, 28, 0, 0, 0, 0, time.UTC)} {
		var d calendar.Date
		require.NoError(t, d.Scan(src))
		require.Equal(t, day, d)
	}
	d := day
	require.NoError(t, d.Scan(nil))
	require.True(t, d.IsZero())

	for _, src := range []any{
		"", "infinity", int64(20260228), time.Date(2026, time.February, 28, 16, 0, 0, 0, time.UTC),
		time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC),
	} {
		require.Error(t, d.Scan(src), "%v", src)
	}

	value, err := day.Value()
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, time.February, 28, 0, 0, 0, 0, time.UTC), value)
	value, err = calendar.Date{}.Value()
	require.NoError(t, err)
	require.Nil(t, value)
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-02-28", "2026-02-29", "", "1949-01-01", "2200-12-31", "２０２６-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		at, stdErr := time.Parse(time.DateOnly, s)
		if err != nil {
			require.True(t, d.IsZero())
			require.True(t, stdErr != nil || at.Year() < calendar.FirstYear || at.Year() > calendar.LastYear, s)
			return
		}
		require.NoError(t, stdErr)
		require.Equal(t, s, d.String())
	})
}
