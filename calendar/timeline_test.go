package calendar_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
)

func TestRealTimeline(t *testing.T) {
	t.Parallel()

	line := calendar.Real()
	day := calendar.On(2026, time.February, 28)
	require.Equal(t, time.Date(2026, time.February, 27, 16, 0, 0, 0, time.UTC), line.Start(day))
	require.Equal(t, time.Date(2026, time.February, 28, 16, 0, 0, 0, time.UTC), line.End(day))
	require.Equal(t, time.Date(2026, time.February, 28, 0, 30, 0, 0, time.UTC), line.At(day, 8*time.Hour+30*time.Minute))
	require.Equal(t, 24*time.Hour, line.DayLength())
	require.Equal(t, time.Minute, line.Scale(time.Minute))
	require.Equal(t, calendar.Timeline{}, line)
	require.True(t, line.Start(calendar.Date{}).IsZero())
	require.True(t, line.End(calendar.Date{}).IsZero())
	require.True(t, line.At(calendar.Date{}, time.Hour).IsZero())

	require.Equal(t, firstDate, line.Date(time.Time{}), "before the first date")
	require.Equal(t, lastDate, line.Date(time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)), "after the last")
}

// The zone database agrees, but for the summers in which the clocks were
// changed: 1986 to 1991, and 1949 until the end of May.
func TestRealTimelineAgreesWithTheZone(t *testing.T) {
	t.Parallel()

	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	for d := firstDate; d != lastDate; d = d.AddDays(1) {
		midnight := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, shanghai)
		if _, offset := midnight.Zone(); offset != 8*60*60 {
			require.Contains(t, []int{1949, 1986, 1987, 1988, 1989, 1990, 1991}, d.Year())
			continue
		}
		if at := calendar.Real().Start(d); !at.Equal(midnight) {
			require.Equal(t, midnight, at)
		}
	}
}

// 1986-05-04 and 1986-09-14 had 23 and 25 hours on the clock, not in law.
func TestRealTimelineKeepsDaylightSavingOut(t *testing.T) {
	t.Parallel()

	for d := calendar.On(1986, time.January, 1); d.Year() < 1992; d = d.AddDays(1) {
		require.Equal(t, 24*time.Hour, calendar.Real().End(d).Sub(calendar.Real().Start(d)))
		require.Equal(t, calendar.Real().End(d), calendar.Real().Start(d.AddDays(1)))
		require.Equal(t, d, calendar.Real().Date(calendar.Real().Start(d)))
	}
}

func TestZone(t *testing.T) {
	t.Parallel()

	day := calendar.On(2026, time.February, 28)
	require.Equal(t, "2026-02-28T00:00:00+08:00", calendar.Real().Start(day).In(calendar.Zone()).Format(time.RFC3339))
}

// timelines draws the real one or any compressed one.
func timelines() *rapid.Generator[calendar.Timeline] {
	return rapid.Custom(func(t *rapid.T) calendar.Timeline {
		if rapid.Bool().Draw(t, "real") {
			return calendar.Real()
		}
		at := time.Unix(rapid.Int64Range(-600_000_000, 7_000_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond"))
		length := rapid.Int64Range(int64(calendar.MinDayLength), int64(calendar.MaxDayLength)).Draw(t, "day length")
		timeline, err := calendar.Compressed(dates().Draw(t, "origin"), at, time.Duration(length))
		require.NoError(t, err)
		return timeline
	})
}

func TestTimelineProperties(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		line := timelines().Draw(t, "timeline")
		d := dates().Draw(t, "d")
		start, end := line.Start(d), line.End(d)

		require.Equal(t, time.UTC, start.Location())
		require.Equal(t, d, line.Date(start))
		require.Equal(t, d, line.Date(end.Add(-1)))
		require.Equal(t, line.DayLength(), end.Sub(start))
		require.Equal(t, start, start.Truncate(time.Microsecond), "what a database keeps of it is the same instant")
		if d != lastDate {
			require.Equal(t, end, line.Start(d.AddDays(1)), "the end is exclusive")
			require.Equal(t, d.AddDays(1), line.Date(end))
		}

		timeOfDay := time.Duration(rapid.Int64Range(0, int64(24*time.Hour)-1).Draw(t, "time of day"))
		at := line.At(d, timeOfDay)
		require.Equal(t, d, line.Date(at))
		require.False(t, at.Before(start))
		require.Equal(t, line.DayLength(), line.Scale(24*time.Hour))
		require.Equal(t, -line.Scale(timeOfDay), line.Scale(-timeOfDay))
	})
}

func TestCompressedTimeline(t *testing.T) {
	t.Parallel()

	origin := calendar.On(2026, time.March, 2)
	at := time.Date(2026, time.November, 23, 9, 0, 0, 0, calendar.Zone())
	line, err := calendar.Compressed(origin, at, 2*time.Second)
	require.NoError(t, err)
	require.Equal(t, at.UTC(), line.Start(origin))
	require.Equal(t, at.UTC().Add(10*time.Second), line.Start(calendar.On(2026, time.March, 7)))
	require.Equal(t, at.UTC().Add(-2*time.Second), line.Start(calendar.On(2026, time.March, 1)))
	require.Equal(t, at.UTC().Add(time.Second), line.At(origin, 12*time.Hour))
	require.Equal(t, 5*time.Second, line.Scale(60*time.Hour))
	require.Equal(t, 2*time.Second, line.DayLength())
	require.Equal(t, origin, line.Date(at.Add(1999*time.Millisecond)))

	same, err := calendar.Compressed(origin, at.In(time.UTC), 2*time.Second+999)
	require.NoError(t, err)
	require.True(t, line == same, "equal with ==, whatever the zone, cut to the microsecond")
}

func TestCompressedRefuses(t *testing.T) {
	t.Parallel()

	origin := calendar.On(2026, time.March, 2)
	at := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	_, err := calendar.Compressed(calendar.Date{}, at, time.Second)
	require.EqualError(t, err, "compressed timeline without an origin")
	_, err = calendar.Compressed(origin, at, 10*time.Millisecond-1)
	require.EqualError(t, err, "day length 9.999999ms is outside 10ms to 24h0m0s")
	_, err = calendar.Compressed(origin, at, 24*time.Hour+1)
	require.Error(t, err)
	_, err = calendar.Compressed(origin, time.Time{}, time.Second)
	require.EqualError(t, err, "compressed timeline begins in the year 1, outside 1949 to 2200")
}
