package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
	"duban/workflows"
)

// A climb is a case under the real rules, moved on by the workflow alone: what
// its timers ask for is decided as the record would, at the time they ask.
type climb struct {
	t      *testing.T
	env    *testsuite.TestWorkflowEnvironment
	r      *record
	rules  lifecycle.Rules
	c      lifecycle.Case
	people map[string]lifecycle.Actor
	events []lifecycle.Event
	// start is when the workflow begins.
	start time.Time
}

// legalNoon is noon of a day in legal time.
func legalNoon(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := calendar.ParseDate(s)
	require.NoError(t, err)
	return calendar.Real().At(d, 12*time.Hour)
}

// newClimb is an immediate case received at noon of 2 March 2026, so that it is
// due on the 23rd; the workflow starts there.
func newClimb(t *testing.T) *climb {
	t.Helper()
	people := map[string]lifecycle.Actor{}
	for account, role := range map[string]lifecycle.Role{
		"author": lifecycle.Inspector, "officer": lifecycle.Officer, "head": lifecycle.Head, "leader": lifecycle.Leader, "signer": lifecycle.Leader,
	} {
		people[account] = lifecycle.Actor{Account: account, Name: account, Roles: []lifecycle.Role{role}}
	}
	people["secretary"] = lifecycle.Actor{Account: "secretary", Name: "书记", Roles: []lifecycle.Role{lifecycle.UnitSecretary}, Unit: "u1"}
	k := &climb{t: t, r: &record{}, c: lifecycle.Case{ID: caseID}, people: people, rules: lifecycle.Rules{
		Policy: policy.Default(), PolicyVersion: 1, Calendar: calendar.Builtin(), CalendarVersion: 1, Timeline: calendar.Real(),
		Known: lifecycle.Known{Units: map[string]bool{"u1": true}, Accounts: people},
	}}
	at := legalNoon(t, "2026-03-02")
	found, err := calendar.ParseDate("2026-03-01")
	require.NoError(t, err)
	k.decide(at, "author", &lifecycle.OpenCase{Unit: "u1", Title: "问题", Facts: "事实", FoundOn: found, Method: "inspection", Category: "C03"})
	k.decide(at, "author", &lifecycle.SubmitDraft{})
	k.decide(at, "head", &lifecycle.AcceptFinding{
		Category: "C03", Dimension: "D4", Severity: "minor", Basis: "依据", RootCause: "R2", Type: lifecycle.Immediate, Officer: "officer",
	})
	k.decide(at, "officer", &lifecycle.SubmitNotice{Text: "请整改。"})
	k.decide(at, "signer", &lifecycle.ApproveNotice{})
	k.decide(at, "secretary", &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	k.env = newEnv(t, k.r)
	k.begin(at)
	k.env.SetTestTimeout(2 * time.Minute)
	k.r.told = func() (store.Told, error) { return k.told(), nil }
	k.r.alarm = k.alarm
	return k
}

// begin has the workflow start at an instant.
func (k *climb) begin(at time.Time) {
	k.start = at
	k.env.SetStartTime(at)
}

func (k *climb) decide(at time.Time, who string, body lifecycle.CommandBody) {
	k.t.Helper()
	events, err := lifecycle.Decide(k.c, nil, lifecycle.Command{ID: "c", Actor: k.people[who], Body: body}, at, k.rules)
	require.NoError(k.t, err, "%s", body.Kind())
	k.apply(events)
}

func (k *climb) apply(events []lifecycle.Event) {
	for _, e := range events {
		if b, ok := e.Body.(lifecycle.Numbered); ok && b.Series() != "" {
			b.Allot(1)
		}
		k.c = k.c.Apply(e)
		k.events = append(k.events, e)
	}
}

// alarm is the record's part: nothing when the alarm is another by now.
func (k *climb) alarm(no int64) (store.Told, error) {
	told := k.told()
	if no == k.c.AlarmNo {
		k.apply(lifecycle.DecideAlarm(k.c, k.env.Now(), k.rules))
		told = k.told()
		told.Applied = true
	}
	return told, nil
}

func (k *climb) told() store.Told {
	alarm, ok := k.c.Alarm()
	if !ok {
		return settled(k.c.Seq)
	}
	return open(k.c.Seq, k.c.AlarmNo, k.rules.FireAt(k.c.ID, alarm.At))
}

// at has somebody do something at noon of a day, and the workflow told of it.
func (k *climb) at(on string, do func(at time.Time)) {
	at := legalNoon(k.t, on)
	k.env.RegisterDelayedCallback(func() {
		do(at)
		k.env.SignalWorkflow(workflows.SignalAdvanced, k.told())
	}, at.Sub(k.start))
}

// until runs the workflow until noon of a day.
func (k *climb) until(on string) {
	k.t.Helper()
	k.env.RegisterDelayedCallback(k.env.CancelWorkflow, legalNoon(k.t, on).Sub(k.start))
	k.env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID})
	require.True(k.t, k.env.IsWorkflowCompleted())
	require.ErrorContains(k.t, k.env.GetWorkflowError(), "canceled")
}

// raised are the days on which a level was reached, each day the one on which
// the record wrote it.
func (k *climb) raised() (days []string) {
	for _, e := range k.events {
		if e.Kind == lifecycle.EventLevelRaised {
			days = append(days, e.Level.String()+" "+k.rules.Today(e.At).String())
		}
	}
	return days
}

func (k *climb) measure(kind policy.MeasureKind) lifecycle.Measure {
	k.t.Helper()
	i := slices.IndexFunc(k.c.Measures, func(m lifecycle.Measure) bool { return m.Kind == kind })
	require.GreaterOrEqual(k.t, i, 0, kind)
	return k.c.Measures[i]
}

// inTime is when a case that nobody touches reaches its levels: the day after
// the due date plus 1, 5, 10, 15 and 20 working days, over Qingming.
var inTime = []string{"L1 2026-03-25", "L2 2026-03-31", "L3 2026-04-08", "L4 2026-04-15", "L5 2026-04-22"}

// Issue 4, shown by: the whole ladder. Each rung is reached in its own night,
// orders its own measure, and the step that waits for approval holds none of
// those above it; the chase goes on after the last.
func TestLadderFromFirstToLast(t *testing.T) {
	t.Parallel()
	k := newClimb(t)
	k.until("2026-05-20")
	require.Equal(t, inTime, k.raised())
	require.Equal(t, policy.L5, k.c.Level)
	require.Equal(t, lifecycle.Done, k.measure(policy.MeasureUrge).Status)
	require.Equal(t, lifecycle.Ordered, k.measure(policy.MeasureSupervisionLetter).Status)
	require.Equal(t, lifecycle.Proposed, k.measure(policy.MeasureOnSite).Status, "nobody approved the visit, and the ladder went on")
	require.Equal(t, lifecycle.Ordered, k.measure(policy.MeasureReminderTalk).Status)
	require.Equal(t, lifecycle.Ordered, k.measure(policy.MeasureNegativeList).Status)
	last := time.Time{}
	for _, e := range k.events {
		if b, ok := e.Body.(*lifecycle.Chased); ok && b.Clock == policy.ClockRectification {
			last = e.At
		}
	}
	require.True(t, last.After(legalNoon(t, "2026-05-12")), "chasing never stops by itself")
}

// Issue 4 item 3: the visit is ordered once it is approved, and the ladder is
// where it would have been.
func TestLadderApprovalHoldsNothing(t *testing.T) {
	t.Parallel()
	k := newClimb(t)
	k.at("2026-04-17", func(at time.Time) {
		m := k.measure(policy.MeasureOnSite)
		k.decide(at, "leader", &lifecycle.OrderMeasure{Measure: m.Kind, Basis: "同意", Proposal: m.No})
	})
	k.until("2026-04-30")
	require.Equal(t, inTime, k.raised())
	require.Equal(t, lifecycle.Ordered, k.measure(policy.MeasureOnSite).Status)
}

// Issue 4 item 3: a talk that was ordered of a leader and is not held is chased,
// and from the second chase on goes up to the secretary of the committee.
func TestLadderTalkNotHeldGoesUp(t *testing.T) {
	t.Parallel()
	k := newClimb(t)
	k.at("2026-03-27", func(at time.Time) {
		k.decide(at, "leader", &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "责任不力", Owner: "signer"})
	})
	k.until("2026-05-20")
	talk := k.measure(policy.MeasureReminderTalk)
	var told [][]string
	var c lifecycle.Case
	for _, e := range k.events {
		c = c.Apply(e)
		if b, ok := e.Body.(*lifecycle.Chased); ok && b.Measure == talk.No {
			var to []string
			for _, l := range lifecycle.Letters(c, e, k.rules) {
				to = append(to, l.To.String())
			}
			told = append(told, to)
		}
	}
	require.Greater(t, len(told), 3, "it is chased until it is held")
	require.Contains(t, told[0], "account:signer")
	for _, to := range told[1:] {
		require.Contains(t, to, "account:signer")
		require.Contains(t, to, "role:committee_secretary")
	}
}

// Section 4: an outage never walks anybody up the ladder in one night. Nobody
// watched the case from its receipt until three weeks after the last step.
func TestLadderAfterAnOutage(t *testing.T) {
	t.Parallel()
	k := newClimb(t)
	k.begin(legalNoon(t, "2026-05-12"))
	k.until("2026-06-30")
	days := map[string]bool{}
	raised := k.raised()
	require.Len(t, raised, 5)
	for _, r := range raised {
		require.False(t, days[r[3:]], "two steps in one night: %v", raised)
		days[r[3:]] = true
	}
	at := func(i int) calendar.Date {
		d, err := calendar.ParseDate(raised[i][3:])
		require.NoError(t, err)
		return d
	}
	require.Equal(t, "L1 2026-05-12", raised[0])
	for i, interval := range []int{4, 5, 5, 5} {
		require.GreaterOrEqual(t, k.rules.Calendar.WorkingDaysBetween(at(i), at(i+1)), interval, "%v", raised)
	}
}

// Issue 4 item 3: accepting the report steps the level down by itself, and the
// ladder rings no more.
func TestLadderStepsDownWhenTheReportIsAccepted(t *testing.T) {
	t.Parallel()
	k := newClimb(t)
	k.at("2026-04-09", func(at time.Time) {
		require.Equal(t, policy.L3, k.c.Level)
		k.decide(at, "secretary", &lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: "已完成", Evidence: []string{"记录"}}}})
	})
	k.at("2026-04-13", func(at time.Time) {
		require.Equal(t, policy.L3, k.c.Level, "a report that is being read steps nobody down")
		k.decide(at, "officer", &lifecycle.AcceptReport{})
		require.Equal(t, policy.L0, k.c.Level)
	})
	k.until("2026-05-20")
	require.Equal(t, inTime[:3], k.raised())
	require.Equal(t, policy.L0, k.c.Level)
	require.Equal(t, lifecycle.LookBackPending, k.c.Stage)
}
