package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
)

// bare knows no notice: every day is by law and week alone.
func bare(t *testing.T) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(1)
	require.NoError(t, err)
	return c
}

// statutoryDays lists the days off by law of a year, with their names.
func statutoryDays(c *calendar.Calendar, year int) map[string]string {
	days := map[string]string{}
	for d := calendar.On(year, time.January, 1); d.Year() == year; d = d.AddDays(1) {
		if day := c.Day(d); day.Kind == calendar.Statutory {
			days[d.String()[5:]] = day.Name
		}
	}
	return days
}

// 全国年节及纪念日放假办法 第二条: thirteen days since 2025.
func TestStatutoryDays(t *testing.T) {
	t.Parallel()

	c := bare(t)
	require.Equal(t, map[string]string{
		"01-01": "元旦",
		"02-05": "春节", "02-06": "春节", "02-07": "春节", "02-08": "春节",
		"04-05": "清明节",
		"05-01": "劳动节", "05-02": "劳动节",
		"06-09": "端午节",
		"09-15": "中秋节",
		"10-01": "国庆节", "10-02": "国庆节", "10-03": "国庆节",
	}, statutoryDays(c, 2027))

	solar := map[string]string{
		"01-01": "元旦", "05-01": "劳动节", "05-02": "劳动节", "10-01": "国庆节", "10-02": "国庆节", "10-03": "国庆节",
	}
	require.Equal(t, solar, statutoryDays(c, 2051), "beyond the table of the moon")
	delete(solar, "05-02")
	require.Equal(t, solar, statutoryDays(c, 2023), "2 May only since 2025")

	require.Equal(t, "国庆节、中秋节", c.Day(date(t, "2028-10-03")).Name, "both on one day")
	for year := 2025; year <= 2050; year++ {
		want := 13
		switch year {
		case 2028, 2031, 2039:
			want = 12 // mid-autumn on a National Day
		}
		require.Len(t, statutoryDays(c, year), want, "%d", year)
	}
}

// Days known from elsewhere: the notices of 2025 and 2026 name the festivals,
// and almanacs agree on the Spring Festivals after them.
func TestStatutoryDaysAgreeWithTheNotices(t *testing.T) {
	t.Parallel()

	c := bare(t)
	for _, year := range []int{2025, 2026} {
		for s := range statutoryDays(c, year) {
			d := date(t, calendar.On(year, time.January, 1).String()[:5]+s)
			require.Equal(t, calendar.ScheduledOff, calendar.Builtin().Day(d).Kind, d)
		}
	}
	for _, s := range []string{"2028-01-26", "2029-02-13", "2030-02-03", "2033-01-31", "2034-02-19", "2038-02-04", "2050-01-23"} {
		require.Equal(t, "春节", c.Day(date(t, s)).Name, s)
		require.Equal(t, "春节", c.Day(date(t, s).AddDays(-1)).Name, "the eve of %s", s)
		require.NotEqual(t, "春节", c.Day(date(t, s).AddDays(-2)).Name, s)
		require.Equal(t, "春节", c.Day(date(t, s).AddDays(2)).Name, s)
		require.NotEqual(t, "春节", c.Day(date(t, s).AddDays(3)).Name, s)
	}
	for _, s := range []string{"2033-09-08", "2029-09-22"} {
		require.Equal(t, "中秋节", c.Day(date(t, s)).Name, s)
	}
}
