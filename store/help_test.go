package store_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// twoDrafts are two drafts of the same unit, in the order of their ids.
func (r record) twoDrafts(t *testing.T) (low, high lifecycle.Case) {
	t.Helper()
	low = r.life(t, "one").Must(t.Context(), t, r.people.Finding("甲", today()))
	high = r.life(t, "two").Must(t.Context(), t, r.people.Finding("乙", today()))
	if high.ID < low.ID {
		low, high = high, low
	}
	return low, high
}

// awaitBlocked waits until so many sessions wait for a lock.
func (r record) awaitBlocked(t *testing.T, n int) {
	t.Helper()
	conn := r.beside(t)
	require.Eventually(t, func() bool {
		var have int
		err := conn.QueryRow(context.Background(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&have)
		return err == nil && have >= n
	}, 10*time.Second, 5*time.Millisecond)
}

// policyText is the default policy with another name, so that it is another.
func (r record) policyText(t *testing.T) []byte {
	t.Helper()
	text := policy.DefaultText()
	changed := bytes.Replace(text, []byte("\n"), []byte("\n# 修订\n"), 1)
	require.NotEqual(t, text, changed)
	return changed
}

// year2027 is a notice for 2027 as it might come: the days of the law, a bridge
// day and a make-up workday.
func year2027(t *testing.T) calendar.Year {
	t.Helper()
	y := calendar.Year{Year: 2027, Reference: "假设的2027年通知"}
	days := calendar.Builtin()
	for d := calendar.On(2027, time.January, 1); d.Year() == 2027; d = d.AddDays(1) {
		if day := days.Day(d); day.Name != "" && !day.Working {
			y.Days = append(y.Days, calendar.SpecialDay{Date: d, Name: day.Name, Off: true})
		}
	}
	require.NotEmpty(t, y.Days)
	y.Days = append(y.Days,
		calendar.SpecialDay{Date: calendar.On(2027, time.January, 8), Name: "元旦", Off: true},
		calendar.SpecialDay{Date: calendar.On(2027, time.January, 10), Name: "元旦"},
		calendar.SpecialDay{Date: calendar.On(2026, time.December, 31), Name: "元旦", Off: true},
	)
	return y
}
