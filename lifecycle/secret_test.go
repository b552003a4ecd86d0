package lifecycle_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
)

// Law 8: no command, event, alarm or state field can hold a look-back date
// before arrival. Every field in which a date or an instant could stand is
// listed here with what it is; a new one fails the test until somebody has
// thought about it.

// datesOfTheLaw are the fields that hold dates and instants, by type. None of
// them is a day on which somebody means to look back: they are days in the past
// of their event, days the law computes from such days alone, and days that a
// unit, a leader or another body names for something else.
var datesOfTheLaw = map[string]bool{
	// The past.
	"Case.At": true, "Case.OpenedAt": true, "Case.StageSince": true, "Case.ClosedAt": true,
	"Repeated.ClosedOn": true, "Case.UnitAt": true, "Case.RaisedOn": true, "Case.AcceptedOn": true, "Case.SustainedSince": true, "Event.At": true,
	"Event.Legal": true, "Event.LevelOn": true, "Finding.FoundOn": true, "OpenCase.FoundOn": true, "AmendDraft.FoundOn": true,
	"Notice.On": true, "NoticeApproved.On": true, "Receipt.On": true, "RecordReceipt.On": true, "Plan.On": true, "PlanSubmitted.On": true,
	"Report.On": true, "ReportSubmitted.On": true, "ObjectionOf.On": true, "ObjectionFiled.On": true, "ExtensionOf.On": true,
	"ExtensionAsked.On": true, "StayOf.On": true, "HandoverOf.On": true, "TransferOf.On": true, "TransferOf.ReceivedOn": true,
	"RecordTransferReceipt.On": true, "Measure.On": true, "Measure.FixedOn": true, "MeasureRecord.On": true, "CheckedIn.On": true, "Suspended.On": true,
	"InHand.NoticeOn": true, "InHand.ReceivedOn": true, "InHand.ReportedOn": true, "InHand.SustainedOn": true, "TakenOver.On": true, "TakenOver.NoticeOn": true,
	"Paper.On": true, "Move.On": true, "UnitCase.FoundOn": true, "UnitObjection.On": true, "UnitStay.On": true, "UnitMeasure.On": true, "StayTaken.On": true, "DueDecision.On": true,
	"Raise.On": true, "Entered.On": true, "SentPaper.On": true,
	// Computed from the past by the policy and the calendar.
	"Clock.Start": true, "Clock.Base": true, "Clock.Due": true, "Clock.DueAt": true, "Clock.StandsSince": true, "Clock.SparedSince": true, "Receipt.OtherDue": true, "EntryCorrected.OtherDue": true, "EntryCorrected.Due": true, "Reissue.FormerDue": true, "Span.From": true, "Span.To": true, "Move.From": true, "Move.To": true,
	"Ring.On": true, "Ring.At": true, "Reminded.Due": true, "Chased.Due": true, "DeadlineMissed.Due": true, "DeadlineMoved.From": true,
	"LevelRaised.Due": true, "UnitDeadline.Due": true, "DrawOf.Opens": true, "DrawOf.Closes": true, "LookBackDrawn.Opens": true,
	"LookBackDrawn.Closes": true, "LookBackUndrawn.Opens": true, "LookBackUndrawn.Closes": true, "Window.Opens": true, "Window.Closes": true,
	// The days of the past on which people asked. A leader answers for the day on which
	// he says so, or for one that is over, on which they came.
	"Asked.On": true, "RefusedArrivals.On": true, "Fallen.On": true, "Fallen.Due": true, "Settlement.On": true, "MeasuresCancelled.SettleBy": true, "MeasureWaived.SettleBy": true, "Permit.Given": true, "Permit.On": true, "PermitArrival.On": true,
	// A look-back that is announced, which is no secret.
	"AnnounceLookBack.On": true, "Announcement.On": true, "UnitCase.AnnouncedOn": true,
	// Named by people for something that is not a look-back.
	"InHand.Due": true, "SubmitNotice.ExternalDue": true, "Notice.ExternalDue": true, "PlanMeasure.Due": true, "PlannedMeasure.Due": true,
	"RequestExtension.Until": true, "DecideExtension.Until": true, "ExtensionOf.Until": true, "ExtensionOf.Granted": true,
	"GrantStay.Until": true, "StayOf.Until": true, "UnitStay.Until": true, "PostponeMeasure.Until": true, "Appointment.On": true,
	// From the arrival on.
	"Reveal.Date": true, "LookBackDispatched.ToldAt": true,
	"RecordArrival.On": true, "LookBackOf.On": true, "LookBackRecorded.On": true,
}

func TestNoFieldCanHoldALookBackDate(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	seen := map[reflect.Type]bool{}
	roots := []any{lifecycle.Case{}, lifecycle.Event{}, lifecycle.Alarm{}, lifecycle.UnitCase{}}
	for _, kind := range lifecycle.CommandKinds() {
		body, _ := lifecycle.NewCommand(kind)
		roots = append(roots, body)
	}
	for _, kind := range lifecycle.EventKinds() {
		body, err := lifecycle.Event{Kind: kind}.WithContent([]byte("{}"))
		require.NoError(t, err)
		roots = append(roots, body.Body)
	}
	for _, root := range roots {
		dates(reflect.TypeOf(root), seen, found)
	}
	for field := range found {
		require.Contains(t, datesOfTheLaw, field, "a field that could hold a look-back date before arrival")
	}
	for field := range datesOfTheLaw {
		require.True(t, found[field], "%s holds no date any more", field)
	}
}

// dates collects the fields of a type that hold a date or an instant.
func dates(typ reflect.Type, seen map[reflect.Type]bool, found map[string]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		dates(typ.Elem(), seen, found)
		return
	case reflect.Map:
		dates(typ.Elem(), seen, found)
		return
	case reflect.Struct:
	default:
		return
	}
	if seen[typ] || !strings.HasPrefix(typ.PkgPath(), "duban/lifecycle") && typ.PkgPath() != "duban/lot" {
		return
	}
	seen[typ] = true
	for f := range typ.Fields() {
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner == reflect.TypeFor[calendar.Date]() || inner == reflect.TypeFor[time.Time]() {
			found[fmt.Sprintf("%s.%s", typ.Name(), f.Name)] = true
			continue
		}
		dates(f.Type, seen, found)
	}
}

// TestTwoWorlds: two worlds that differ only in the day of the look-back are the
// same, to the last byte and to staff as well, until the inspectors stand in the
// room; to the unit they differ in nothing but that day even then.
func TestTwoWorlds(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := accepted(t, w)
	rings := func(until calendar.Date) []string {
		c := n.c
		var seen []string
		for {
			alarm, ok := c.Alarm()
			if !ok || alarm.At.After(noon(until)) {
				return append(seen, asJSON(t, c), asJSON(t, c.ForUnit()))
			}
			for _, e := range lifecycle.DecideAlarm(c, alarm.At, w.rules) {
				c = c.Apply(e)
			}
			seen = append(seen, asJSON(t, c), asJSON(t, c.ForUnit()))
		}
	}
	early, late := n.c.AcceptedOn.AddDays(35), n.c.AcceptedOn.AddDays(80)
	before, after := rings(early), rings(late)
	require.Equal(t, before, after[:len(before)])
	require.Equal(t, asJSON(t, n.c.ForUnit()), before[len(before)-1], "the unit sees the waiting change")

	views := make([]string, 2)
	for i, on := range []calendar.Date{early, late} {
		there := *n
		there.now = noon(on)
		e := w.command(&there, lifecycle.RecordArrival{On: on, Persons: []string{"lead", "author"}}, people["lead"])
		require.NoError(t, e.refusal)
		views[i] = asJSON(t, e.to.c.ForUnit())
	}
	require.Equal(t, views[0], views[1])
}

// accepted is a case whose report was accepted.
func accepted(t *testing.T, w *walk) *node {
	t.Helper()
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	for _, step := range []struct {
		who  string
		body lifecycle.CommandBody
	}{
		{"author", newCase()},
		{"author", lifecycle.SubmitDraft{}},
		{"head", accept(lifecycle.Immediate, "")},
		{"officer", lifecycle.SubmitNotice{Text: someText}},
		{"leader", lifecycle.ApproveNotice{}},
		{"secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic}},
		{"secretary", lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}}},
		{"officer", lifecycle.AcceptReport{}},
	} {
		e := w.command(n, step.body, people[step.who])
		require.NoError(t, e.refusal)
		n = e.to
	}
	return n
}
