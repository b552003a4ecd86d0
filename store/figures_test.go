package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/store"
)

// nextMornings are so many working days from tomorrow on, when digests leave.
func nextMornings(n int) (list []time.Time) {
	for day := today().AddDays(1); len(list) < n; day = day.AddDays(1) {
		if calendar.Builtin().WorkingDay(day) {
			list = append(list, calendar.Real().At(day, 8*time.Hour+30*time.Minute))
		}
	}
	return list
}

// digests makes all digests that are to be made.
func (r record) digests(t *testing.T, s *store.Store, now time.Time) (made int) {
	t.Helper()
	ctx := context.Background()
	_, err := s.RouteLetters(ctx, now, 1000)
	require.NoError(t, err)
	for {
		n, more, err := s.Digests(ctx, now)
		require.NoError(t, err)
		if made += n; !more {
			return made
		}
	}
}

// figuresTold is what each account was told of the figures on the day.
func (r record) figuresTold(t *testing.T, now time.Time) map[string]string {
	t.Helper()
	rows, err := r.sql.Query(context.Background(), `SELECT account_id, content FROM mailings WHERE kind = 'digest' AND created_at = $1 ORDER BY 1`, now)
	require.NoError(t, err)
	defer rows.Close()
	told := map[string]string{}
	for rows.Next() {
		var account, text string
		require.NoError(t, rows.Scan(&account, &text))
		if _, figures, ok := strings.Cut(text, "督办情况（截至"); ok {
			told[account] = figures
		}
	}
	require.NoError(t, rows.Err())
	return told
}

func keys(m map[string]string) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// Issue 4 item 5: whoever may ask for the overviews is told their figures in the
// digest of the day, and they are what the overviews answer.
func TestOverseersAreToldWhatTheOverviewsSay(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	l := r.underNotice(t, "long", 100)
	r.exec(t, `DELETE FROM outbox`)
	now := nextMornings(1)[0]
	require.Equal(t, 5, r.digests(t, r.Store, now))
	require.Zero(t, r.digests(t, r.Store, now.Add(time.Hour)), "one a day")
	told := r.figuresTold(t, now)
	want := []string{p.Head.Account, p.Leader.Account, p.Signer.Account, p.Manager.Account, p.Auditor.Account}
	slices.Sort(want)
	require.Equal(t, want, keys(told))
	text := told[p.Manager.Account]
	for _, account := range want {
		require.Equal(t, text, told[account])
	}
	v, err := r.Case(context.Background(), p.Manager, l.Case)
	require.NoError(t, err)
	late := r.ask(t, store.OverviewLate, store.OverviewFilter{})
	k, _ := v.Staff.UnitDeadline()
	days := calendar.Builtin().WorkingDaysBetween(k.Due, calendar.Real().Date(now))
	require.Contains(t, text, fmt.Sprintf("一、逾期情况：%d件，最长逾期%d个工作日。", late.Total.Count, days))
	require.Contains(t, text, fmt.Sprintf("单位：%s 1件（最长%d个工作日）。", p.Unit.Name, days))
	require.Contains(t, text, fmt.Sprintf("片区：第一片区 1件（最长%d个工作日）。", days))
	require.Contains(t, text, fmt.Sprintf("经办人：%s 1件（最长%d个工作日）。", p.Officer.Name, days))
	require.Contains(t, text, fmt.Sprintf("最久的事项：%s %s（%s，%d个工作日）。", v.Staff.Number, v.Staff.Finding.Title, p.Unit.Name, days))
	require.Contains(t, text, fmt.Sprintf("二、待办措施：%d项", r.ask(t, store.OverviewMeasures, store.OverviewFilter{}).Total.Count))
	require.Contains(t, text, "应办人：")
	require.Contains(t, text, "三、督办等级分布：1件")
	require.Contains(t, text, "L5 负面清单 1件")
	require.Contains(t, text, "四、即将到期（今后5个工作日内）：无。")
	require.Contains(t, text, fmt.Sprintf("五、工委自身超期：%d项", r.ask(t, store.OverviewCommittee, store.OverviewFilter{}).Total.Count))
}

// Issue 4: nobody is flooded. Where there is nothing to tell, nobody is told so;
// and the figures of a day are reckoned once.
func TestFiguresAreToldOnceAndOnlyWhenThereAreAny(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	at := nextMornings(2)
	require.Zero(t, r.digests(t, r.Store, at[0]))
	r.underNotice(t, "long", 60)
	r.exec(t, `DELETE FROM outbox`)
	require.Zero(t, r.digests(t, r.Store, at[0].Add(time.Hour)), "the figures are those of the morning")
	require.Equal(t, 5, r.digests(t, r.Store, at[1]))
	morning := r.figuresTold(t, at[1])[r.people.Manager.Account]
	// Who comes later on the day is told what the others were.
	r.underNotice(t, "another", 60)
	r.exec(t, `DELETE FROM outbox`)
	late, _, err := r.AddAccount(ctx, store.NewAccount{Name: "新任", Roles: []lifecycle.Role{lifecycle.CommitteeSecretary}})
	require.NoError(t, err)
	noon := at[1].Add(3 * time.Hour)
	require.Equal(t, 1, r.digests(t, r.Store, noon))
	require.Equal(t, map[string]string{late.ID: morning}, r.figuresTold(t, noon))
	// A process that takes over the same day has nothing to add.
	require.Zero(t, r.digests(t, r.second(t, r.url, 4), noon.Add(time.Hour)))
}

// What a person must do and what the person is told are one digest.
func TestFiguresJoinTheReminders(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	l := r.underNotice(t, "long", 100)
	now := nextMornings(1)[0]
	r.exec(t, `DELETE FROM outbox`)
	r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, 900, 'role:leader', 'chased', true, $2)`, l.Case, now.Add(-time.Hour))
	require.Equal(t, 5, r.digests(t, r.Store, now))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM mailings WHERE kind = 'digest' AND content LIKE '请抓紧办理下列事项%督办情况（截至%'`), "both leaders")
	require.Equal(t, 3, r.count(t, `SELECT count(*) FROM mailings WHERE kind = 'digest' AND content LIKE '督办情况（截至%'`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM mailing_letters WHERE mailing_id IS NULL`))
}

// Who is away is told nothing, nor is who reads for them and sees less; an
// account that was ended is told nothing.
func TestFiguresOfWhoIsAwayGoToNobody(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	r.underNotice(t, "long", 60)
	r.exec(t, `DELETE FROM outbox`)
	now := nextMornings(1)[0]
	day := calendar.Real().Date(now)
	r.exec(t, `INSERT INTO substitutes (id, account_id, substitute, since, until, author) VALUES ('x', $1, $2, $3, $3, 'x')`, p.Manager.Account, p.Officer.Account, day)
	require.NoError(t, r.DisableAccount(ctx, p.Auditor.Account))
	require.Equal(t, 3, r.digests(t, r.Store, now))
	want := []string{p.Head.Account, p.Leader.Account, p.Signer.Account}
	slices.Sort(want)
	require.Equal(t, want, keys(r.figuresTold(t, now)))
}

// Reminders do not wait for figures that cannot be had, and the error is told.
func TestDigestsGoWithoutFiguresBeforeTheyDoNotGo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	l := r.underNotice(t, "long", 60)
	bad := r.underNotice(t, "bad", 60)
	r.exec(t, `DELETE FROM outbox`)
	r.exec(t, `UPDATE case_states SET state = jsonb_set(state, '{raised_on}', '"never"') WHERE case_id = $1`, bad.Case)
	now := nextMornings(1)[0]
	r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, 900, $2, 'chased', true, $3)`, l.Case, "unit:"+r.people.Unit.ID, now.Add(-time.Hour))
	_, err := r.RouteLetters(ctx, now, 100)
	require.NoError(t, err)
	made, _, err := r.Digests(ctx, now)
	require.ErrorContains(t, err, "reckon figures")
	require.Equal(t, 2, made, "the unit's secretary, and the head, who has a copy")
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM mailings WHERE account_id = $1`, r.people.Secretary.Account))
	// Once they can be had they are told, the same day.
	r.exec(t, `UPDATE case_states SET state = state - 'raised_on' WHERE case_id = $1`, bad.Case)
	require.Equal(t, 4, r.digests(t, r.Store, now.Add(time.Minute)))
}
