package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// An appointment goes with the order of a talk, and is one that can be kept.
func TestAppointmentOfATalk(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	today := w.rules.Today(n.now)
	order := func(at lifecycle.Appointment) lifecycle.OrderMeasure {
		return lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Talk: &at}
	}
	good := lifecycle.Appointment{On: today, Time: "09:30", Place: "会议室"}
	ordered := steps(t, w, n, "leader", order(good)).c
	require.Equal(t, good, *ordered.Measures[0].Talk)

	letter, proposed := order(good), order(good)
	letter.Measure, proposed.Propose = policy.MeasureSupervisionLetter, true
	for code, bad := range map[string]lifecycle.OrderMeasure{
		"talk no_talk": letter, "talk no_talk ": proposed, "talk.on required": order(lifecycle.Appointment{}), "talk.time required": order(lifecycle.Appointment{On: today, Place: "会议室"}), "talk.place required": order(lifecycle.Appointment{On: today, Time: "09:30"}),
		"talk.on too_early": order(lifecycle.Appointment{On: today.AddDays(-1), Time: "09:30", Place: "会议室"}), "talk.on over_cap": order(lifecycle.Appointment{On: today.AddMonths(13), Time: "09:30", Place: "会议室"}),
		"talk.time not_a_time": order(lifecycle.Appointment{On: today, Time: "25:00", Place: "会议室"}), "talk.time not_a_time ": order(lifecycle.Appointment{On: today, Time: "9:30", Place: "会议室"}),
		"talk.place bad_characters": order(lifecycle.Appointment{On: today, Time: "09:30", Place: "会议室\x00"}),
	} {
		got := w.command(&node{c: n.c, now: n.now}, bad, people["leader"])
		var refusal *lifecycle.Refusal
		require.ErrorAs(t, got.refusal, &refusal, code)
		require.Contains(t, code, refusal.Field+" "+refusal.Code)
	}
}
