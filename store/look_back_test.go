package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
	"duban/store"
)

// A waiting is a case that waits for its look-back, and what was drawn for it, as
// whoever has the key and the database can find out.
type waiting struct {
	record
	life *casetest.Life
	plan lot.Plan
}

// waits has a report accepted forty days ago, so that the window is open.
func (r record) waits(t *testing.T, key string) *waiting {
	t.Helper()
	ctx, p := context.Background(), r.people
	w := &waiting{record: r, life: r.life(t, key)}
	w.at(time.Now().AddDate(0, 0, -40))
	w.life.Must(ctx, t, p.Finding("问题", calendar.Real().Date(w.life.Now())))
	w.life.Must(ctx, t, append(p.UpToReview(), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})...)
	w.plan = w.drawn(t)
	return w
}

// at sets the clock.
func (w *waiting) at(now time.Time) { w.life.Now = func() time.Time { return now } }

// on is an hour of a legal day.
func on(d calendar.Date, hour int) time.Time {
	return calendar.Real().At(d, time.Duration(hour)*time.Hour)
}

func (w *waiting) state(t *testing.T) lifecycle.Case {
	t.Helper()
	c, err := w.Case(context.Background(), w.people.Auditor, w.life.Case)
	require.NoError(t, err)
	return *c.Staff
}

// drawn opens the seal, of which the test holds the key.
func (w *waiting) drawn(t *testing.T) lot.Plan {
	t.Helper()
	d := w.state(t).Draw
	require.Equal(t, lifecycle.DrawMade, d.Status)
	var (
		ctx    = context.Background()
		sealed []byte
	)
	require.NoError(t, pgx.BeginFunc(ctx, w.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE duban_dispatch`); err != nil {
			return err
		}
		var tags [][]byte
		for day := d.Opens; !day.After(d.Closes); day = day.AddDays(1) {
			tags = append(tags, casetest.Keys().Tags(w.life.Case, d.Number, day)...)
		}
		return tx.QueryRow(ctx, `SELECT plan FROM sealed.due($1)`, tags).Scan(&sealed)
	}))
	plan, err := casetest.Keys().Open(sealed, w.life.Case, d.Number)
	require.NoError(t, err)
	return plan
}

// told lists who was told of a task.
func (w *waiting) told(t *testing.T) []string {
	t.Helper()
	told, err := w.dispatched(t, `SELECT account_id FROM mailings WHERE subject LIKE '今日任务%' ORDER BY 1`)
	require.NoError(t, err)
	return told
}

// dispatched reads one column as the dispatcher's role may.
func (r record) dispatched(t *testing.T, sql string) (list []string, err error) {
	t.Helper()
	ctx := context.Background()
	err = pgx.BeginFunc(ctx, r.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE duban_dispatch`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sql)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return list, err
}

func (w *waiting) dispatch(t *testing.T, at time.Time) {
	t.Helper()
	require.NoError(t, w.DispatchLookBacks(context.Background(), at))
}

// arrival is the arrival of the drawn team.
func (w *waiting) arrival(on calendar.Date) *lifecycle.RecordArrival {
	return &lifecycle.RecordArrival{On: on, Persons: append([]string{w.plan.Team.Lead}, w.plan.Team.Others...)}
}

func (w *waiting) refused(t *testing.T, code string, by lifecycle.Actor, body lifecycle.CommandBody) {
	t.Helper()
	before := w.state(t)
	a, err := w.life.Do(context.Background(), casetest.Step{By: by, Body: body})
	require.NoError(t, err)
	require.NotNil(t, a.Refusal, "%s", body.Kind())
	require.Equal(t, code, a.Refusal.Code, a.Refusal.ZH)
	after := w.state(t)
	require.Equal(t, before.Stage, after.Stage)
	if code == "not_dispatched" {
		require.Greater(t, after.Seq, before.Seq, "that somebody tried is on record")
	}
	if before.Draw != nil && code == "not_dispatched" {
		before.Draw.Refused, after.Draw.Refused = nil, nil
	}
	require.Equal(t, before.Draw, after.Draw, "else a refusal writes nothing")
}

// Issue 5, point 2: on the morning of the drawn day, and not an hour before, the
// drawn inspectors are told and nobody else, under a number that says nothing,
// and once.
func TestTheDrawnAreToldOnTheMorning(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	w := r.waits(t, "told")
	before := w.state(t)
	for day := before.Draw.Opens; day.Before(w.plan.Date); day = day.AddDays(1) {
		w.dispatch(t, on(day, 15))
	}
	w.dispatch(t, on(w.plan.Date, 6))
	require.Empty(t, w.told(t))
	w.dispatch(t, on(w.plan.Date, 7))
	w.dispatch(t, on(w.plan.Date, 8))
	require.ElementsMatch(t, []string{w.plan.Team.Lead, w.plan.Team.Others[0]}, w.told(t))
	require.Equal(t, before.Seq, w.state(t).Seq, "the record itself tells nobody")
	text, err := w.dispatched(t, `SELECT subject || content FROM mailings`)
	require.NoError(t, err)
	for _, secret := range []string{before.Number, before.Finding.Title, r.people.Unit.Name, w.life.Case} {
		require.NotContains(t, strings.Join(text, ""), secret)
	}
	require.Equal(t, lifecycle.DrawMade, w.state(t).Draw.Status)
}

// A team that was told and did not come is a leader's to decide on the next morning,
// and its task is no task any more. He may let it come on that day after all; if it
// does not, he is asked again.
func TestATeamThatDidNotComeIsALeadersTask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	w := r.waits(t, "absent")
	w.dispatch(t, on(w.plan.Date, 7))
	for hour := 8; hour < 24; hour++ {
		w.dispatch(t, on(w.plan.Date, hour))
	}
	require.Equal(t, lifecycle.DrawMade, w.state(t).Draw.Status)
	for n := 1; n <= 2; n++ {
		day := w.plan.Date.AddDays(n)
		w.dispatch(t, on(day, 6))
		require.Equal(t, lifecycle.DrawMade, w.state(t).Draw.Status)
		require.Len(t, w.tasks(t, p.Lead.Account), 1)
		w.dispatch(t, on(day, 7))
		w.dispatch(t, on(day, 8))
		c := w.state(t)
		require.Equal(t, lifecycle.DrawMissed, c.Draw.Status)
		require.Equal(t, "not_kept", c.Draw.Fault.Code)
		_, asked := drawClock(c)
		require.True(t, asked)
		require.Empty(t, w.tasks(t, p.Lead.Account))
		w.at(on(day, 9))
		w.refused(t, "not_drawn", p.Lead, w.arrival(day))
		w.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.PermitArrival{Reason: "大雪封路，顺延一日"}})
		w.dispatch(t, on(day, 10))
		c = w.state(t)
		require.Equal(t, lifecycle.DrawMade, c.Draw.Status)
		_, asked = drawClock(c)
		require.False(t, asked)
		require.Len(t, w.tasks(t, p.Lead.Account), 1)
	}
	require.Len(t, w.told(t), 2, "nobody is told again")
	w.life.Must(ctx, t, casetest.Step{By: p.Lead, Body: w.arrival(w.plan.Date.AddDays(2))})
	require.Equal(t, lifecycle.LookBackActive, w.state(t).Stage)
	r.sound(t)
}

// A dispatcher that wakes when it is too late to come tells nobody, and the day is
// missed on the next morning.
func TestNobodyIsToldLate(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	w := r.waits(t, "late")
	for _, hour := range []int{16, 23} {
		w.dispatch(t, on(w.plan.Date, hour))
	}
	require.Empty(t, w.told(t))
	require.Equal(t, lifecycle.DrawMade, w.state(t).Draw.Status)
	w.dispatch(t, on(w.plan.Date.AddDays(1), 7))
	require.Equal(t, "day_passed", w.state(t).Draw.Fault.Code)
	require.Empty(t, w.told(t))
}

// A round that died after it told somebody, before it noted that it had asked, is made
// up for without telling anybody again, on the day and after it.
func TestARoundThatDiedTellsNobodyAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "died")
	w.dispatch(t, on(w.plan.Date, 7))
	for _, again := range []calendar.Date{w.plan.Date, w.plan.Date.AddDays(1)} {
		require.NoError(t, pgx.BeginFunc(ctx, w.sql, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SET LOCAL ROLE duban_dispatch`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE sealed.asked SET through = $1`, w.plan.Date.AddDays(-1))
			return err
		}))
		w.dispatch(t, on(again, 8))
	}
	require.Len(t, w.told(t), 2)
	require.Equal(t, "not_kept", w.state(t).Draw.Fault.Code, "it was told")
}

// Issue 5, point 1: without two who may come nothing is drawn, and a leader has to
// decide; once there are, he may have it drawn when another asks for it.
func TestTooFewIsALeadersTask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	require.NoError(t, r.DisableAccount(ctx, p.Inspector.Account))
	l := r.life(t, "few")
	l.Must(ctx, t, casetest.Step{By: lifecycle.Actor{Account: p.Officer.Account, Name: p.Officer.Name, Roles: p.Officer.Roles}, Body: p.Finding("问题", today()).Body})
	steps := append(p.UpToReview(), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})
	steps[0].By = p.Officer
	c := l.Must(ctx, t, steps...)
	require.Equal(t, lifecycle.DrawFailed, c.Draw.Status)
	require.Equal(t, "too_few", c.Draw.Fault.Code)
	k, ok := drawClock(c)
	require.True(t, ok)
	require.Equal(t, []lifecycle.Recipient{{Role: lifecycle.Leader}}, c.Chased(k))
	a, err := l.Do(ctx, casetest.Step{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "已有人手"}})
	require.NoError(t, err)
	require.Equal(t, "no_redraw", a.Refusal.Code, "nobody redraws alone")
	_, _, err = r.AddAccount(ctx, store.NewAccount{Name: "新检查员", Roles: []lifecycle.Role{lifecycle.Inspector}})
	require.NoError(t, err)
	c = l.Must(ctx, t,
		casetest.Step{By: p.Lead, Body: &lifecycle.RequestRedraw{Reason: "已有人手"}},
		casetest.Step{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "同意"}})
	require.Equal(t, lifecycle.DrawMade, c.Draw.Status)
	require.Equal(t, 2, c.Draw.Number)
	_, ok = drawClock(c)
	require.False(t, ok)
}

// drawClock is the clock of a leader who has to decide on a draw.
func drawClock(c lifecycle.Case) (lifecycle.Clock, bool) {
	for _, k := range c.Clocks {
		if k.Name == policy.ClockDraw {
			return k, true
		}
	}
	return lifecycle.Clock{}, false
}

// Issue 5, bad input: with a wrong key or none the case goes on, a leader is told
// once, nobody arrives, and a redraw that a second person witnesses is the way out.
func TestALostKeyIsALeadersTask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	w := r.waits(t, "key")
	key, err := lot.NewKey(lot.NewStream(lot.Seed{}, "another"))
	require.NoError(t, err)
	for _, keys := range []lot.Keys{nil, {key}} {
		s, err := store.Open(ctx, store.Options{URL: r.url, MaxConns: 4, Keys: keys, Logger: quiet()})
		require.NoError(t, err)
		t.Cleanup(s.Close)
		require.NoError(t, s.DispatchLookBacks(ctx, on(w.plan.Date, 8)))
		w.life.Doer = s
	}
	c := w.state(t)
	require.Equal(t, "seal", c.Draw.Fault.Code)
	require.Contains(t, c.Draw.Fault.ZH, casetest.Keys()[0].ID())
	require.Empty(t, w.told(t))
	var events int
	require.NoError(t, w.sql.QueryRow(ctx, `SELECT count(*) FROM events WHERE kind = 'seal_broken'`).Scan(&events))
	require.Equal(t, 1, events)
	w.at(on(w.plan.Date, 9))
	w.refused(t, "seal", p.Lead, w.arrival(w.plan.Date))
	c = w.life.Must(ctx, t,
		casetest.Step{By: p.Head, Body: &lifecycle.RequestRedraw{Reason: "密钥遗失"}},
		casetest.Step{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "见证重新抽签"}})
	require.Equal(t, lifecycle.DrawMade, c.Draw.Status)
	require.Equal(t, key.ID(), c.Draw.Key)
	require.Nil(t, c.Draw.Fault)
}

// A day that nobody was sent on, that is a day off by now, or whose team is gone is
// not made up for quietly.
func TestAMissedDayIsALeadersTask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for code, miss := range map[string]func(w *waiting){
		"day_passed": func(w *waiting) { w.dispatch(t, on(w.plan.Date.AddDays(1), 7)) },
		"team_gone": func(w *waiting) {
			r.exec(t, `UPDATE accounts SET disabled_at = now() WHERE id = $1`, w.people.Inspector.Account)
			w.dispatch(t, on(w.plan.Date, 7))
			r.exec(t, `UPDATE accounts SET disabled_at = NULL`)
		},
	} {
		w := r.waits(t, code)
		miss(w)
		c := w.state(t)
		require.Equal(t, lifecycle.DrawMissed, c.Draw.Status, code)
		require.Equal(t, code, c.Draw.Fault.Code)
		require.Empty(t, w.told(t))
		w.at(on(w.plan.Date.AddDays(1), 9))
		w.refused(t, "not_drawn", r.people.Lead, w.arrival(w.plan.Date))
		w.life.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.Void{Reason: "另案办理"}})
	}
}

// Issue 5, point 2: opening early takes two people and is an event; what stands in
// the plan is in no event, and nobody else reads it.
func TestOpeningEarlyTakesTwo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	w := r.waits(t, "early")
	refused := func(a lifecycle.Actor) {
		t.Helper()
		_, err := r.OpenPlan(ctx, a, w.life.Case)
		var refusal *lifecycle.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "sealed", refusal.Code)
	}
	w.at(time.Now())
	refused(p.Leader)
	w.refused(t, "no_opening", p.Leader, &lifecycle.DecideOpening{Granted: true, Reason: "急"})
	w.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.RequestOpening{Reason: "核对车辆"}})
	w.refused(t, "own_opening", p.Leader, &lifecycle.DecideOpening{Granted: true, Reason: "急"})
	refused(p.Leader)
	w.life.Must(ctx, t, casetest.Step{By: p.Signer, Body: &lifecycle.DecideOpening{Granted: true, Reason: "同意"}})
	for _, a := range []lifecycle.Actor{p.Leader, p.Signer} {
		plan, err := r.OpenPlan(ctx, a, w.life.Case)
		require.NoError(t, err)
		require.Equal(t, w.plan.Date, plan.Date)
	}
	refused(p.Lead)
	refused(p.Auditor)
	_, err := r.OpenPlan(ctx, p.Secretary, w.life.Case)
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Issue 5, point 2: a drawn day that became a day off is a leader's to decide, and
// nobody is told to come on it.
func TestADayThatBecameADayOffIsALeadersTask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "off")
	day := w.plan.Date
	days, err := r.CalendarInForce(ctx)
	require.NoError(t, err)
	year := calendar.Year{Year: day.Year(), Reference: "国办发明电", Source: "https://www.gov.cn/"}
	for _, y := range append(days.Years(), year2027(t)) {
		if y.Year == day.Year() {
			year.Days = slices.Clone(y.Days)
		}
	}
	year.Days = slices.DeleteFunc(year.Days, func(d calendar.SpecialDay) bool { return d.Date == day })
	year.Days = append(year.Days, calendar.SpecialDay{Date: day, Name: "临时放假", Off: true})
	slices.SortFunc(year.Days, func(a, b calendar.SpecialDay) int { return a.Date.Compare(b.Date) })
	_, _, err = r.ImportCalendar(ctx, r.people.Admin.Account, year)
	require.NoError(t, err)
	w.dispatch(t, on(day, 8))
	d := w.state(t).Draw
	require.Equal(t, lifecycle.DrawMissed, d.Status)
	require.Equal(t, "day_off", d.Fault.Code)
	require.Empty(t, w.told(t))
}

// Issue 5, point 1: draws count one another, whichever case they are of.
func TestDrawsCountOneAnother(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	r.waits(t, "first")
	r.waits(t, "second")
	ctx := context.Background()
	var sealed []byte
	require.NoError(t, pgx.BeginFunc(ctx, r.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE duban_draw`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT load FROM sealed.load`).Scan(&sealed)
	}))
	load, err := casetest.Keys().OpenLoad(sealed)
	require.NoError(t, err)
	require.Equal(t, map[string]int{r.people.Lead.Account: 2, r.people.Inspector.Account: 2}, load.Recent(""))
}

// 公务员法第七十六、七十七条: who is recused from a unit is so from the cases that
// passed on from it to another.
func TestARecusalFollowsTheCaseToTheSuccessor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "merged")
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToReview()...)...)
	_, err := r.AddRecusal(ctx, r.recused())
	require.NoError(t, err)
	merge := r.change(store.MergeUnit)
	merge.Successor = p.OtherUnit.ID
	_, job, err := r.ChangeUnit(ctx, merge)
	require.NoError(t, err)
	for more := true; more; {
		_, more, err = r.Recompute(ctx, job, 10)
		require.NoError(t, err)
	}
	c := l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})
	require.Equal(t, p.OtherUnit.ID, c.Unit)
	require.Equal(t, lifecycle.DrawFailed, c.Draw.Status)
	require.Equal(t, "late_recusals", c.Draw.Fault.Code)
}
