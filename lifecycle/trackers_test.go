package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// Mistakes that other trackers made with calendars and escalation and whose
// users reported them, each with the tracker's own number. None of them is
// possible here, and each test would show it.

// due is when the unit's clock of a case is due.
func dueOf(t *testing.T, n *node) string {
	t.Helper()
	k, ok := n.c.UnitDeadline()
	require.True(t, ok)
	return k.Due.String()
}

// stay is a case whose clock stands from one day to another.
func stay(t *testing.T, w *walk, n *node, from, to string) *node {
	t.Helper()
	at := *n
	at.now = noon(day(from))
	n = steps(t, w, &at, "leader", lifecycle.GrantStay{Until: day(to), Reason: someText})
	for {
		alarm, ok := n.c.Alarm()
		require.True(t, ok)
		if alarm.On.After(day(to)) {
			return n
		}
		n = w.alarm(n, alarm).to
	}
}

// GLPI #10594: a ticket pending over a weekend had too much added to its due
// date. A clock that stands from Friday over the weekend is later by the days off
// it stood on and no more, rolled to a working day: not by a working day for each.
func TestGLPI10594PendingOverAWeekend(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "")) // Monday 2 March 2026, 15 working days
	require.Equal(t, "2026-03-23", dueOf(t, n))
	// From Friday 6 to Sunday 8 March: two days, a Saturday and a Sunday.
	n = stay(t, w, n, "2026-03-06", "2026-03-08")
	require.Equal(t, "2026-03-25", dueOf(t, n))
	// And once more, a whole week: seven days, five of them working days.
	n = stay(t, w, n, "2026-03-13", "2026-03-20")
	require.Equal(t, "2026-04-01", dueOf(t, n))
}

// moreDaysOff is the calendar with these days of 2026 off as well, by a later
// notice.
func moreDaysOff(t *testing.T, version int, days ...string) *calendar.Calendar {
	t.Helper()
	for _, y := range calendar.Builtin().Years() {
		if y.Year != 2026 {
			continue
		}
		for _, d := range days {
			y.Days = append(y.Days, calendar.SpecialDay{Date: day(d), Name: "临时放假", Off: true})
		}
		c, err := calendar.Builtin().With(y, version)
		require.NoError(t, err)
		return c
	}
	require.Fail(t, "no 2026")
	return nil
}

// GLPI #15605: a change of the service level forgot the pause a ticket had
// accumulated. A notice of days off that moves a due date keeps the days that the
// clock stood before it.
func TestGLPI15605ChangeOfRulesForgetsThePause(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = stay(t, w, n, "2026-03-06", "2026-03-08")
	require.Equal(t, "2026-03-25", dueOf(t, n))
	w.rules.Calendar, w.rules.CalendarVersion = moreDaysOff(t, 2, "2026-03-16"), 2
	n = n.after(lifecycle.DecideRecompute(n.c, n.now, w.rules), "recompute")
	require.Equal(t, "2026-03-26", dueOf(t, n), "a day more, and the stay's two are still in it")
	k, _ := clockOf(n.c, policy.ClockRectification)
	require.Len(t, k.Moves, 2)
	require.Equal(t, []lifecycle.MoveReason{lifecycle.MoveStay, lifecycle.MoveCalendar}, []lifecycle.MoveReason{k.Moves[0].Reason, k.Moves[1].Reason})
}

// GLPI PR #22678: an escalation ahead of the due date fired at 00:00 of the day
// instead of at 10:00. A reminder rings as its day begins, in legal time, and no
// paper leaves before 08:30; every step after the due date falls at the end of a
// day in legal time, never in UTC.
func TestGLPI22678FiresAtMidnightOfTheWrongClock(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	seen, letters := map[lifecycle.Step]int{}, 0
	for range 12 {
		alarm, ok := n.c.Alarm()
		require.True(t, ok)
		at := w.rules.Timeline.End(alarm.On)
		if alarm.Step == lifecycle.StepRemind {
			at = w.rules.Timeline.Start(alarm.On)
		}
		require.Equal(t, at, alarm.At, alarm.Kind())
		require.Equal(t, 16, alarm.At.UTC().Hour(), "midnight in Beijing")
		require.True(t, w.rules.Calendar.WorkingDay(alarm.On), "%s on %s", alarm.Kind(), alarm.On)
		seen[alarm.Step]++
		e := w.alarm(n, alarm)
		for _, event := range e.events {
			for _, l := range lifecycle.Letters(e.to.c, event, w.rules) {
				letters++
				require.True(t, l.ByTimer, alarm.Kind())
				leaves := l.NotBefore.Add(8 * time.Hour).UTC()
				require.Equal(t, "08:30", leaves.Format("15:04"), alarm.Kind())
				require.True(t, w.rules.Calendar.WorkingDay(w.rules.Today(l.NotBefore)), alarm.Kind())
			}
		}
		n = e.to
	}
	require.Positive(t, letters)
	for _, step := range []lifecycle.Step{lifecycle.StepRemind, lifecycle.StepLapse, lifecycle.StepEscalate} {
		require.Positive(t, seen[step], step)
	}
}

// GLPI #15429: a ticket was escalated as it was created. However short its time
// and wherever its offsets fall, nothing rings before the day after a clock
// began, and no level is reached before the due date has passed by the step's
// working days.
func TestGLPI15429EscalatedAtCreation(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	// A notice of one working day: all three reminders lie before its beginning.
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(
		t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText, Period: calendar.Period{N: 1, Unit: calendar.WorkingDays}}, "leader", lifecycle.ApproveNotice{},
		"secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
	)
	require.Empty(t, lifecycle.DecideAlarm(n.c, n.now, w.rules), "nothing is due at its creation")
	var kinds []string
	for range 2 {
		alarm, _ := n.c.Alarm()
		require.True(t, alarm.At.After(n.now))
		kinds = append(kinds, alarm.Kind()+" "+alarm.On.String())
		n = w.alarm(n, alarm).to
	}
	require.Equal(t, []string{"rectification.lapse 2026-03-03", "rectification.escalate 2026-03-04"}, kinds)
	require.Equal(t, policy.L1, n.c.Level)
}

// Zammad #390: a public feed of holidays counted observances that are no days
// off, and knew of no days worked instead. A day is off because a notice of the
// State Council says so, or by the law while there is none: 调休 days are worked,
// and the observances that such feeds list are days like any other.
func TestZammad390FeedCountsWhatIsNoHoliday(t *testing.T) {
	t.Parallel()
	c := calendar.Builtin()
	for _, worked := range []string{"2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20"} {
		require.True(t, c.WorkingDay(day(worked)), worked)
	}
	for name, worked := range map[string][]string{
		"valentine's": {"2025-02-14", "2028-02-14"},
		"women's":     {"2024-03-08", "2027-03-08"}, // in 2025 and 2026 on a weekend
		"trees":       {"2024-03-12", "2025-03-12", "2026-03-12"},
		"youth":       {"2027-05-04", "2028-05-04"}, // within the holidays of May while there is a notice
		"children's":  {"2026-06-01", "2027-06-01"},
		"party's":     {"2024-07-01", "2025-07-01", "2026-07-01"},
		"army's":      {"2024-08-01", "2025-08-01", "2028-08-01"},
		"victory":     {"2024-09-03", "2025-09-03", "2026-09-03"},
		"teachers'":   {"2024-09-10", "2025-09-10", "2026-09-10"},
		"christmas":   {"2024-12-25", "2025-12-25", "2026-12-25"},
	} {
		for _, d := range worked {
			require.True(t, c.WorkingDay(day(d)), "%s day, %s", name, d)
		}
	}
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-02-02"))}
	n = steps(
		t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{}, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
	)
	require.Equal(t, "2026-02-28", dueOf(t, n), "15 working days over the spring festival end on a Saturday that is worked")
	for {
		alarm, _ := n.c.Alarm()
		if alarm.Step == lifecycle.StepEscalate {
			require.Equal(t, "2026-03-02", alarm.On.String(), "L1 is a working day later")
			return
		}
		n = w.alarm(n, alarm).to
	}
}

// frappe/helpdesk PR #2449: open deadlines were not recomputed when the list of
// holidays changed. A notice that gives more days off moves an open deadline,
// once, also one that stands; one that takes them back moves none, nor does one
// that says the same again.
func TestFrappeHelpdesk2449HolidayListChanges(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	require.Equal(t, "2026-03-23", dueOf(t, n))
	held := steps(t, w, n, "leader", lifecycle.GrantStay{Until: day("2026-04-20"), Reason: someText})
	more, back, again := w.rules, w.rules, w.rules
	more.Calendar, more.CalendarVersion = moreDaysOff(t, 2, "2026-03-16", "2026-03-17"), 2
	back.Calendar, back.CalendarVersion = calendar.Builtin(), 3
	again.Calendar, again.CalendarVersion = moreDaysOff(t, 4, "2026-03-16", "2026-03-17"), 4
	for name, c := range map[string]lifecycle.Case{"running": n.c, "standing": held.c} {
		for _, rules := range []lifecycle.Rules{more, back, again} {
			events := lifecycle.DecideRecompute(c, n.now, rules)
			require.NotEmpty(t, events, name)
			c = apply(t, c, events)
			k, _ := clockOf(c, policy.ClockRectification)
			require.Equal(t, "2026-03-25", k.Due.String(), "%s, version %d", name, rules.CalendarVersion)
			require.Empty(t, lifecycle.DecideRecompute(c, n.now, rules), name)
		}
	}
}

// The same: the time a ticket was on hold was counted. The days a clock stands
// are nobody's lateness, neither while it stands nor once it runs on, and a clock
// that was in time when it stopped is as far from its end when it runs on.
func TestFrappeHelpdesk2449HoldTime(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	intime := stay(t, w, n, "2026-03-16", "2026-04-16") // 5 working days before it is due
	require.Equal(t, 5, w.rules.Calendar.WorkingDaysBetween(day("2026-04-16"), day(dueOf(t, intime))))

	// Late by two working days when the hold begins, and by no more while it lasts.
	at := *n
	at.now = noon(day("2026-03-25"))
	at.c = catchUp(t, at.c, at.now, w.rules)
	late := steps(t, w, &at, "leader", lifecycle.GrantStay{Until: day("2026-04-30"), Reason: someText})
	lateOn := func(c lifecycle.Case, on string) int {
		k, ok := c.UnitOwes()
		require.True(t, ok)
		require.True(t, k.Passed)
		return w.rules.Late(k, day(on))
	}
	for on, days := range map[string]int{"2026-03-25": 2, "2026-03-27": 2, "2026-04-10": 2, "2026-04-29": 2} {
		require.Equal(t, days, lateOn(late.c, on), on)
	}
	// Two working days after it ended the two before it and these two are counted.
	late = steps(t, w, &node{c: late.c, now: noon(day("2026-04-29"))}, "leader", lifecycle.EndStay{Reason: someText})
	for on, days := range map[string]int{"2026-04-29": 2, "2026-04-30": 3, "2026-05-05": 3, "2026-05-06": 4} {
		require.Equal(t, days, lateOn(late.c, on), on)
	}
}
