package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
)

// A notice is compared with what held before it: the days it makes others, those
// of the December before among them, and no day that stays what it was.
func TestDifferences(t *testing.T) {
	t.Parallel()
	before := calendar.Builtin()
	require.Empty(t, calendar.Differences(before, before, 2026))
	var year calendar.Year
	for _, y := range before.Years() {
		if y.Year == 2026 {
			year = y
		}
	}
	require.NotEmpty(t, year.Days)
	new1, old1 := calendar.On(2025, time.December, 31), calendar.On(2026, time.December, 31)
	year.Days = append(year.Days,
		calendar.SpecialDay{Date: new1, Name: "元旦", Off: true}, calendar.SpecialDay{Date: old1, Name: "元旦", Off: true})
	after, err := before.With(year, 2)
	require.NoError(t, err)
	found := calendar.Differences(before, after, 2026)
	require.Len(t, found, 2)
	require.Equal(t, new1, found[0].Date)
	require.True(t, found[0].Was.Working)
	require.Equal(t, calendar.ScheduledOff, found[0].Now.Kind)
	require.Equal(t, old1, found[1].Date)
}
