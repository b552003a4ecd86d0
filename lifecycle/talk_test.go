package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// What falls due sends no paper in the committee's name: a person decides on each.
func timersSendNoPaper(_ *walk, e *edge) string {
	if e.body != nil || e.refusal != nil {
		return ""
	}
	c := e.from.c
	for _, event := range e.events {
		if event.Case != c.ID {
			continue
		}
		c = c.Apply(event)
		if b, ok := event.Body.(lifecycle.Issuing); ok && b.Issues(c) != "" {
			return fmt.Sprintf("%s sends the paper %s and nobody decided on it", event.Kind, b.Issues(c))
		}
		if b, ok := event.Body.(lifecycle.Numbered); ok && b.Series() != "" {
			return fmt.Sprintf("%s takes a number of %s and nobody decided on it", event.Kind, b.Series())
		}
	}
	return ""
}

// The talk of the ladder is a task of a leader's with its own clock. The unit hears
// of it when he has fixed time and place, by the notice that leaves with that.
func TestALeaderFixesTheTalkOfTheLadder(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	for n.c.Level < policy.L4 {
		alarm, _ := n.c.Alarm()
		n = w.alarm(n, alarm).to
	}
	i := slices.IndexFunc(n.c.Measures, func(m lifecycle.Measure) bool { return m.Kind == policy.MeasureReminderTalk })
	talk := n.c.Measures[i]
	require.Equal(t, lifecycle.Ordered, talk.Status)
	_, runs := clockNo(n.c, policy.ClockMeasure, talk.No)
	require.True(t, runs, "its clock chases a leader")
	talks := func(c lifecycle.Case) int {
		return len(slices.DeleteFunc(slices.Clone(c.ForUnit().Measures), func(m lifecycle.UnitMeasure) bool { return m.Kind != policy.MeasureReminderTalk }))
	}
	require.Zero(t, talks(n.c), "the unit reads of a talk that nobody decided")

	now := *n
	now.now = n.now.Add(time.Minute)
	today := w.rules.Today(now.now)
	at := lifecycle.Appointment{On: today.AddDays(2), Time: "09:30", Place: "会议室"}
	for _, who := range []string{"officer", "head", "secretary", "lead"} {
		require.ErrorIs(t, w.command(&now, lifecycle.FixTalk{No: talk.No, Talk: at}, people[who]).refusal, lifecycle.ErrForbidden, who)
	}
	require.Equal(t, "not_a_talk", codeOf(w.command(&now, lifecycle.FixTalk{No: talk.No - 2, Talk: at}, people["leader"]).refusal))
	fixed := w.command(&now, lifecycle.FixTalk{No: talk.No, Talk: at}, people["leader"])
	require.NoError(t, fixed.refusal)
	require.Equal(t, at, *fixed.to.c.Measures[i].Talk)
	require.Equal(t, lifecycle.PaperTalk, lifecycle.PaperBy(fixed.events[0], fixed.to.c))
	require.Equal(t, 1, talks(fixed.to.c))
	told := lifecycle.Letters(fixed.to.c, fixed.events[0], w.rules)
	require.Equal(t, lifecycle.Recipient{Unit: "u1"}, told[0].To)

	require.Equal(t, "same_talk", codeOf(w.command(fixed.to, lifecycle.FixTalk{No: talk.No, Talk: at}, people["leader2"]).refusal))
	at.Place = "一号楼"
	again := w.command(fixed.to, lifecycle.FixTalk{No: talk.No, Talk: at}, people["leader2"])
	require.NoError(t, again.refusal)
	fixedAnew, ok := again.events[0].Body.(*lifecycle.TalkFixed)
	require.True(t, ok)
	require.Equal(t, "会议室", fixedAnew.Former.Place, "what was fixed before stays on record")
}

// Where nobody answered for the unit on the day of the order, the talk is with who
// answers on the day it is fixed.
func TestATalkIsFixedWithWhoAnswersByThen(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
	require.Nil(t, n.c.Measures[0].Subject)
	fix := lifecycle.FixTalk{No: 1, Talk: lifecycle.Appointment{On: w.rules.Today(n.now), Time: "15:00", Place: "会议室"}}
	n = steps(t, w, n, "leader", fix)
	require.Equal(t, "张三", n.c.Measures[0].Subject.Person)
}

// Before a notice is served a talk may be ordered, and nobody is told when it will be.
func TestNoTalkIsFixedBeforeService(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(calendar.On(2026, 3, 2))}
	n = steps(t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{})
	n = steps(t, w, n, "head", accept(lifecycle.Immediate, ""))
	order := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText}
	at := lifecycle.Appointment{On: w.rules.Today(n.now), Time: "15:00", Place: "会议室"}
	with := order
	with.Talk = &at
	require.Equal(t, "talk_before_service", codeOf(w.command(n, with, people["leader"]).refusal))
	n = steps(t, w, n, "leader", order)
	require.Equal(t, "talk_before_service", codeOf(w.command(n, lifecycle.FixTalk{No: 1, Talk: at}, people["leader"]).refusal))
}
