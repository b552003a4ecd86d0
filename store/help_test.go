package store_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
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
	}, 2*time.Minute, 5*time.Millisecond)
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

// A past is one event as it stands in the table.
type past struct {
	Seq   int64
	Kind  lifecycle.EventKind
	Legal string
	At    time.Time
}

func (r record) history(t *testing.T, id string) []past {
	t.Helper()
	rows, err := r.sql.Query(context.Background(), `SELECT seq, kind, legal_on::text, at FROM events WHERE case_id = $1 ORDER BY seq`, id)
	require.NoError(t, err)
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[past])
	require.NoError(t, err)
	return events
}

func kinds(events []past) []lifecycle.EventKind {
	list := make([]lifecycle.EventKind, len(events))
	for i, e := range events {
		list[i] = e.Kind
	}
	return list
}

func upper(s string) string { return strings.ToUpper(s) }

// physical are the physical versions of a case's rows: they move with every
// write, even one that changes nothing.
func (r record) physical(t *testing.T, id string) []string {
	t.Helper()
	rows, err := r.sql.Query(context.Background(), `
		SELECT 'case ' || xmin || ' ' || ctid FROM cases WHERE id = $1
		UNION ALL SELECT 'state ' || xmin || ' ' || ctid FROM case_states WHERE case_id = $1
		UNION ALL SELECT 'unit ' || xmin || ' ' || ctid FROM unit_cases WHERE case_id = $1
		UNION ALL SELECT 'telling ' || xmin || ' ' || ctid FROM tellings WHERE case_id = $1 ORDER BY 1`, id)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// legalToday is the legal date now, which under compressed days is not the
// civil one.
func (r record) legalToday(t *testing.T) calendar.Date {
	t.Helper()
	_, _, timeline, err := r.PolicyInForce(context.Background())
	require.NoError(t, err)
	return timeline.Date(time.Now())
}

func (r record) noteStep() casetest.Step {
	return casetest.Step{By: r.people.Officer, Body: &lifecycle.Note{Text: "备注"}}
}

func isStale(err error) bool { return errors.Is(err, store.ErrStale) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func contains(s, part string) bool { return strings.Contains(s, part) }
