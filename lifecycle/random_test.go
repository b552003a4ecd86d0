package lifecycle_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A rover takes random steps with one case, as the record would: before each
// command whatever fell due is applied.
type rover struct {
	t    *rapid.T
	w    *walk
	n    *node
	past []lifecycle.Event
	// spared are the days that count for nothing against the unit.
	spared map[calendar.Date]bool
}

func newRover(t *rapid.T) *rover {
	return roverFrom(t, func(calendar.Date) lifecycle.CommandBody { return newCase() }, "author")
}

// roverOfAny begins with a finding or with a case in hand that is taken over.
func roverOfAny(t *rapid.T) *rover {
	if rapid.IntRange(0, 2).Draw(t, "in hand") > 0 {
		return newRover(t)
	}
	return roverFrom(t, func(today calendar.Date) lifecycle.CommandBody {
		return rapid.SampledFrom(inHand(today)).Draw(t, "where it stood")
	}, "officer2")
}

func roverFrom(t *rapid.T, opening func(calendar.Date) lifecycle.CommandBody, who string) *rover {
	r := &rover{t: t, w: &walk{rules: defaultRules(), kinds: map[string]int{}}, spared: map[calendar.Date]bool{}}
	r.n = &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-01-05").AddDays(rapid.IntRange(0, 300).Draw(t, "start")))}
	r.take(r.w.command(r.n, opening(r.today()), people[who]))
	require.Positive(t, r.n.c.Seq)
	return r
}

func (r *rover) today() calendar.Date { return r.w.rules.Today(r.n.now) }

// take follows an edge, checking every law on it.
func (r *rover) take(e *edge) {
	for _, law := range edgeLaws {
		require.Empty(r.t, law.check(r.w, e), "%s after%s", law.name, e.path())
	}
	if e.refusal != nil {
		return
	}
	c := e.from.c
	for _, event := range e.events {
		if event.Case != c.ID {
			continue
		}
		before := c
		c = c.Apply(event)
		r.spare(before, c, event)
		r.past = append(r.past, event)
	}
	r.n = e.to
	for _, law := range nodeLaws {
		require.Empty(r.t, law.check(r.w, r.n), "%s after%s", law.name, r.n.path)
	}
}

// pass lets time go by to the instant, with every alarm ringing on its way.
func (r *rover) pass(to time.Time) {
	for {
		alarm, ok := r.n.c.Alarm()
		if !ok || alarm.At.Add(time.Minute).After(to) {
			break
		}
		r.take(r.w.alarm(r.n, alarm))
	}
	next := *r.n
	next.now = laterOf(to, r.n.now)
	r.n = &next
}

// wander runs a command that may be run, chosen by chance.
func (r *rover) wander(not ...lifecycle.CommandKind) {
	now := *r.n
	all := bodies(now.c, r.today())
	from := rapid.IntRange(0, len(all)-1).Draw(r.t, "way")
	for i := range all {
		body := all[(from+7*i)%len(all)] // so that neighbours of what is refused gain nothing
		if slices.Contains(not, body.Kind()) {
			continue
		}
		var taken *edge
		r.w.everybody(&now, body, func(e *edge) {
			if taken == nil && e.refusal == nil {
				taken = e
			}
		})
		if taken != nil {
			r.take(taken)
			return
		}
	}
}

// TestRandomWalks: the laws hold however long the way and whatever meets on it.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := roverOfAny(t)
		var dull []lifecycle.CommandKind // which would end or stall most walks
		if rapid.IntRange(0, 3).Draw(t, "dull") > 0 {
			dull = []lifecycle.CommandKind{lifecycle.KindVoid, lifecycle.KindMergeInto, lifecycle.KindNote, lifecycle.KindAssign, lifecycle.KindCorrectNotice}
		}
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			if !r.n.c.Open() {
				break
			}
			if days := rapid.IntRange(-6, 12).Draw(t, "days"); days > 0 {
				r.pass(r.n.now.Add(time.Duration(days) * 24 * time.Hour))
			}
			switch rapid.IntRange(0, 15).Draw(t, "event") {
			case 0:
				r.outage()
			case 1:
				r.recompute()
			default:
				r.wander(dull...)
			}
		}
		// Law 4: the whole past, as stored, folds into the case.
		var stored []lifecycle.Event
		for _, e := range r.past {
			stored = append(stored, storedEvent(t, e))
		}
		require.Equal(t, r.n.c, lifecycle.Fold(stored))
	})
}

// outage puts an outage before the ends of the unit's due dates that may pass.
func (r *rover) outage() {
	for _, k := range r.n.c.Clocks {
		unit := k.Name == policy.ClockPlan || k.Name == policy.ClockRectification || k.Name == policy.ClockCheckIn
		if unit && !k.Passed && k.Next != nil {
			r.w.rules.Outages = append(r.w.rules.Outages, lifecycle.Outage{From: k.DueAt.Add(-time.Hour), To: k.DueAt})
		}
	}
}

// recompute changes the calendar: some working days become days off, and some
// days off are worked.
func (r *rover) recompute() {
	years := r.w.rules.Calendar.Years()
	y := years[len(years)-1]
	for range 4 {
		d := r.today().AddDays(rapid.IntRange(1, 60).Draw(r.t, "changed"))
		if d.Year() != y.Year {
			continue
		}
		kind := r.w.rules.Calendar.Day(d).Kind
		if kind != calendar.Workday && kind != calendar.Weekend {
			continue
		}
		y.Days = slices.DeleteFunc(y.Days, func(x calendar.SpecialDay) bool { return x.Date == d })
		y.Days = append(y.Days, calendar.SpecialDay{Date: d, Name: "调整", Off: kind == calendar.Workday})
	}
	slices.SortFunc(y.Days, func(a, b calendar.SpecialDay) int { return a.Date.Compare(b.Date) })
	c, err := r.w.rules.Calendar.With(y, r.w.rules.Calendar.Version()+1)
	require.NoError(r.t, err)
	r.w.rules.Calendar, r.w.rules.CalendarVersion = c, c.Version()
	events := lifecycle.DecideRecompute(r.n.c, r.n.now, r.w.rules)
	before := r.n.c
	r.past = append(r.past, events...)
	r.n = r.n.after(events, "recompute")
	// E6, E22: later only, and once.
	for _, k := range before.Clocks {
		now, ok := clockNo(r.n.c, k.Name, k.Measure)
		require.True(r.t, ok)
		require.False(r.t, now.Due.Before(k.Due), "%s moved from %s to %s", k.Name, k.Due, now.Due)
	}
	require.Empty(r.t, lifecycle.DecideRecompute(r.n.c, r.n.now, r.w.rules))
	for _, law := range nodeLaws {
		require.Empty(r.t, law.check(r.w, r.n), "%s after%s", law.name, r.n.path)
	}
}

// TestLatenessIsTheUnitsOwn: law 7, against a counter that looks at each day by
// itself. A report is late by no more than the working days since the receipt
// that were the unit's, less those it was allowed.
func TestLatenessIsTheUnitsOwn(t *testing.T) {
	t.Parallel()
	reports := 0
	rapid.Check(t, func(t *rapid.T) {
		r := newRover(t)
		for _, step := range []struct {
			who  string
			body lifecycle.CommandBody
		}{
			{"author", lifecycle.SubmitDraft{}},
			{"head", accept(lifecycle.Immediate, "")},
			{"officer", lifecycle.SubmitNotice{Text: someText}},
			{"leader", lifecycle.ApproveNotice{}},
			{"secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic}},
		} {
			r.take(r.w.command(r.n, step.body, people[step.who]))
		}
		received := r.n.c.Receipt.On
		for range 14 {
			r.pass(r.n.now.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "days")) * 24 * time.Hour))
			if rapid.IntRange(0, 5).Draw(t, "outage") == 0 {
				r.outage()
			}
			kinds := []lifecycle.CommandKind{
				lifecycle.KindGrantStay, lifecycle.KindEndStay, lifecycle.KindSubmitReport, lifecycle.KindReturnReport, lifecycle.KindTransfer,
				lifecycle.KindTakeBack, lifecycle.KindFileObjection, lifecycle.KindRequestExtension, lifecycle.KindNote,
			}
			r.choose(rapid.SampledFrom(kinds).Draw(t, "kind"))
			last := r.past[len(r.past)-1]
			body, ok := last.Body.(*lifecycle.ReportSubmitted)
			if !ok {
				continue
			}
			reports++
			own := 0
			for d := received.AddDays(1); !d.After(body.On); d = d.AddDays(1) {
				if r.w.rules.Calendar.WorkingDay(d) && !r.spared[d] {
					own++
				}
			}
			require.LessOrEqual(t, body.Late, max(0, own-15), "received %s, reported %s:%s", received, body.On, r.n.path)
		}
	})
	require.Positive(t, reports)
}

// choose runs a command of the kind if one may be run.
func (r *rover) choose(kind lifecycle.CommandKind) {
	now := *r.n
	for _, body := range bodies(now.c, r.today()) {
		if body.Kind() != kind || lifecycle.OnPaperOf(body) {
			continue
		}
		done := false
		r.w.everybody(&now, body, func(e *edge) {
			if !done && e.refusal == nil {
				done = true
				r.take(e)
			}
		})
		if done {
			return
		}
	}
}

// spare notes the days that an event shows not to have been the unit's.
func (r *rover) spare(before, c lifecycle.Case, e lifecycle.Event) {
	days := func(from, to calendar.Date) {
		for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
			r.spared[d] = true
		}
	}
	main, _ := clockOf(before, policy.ClockRectification)
	switch b := e.Body.(type) {
	case *lifecycle.StayEnded:
		days(before.Stay.On, e.Legal)
	case *lifecycle.ReportReturned:
		days(before.Report.On, e.Legal)
	case *lifecycle.TakenBack:
		days(before.Before.On, e.Legal)
	case *lifecycle.ObjectionDecided:
		if k, _ := clockOf(before, policy.ClockObjection); k.Passed {
			days(k.Due, e.Legal)
		}
	case *lifecycle.ExtensionDecided:
		days(main.Due, e.Legal)
	case *lifecycle.ReportSubmitted:
		if before.Extension != nil && before.Extension.Status == lifecycle.ExtensionRequested {
			days(main.Due, b.On)
		}
		if before.Stay != nil {
			days(before.Stay.On, b.On)
		}
		if k, _ := clockOf(before, policy.ClockObjection); k.Passed {
			days(k.Due, b.On)
		}
	case *lifecycle.DeadlineMoved:
		k, _ := clockOf(c, b.Clock)
		days(b.From, k.Due)
	}
}

// TestLateTimersChangeNothing: alarms applied within a day of their legal
// instant lead to the same case as alarms applied at once.
func TestLateTimersChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := newRover(t)
		for range rapid.IntRange(3, 14).Draw(t, "steps") {
			r.wander(lifecycle.KindVoid, lifecycle.KindMergeInto, lifecycle.KindNote, lifecycle.KindTransfer)
		}
		prompt, late := r.n.c, r.n.c
		for range rapid.IntRange(1, 40).Draw(t, "alarms") {
			alarm, ok := prompt.Alarm()
			if !ok || !alarm.At.After(r.n.now) {
				break
			}
			delay := time.Duration(rapid.IntRange(1, 23*60).Draw(t, "minutes")) * time.Minute
			prompt = ringAll(t, r.w, prompt, alarm.At.Add(time.Minute))
			late = ringAll(t, r.w, late, alarm.At.Add(delay))
		}
		require.Equal(t, outline(prompt), outline(late), r.n.path)
	})
}

func ringAll(t *rapid.T, w *walk, c lifecycle.Case, at time.Time) lifecycle.Case {
	c = catchUp(t, c, at, w.rules)
	return c
}

// outline is a case without the instants at which things were recorded.
func outline(c lifecycle.Case) string {
	return fmt.Sprint(c.Stage, c.Level, c.RaisedOn, c.Seq, asJSON(nil, c.Measures), asJSON(nil, c.Clocks))
}

// TestDecideLeavesItsArguments: a decision changes neither the case nor the
// others it was given.
func TestDecideLeavesItsArguments(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	for _, e := range walked().samples {
		before := asJSON(t, e.from.c)
		again := w.command(e.from, e.body, e.actor)
		require.Equal(t, before, asJSON(t, e.from.c))
		require.True(t, reflect.DeepEqual(e.turns[0], again.turns[0]), "%s is decided differently the second time", e.body.Kind())
	}
}
