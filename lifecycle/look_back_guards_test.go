package lifecycle_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
)

// A drawnCase is one that waits for its look-back, of which the test says what lies
// under the seal.
type drawnCase struct {
	*walk

	t *testing.T
	n *node
}

func waitsForLookBack(t *testing.T) *drawnCase {
	t.Helper()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}, "officer", lifecycle.AcceptReport{})
	return &drawnCase{walk: w, t: t, n: n}
}

func (d *drawnCase) on(date string) { d.n.now = noon(day(date)) }

func (d *drawnCase) do(list ...any) {
	d.t.Helper()
	d.n = steps(d.t, d.walk, d.n, list...)
}

// refused wants a command to be refused.
func (d *drawnCase) refused(code string, a lifecycle.Actor, body lifecycle.CommandBody) {
	d.t.Helper()
	require.Equal(d.t, code, codeOf(d.command(d.n, body, a).refusal))
}

// arrival is the code of the refusal of an arrival; empty when it is let in.
func (d *drawnCase) arrival(who, on string, sealed lifecycle.Unsealed, persons ...string) string {
	d.t.Helper()
	r := d.rules
	r.Unsealed = sealed
	_, _, err := lifecycle.DecideTurn(d.n.c, nil, lifecycle.Command{
		ID: "c", Actor: everyRole(who), Body: lifecycle.RecordArrival{On: day(on), Persons: persons},
	}, d.n.now, r)
	if err != nil {
		require.NotEmpty(d.t, codeOf(err), "%v", err)
	}
	return codeOf(err)
}

// sealed is what was drawn: one reveal for each draw, all for a day.
func sealed(on string, leads ...string) (u lifecycle.Unsealed) {
	for i, lead := range leads {
		u.Reveals = append(u.Reveals, lot.Reveal{Case: "case", Number: i + 1, Date: day(on), Team: lot.Team{Lead: lead, Others: []string{"author"}}})
	}
	u.Dispatched = &lifecycle.LookBackDispatched{Number: len(leads), Task: "T-1", Told: []string{leads[len(leads)-1], "author"}}
	return u
}

// Issue 5, "What bad input gets": the drawn arrive, on the drawn day, at least two,
// each an inspector and none recused, and one of them records it.
func TestOnlyTheDrawnArrive(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	d.on("2026-05-12")
	drawn := sealed("2026-05-12", "lead")
	require.Empty(t, d.arrival("lead", "2026-05-12", drawn, "lead", "author"))
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", drawn, "lead", "second"), "who is drawn brings nobody of his choosing")
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", drawn, "lead", "author", "second"))
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", lifecycle.Unsealed{Reveals: drawn.Reveals}, "lead", "author"), "who was not told could only have tried")
	require.Equal(t, "not_dispatched", d.arrival("first", "2026-05-12", drawn, "first", "author"))
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", sealed("2026-05-11", "lead"), "lead", "author"))
	require.Equal(t, "recorded_late", d.arrival("lead", "2026-05-11", sealed("2026-05-11", "lead"), "lead", "author"))
	require.Equal(t, "not_on_the_spot", d.arrival("lead", "2026-05-12", drawn, "first", "author"))
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", drawn, "lead", "officer"), "whatever the names are")
	require.Equal(t, "too_few_persons", d.arrival("lead", "2026-05-12", drawn, "lead"))
	require.Equal(t, "too_few_persons", d.arrival("lead", "2026-05-12", drawn, "lead", "lead"))
	require.Equal(t, "too_few_persons", d.arrival("lead", "2026-05-12", drawn, "lead", "author", "author"))
	fault := lifecycle.DayPassed()
	require.Equal(t, "seal", d.arrival("lead", "2026-05-12", lifecycle.Unsealed{Reveals: drawn.Reveals, Fault: &fault}, "lead", "author"))
	require.Equal(t, "not_unsealed", d.arrival("lead", "2026-05-12", lifecycle.Unsealed{}, "lead", "author"))
	d.rules.Candidates[1].Recusals = []lot.Recusal{{Ground: lot.FormerUnit, Reason: "曾任"}}
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", drawn, "lead", "author"))
	d.on("2026-03-20")
	require.Equal(t, "window_not_open", d.arrival("lead", "2026-03-20", sealed("2026-03-20", "lead"), "lead", "second"))
}

// Of two draws the last counts.
func TestTheLastDrawCounts(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	d.do("head", lifecycle.RequestRedraw{Reason: someText}, "leader", lifecycle.DecideRedraw{Granted: true, Reason: someText})
	require.Equal(t, 2, d.n.c.Draw.Number)
	d.on("2026-05-12")
	both := sealed("2026-05-12", "lead", "first")
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", both, "lead", "author"))
	require.Empty(t, d.arrival("first", "2026-05-12", both, "first", "author"))
}

// A drawn team of two of whom one falls ill on the morning: a leader who does not come
// says who may take his place, also that of the lead; who was drawn goes with him.
func TestOthersThanTheDrawnArePermitted(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	d.on("2026-05-12")
	drawn := sealed("2026-05-12", "lead")
	permit := func(persons ...string) lifecycle.PermitArrival {
		return lifecycle.PermitArrival{Persons: persons, Reason: someText}
	}
	d.refused("not_an_inspector", people["leader"], permit("officer"))
	d.refused("own_permit", everyRole("first"), permit("first"))
	d.refused("required", people["leader"], permit(""))
	d.do("leader", permit("second", "first"))
	require.Empty(t, d.arrival("lead", "2026-05-12", drawn, "lead", "second"))
	require.Empty(t, d.arrival("first", "2026-05-12", drawn, "first", "author"), "another leads for the lead")
	require.Equal(t, "not_dispatched", d.arrival("first", "2026-05-12", drawn, "first", "second"), "none was drawn: that is another draw")
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-12", drawn, "lead", "everything"))
	d.on("2026-05-13")
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-13", sealed("2026-05-13", "lead"), "lead", "second"), "a permit is for its day")
}

// Who was permitted is in the record with the leader, and so is that it was not needed.
func TestAnArrivalSaysWhetherItWasPermitted(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	d.on("2026-05-12")
	d.do("leader", lifecycle.PermitArrival{Persons: []string{"second"}, Reason: someText})
	require.Equal(t, &lifecycle.Permit{By: "leader", Given: day("2026-05-12"), On: day("2026-05-12"), Persons: []string{"second"}}, d.n.c.Draw.Permit)
	permitted := func(persons ...string) bool {
		r := d.rules
		r.Unsealed = sealed("2026-05-12", "lead")
		events, _, err := lifecycle.DecideTurn(d.n.c, nil, lifecycle.Command{
			ID: "c", Actor: people["lead"], Body: lifecycle.RecordArrival{On: day("2026-05-12"), Persons: persons},
		}, d.n.now, r)
		require.NoError(t, err)
		arrived, ok := events[1].Body.(*lifecycle.Arrived)
		require.True(t, ok)
		return arrived.Permitted
	}
	require.False(t, permitted("lead", "author"))
	require.True(t, permitted("lead", "second"))
	require.True(t, permitted("lead", "author", "second"))
}

// Who recorded nothing on the day has a leader answer for the record of a day that is
// over, also when the day is told as missed by then; and nobody permits his own arrival.
func TestALateRecordIsPermitted(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	drawn := sealed("2026-05-12", "lead")
	d.on("2026-05-13")
	require.Equal(t, "recorded_late", d.arrival("lead", "2026-05-12", drawn, "lead", "author"))
	d.do("leader", lifecycle.PermitArrival{Reason: someText})
	require.Equal(t, "recorded_late", d.arrival("lead", "2026-05-12", drawn, "lead", "author"), "permitted for today, not for yesterday")
	d.refused("in_future", people["leader"], lifecycle.PermitArrival{On: day("2026-05-14"), Reason: someText})
	d.refused("too_early", people["leader"], lifecycle.PermitArrival{On: day("2026-03-01"), Reason: someText})
	yesterday := lifecycle.PermitArrival{On: day("2026-05-12"), Reason: someText}
	d.do("leader", yesterday)
	require.Empty(t, d.arrival("lead", "2026-05-12", drawn, "lead", "author"))
	require.Equal(t, "not_dispatched", d.arrival("first", "2026-05-12", drawn, "first", "author"))

	d.n.c = fold(d.n.c, lifecycle.DecideMissed(d.n.c, lifecycle.NotKept(), d.n.now, d.rules))
	require.Equal(t, "not_drawn", d.arrival("lead", "2026-05-12", drawn, "lead", "author"), "a leader has not been asked since")
	d.do("leader", yesterday)
	require.Empty(t, d.arrival("lead", "2026-05-12", drawn, "lead", "author"), "they came, and nobody recorded it")
	d.on("2026-05-14")
	require.Equal(t, "recorded_late", d.arrival("lead", "2026-05-12", drawn, "lead", "author"))
	d.n = asOne(t, d.walk, d.n, everyRole("lead"), yesterday)
	require.Equal(t, "recorded_late", d.arrival("lead", "2026-05-12", drawn, "lead", "author"), "his own permit counts for nothing")
}

// A leader answers for an arrival on another day of the window, for the day he says
// it on and no other; before the window he answers for none.
func TestAnArrivalIsPermittedForADay(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	drawn := sealed("2026-05-20", "lead")
	d.on("2026-03-20")
	d.refused("window_not_open", people["leader"], lifecycle.PermitArrival{Reason: someText})
	require.Equal(t, "window_not_open", d.arrival("lead", "2026-03-20", drawn, "lead", "author"))
	c := d.n.c
	draw := *c.Draw
	draw.Permit = &lifecycle.Permit{By: "leader", Given: day("2026-03-20"), On: day("2026-03-20")}
	d.n.c.Draw = &draw
	require.Equal(t, "window_not_open", d.arrival("lead", "2026-03-20", drawn, "lead", "author"), "permit or not")
	d.n.c = c

	d.on("2026-04-20")
	d.refused("too_early", people["leader"], lifecycle.PermitArrival{On: day("2026-03-31"), Reason: someText})
	d.do("leader", lifecycle.PermitArrival{Reason: someText})
	require.Empty(t, d.arrival("lead", "2026-04-20", drawn, "lead", "author"))
	require.Equal(t, "not_dispatched", d.arrival("first", "2026-04-20", drawn, "first", "author"))
	d.on("2026-05-13")
	require.Equal(t, "not_dispatched", d.arrival("lead", "2026-05-13", drawn, "lead", "author"))
}

// Who names people until somebody is let in learns nothing by it: the answer is the
// same whoever they are, each try is an event without names or days, which leaders
// are told of, and after three in a day the case waits for one of them.
func TestTriesAreRecordedAndHalted(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	drawn := sealed("2026-05-20", "lead")
	d.on("2026-05-12")
	d.do("leader", lifecycle.PermitArrival{Reason: someText})
	r := d.rules
	r.Unsealed = drawn
	try := func(who lifecycle.Actor, persons ...string) (string, []lifecycle.Event) {
		cmd := lifecycle.Command{ID: "c", Actor: who, Body: lifecycle.RecordArrival{On: d.rules.Today(d.n.now), Persons: persons}}
		_, _, err := lifecycle.DecideTurn(d.n.c, nil, cmd, d.n.now, r)
		refusal, ok := errors.AsType[*lifecycle.Refusal](err)
		require.True(t, ok)
		events := lifecycle.DecideArrivalRefused(d.n.c, cmd, refusal, d.n.now, r)
		before := d.n.c.ForUnit()
		d.n.c = fold(d.n.c, events)
		require.Equal(t, before, d.n.c.ForUnit(), "the unit sees none of it")
		return asJSON(t, refusal), events
	}
	_, none := try(everyRole("first"), "first")
	require.Empty(t, none, "what is wrong in itself is no try")
	_, none = try(people["officer"], "officer", "author")
	require.Empty(t, none, "nor is a command that is not one's own")
	answers := map[string]bool{}
	for i, other := range []string{"second", "nobody", "officer"} {
		said, events := try(everyRole("first"), "first", other)
		answers[said] = true
		require.Len(t, events, 1)
		require.Equal(t, &lifecycle.ArrivalRefused{Count: i + 1, Of: 3, Halts: i == 2}, events[0].Body)
		require.Equal(t, "first", events[0].Actor.Account)
		letters := lifecycle.Letters(d.n.c, events[0], r)
		require.Len(t, letters, 1)
		require.Equal(t, lifecycle.Recipient{Role: lifecycle.Leader}, letters[0].To)
	}
	require.Len(t, answers, 1, "one answer whatever the names are")
	_, runs := clockOf(d.n.c, policy.ClockDraw)
	require.True(t, runs, "a leader is chased")
	said, none := try(people["lead"], "lead", "author")
	require.Contains(t, said, "arrivals_halted", "also for who was drawn")
	require.Empty(t, none)
	d.on("2026-05-13")
	require.Equal(t, "arrivals_halted", d.arrival("lead", "2026-05-13", sealed("2026-05-13", "lead"), "lead", "author"), "a day later as well")

	d.do("leader", lifecycle.PermitArrival{Reason: someText})
	_, runs = clockOf(d.n.c, policy.ClockDraw)
	require.False(t, runs)
	require.Empty(t, d.arrival("lead", "2026-05-13", drawn, "lead", "author"))
	for _, at := range []string{"2026-05-14", "2026-05-15", "2026-05-18"} {
		d.on(at)
		_, events := try(everyRole("first"), "first", "second")
		require.Equal(t, &lifecycle.ArrivalRefused{Count: 1, Of: 3}, events[0].Body, "each day is counted by itself")
	}
}

// Whoever was told and did not come may come on a day that a leader permits; whoever
// was never told may not.
func TestAPermitGoesToWhoWasTold(t *testing.T) {
	t.Parallel()
	for want, fault := range map[string]lifecycle.DrawFault{"": lifecycle.NotKept(), "not_drawn": lifecycle.DayPassed()} {
		d := waitsForLookBack(t)
		d.on("2026-05-13")
		d.n.c = fold(d.n.c, lifecycle.DecideMissed(d.n.c, fault, d.n.now, d.rules))
		drawn := sealed("2026-05-12", "lead")
		require.Equal(t, "not_drawn", d.arrival("lead", "2026-05-13", drawn, "lead", "author"))
		d.do("leader", lifecycle.PermitArrival{Reason: someText})
		require.Equal(t, want, d.arrival("lead", "2026-05-13", drawn, "lead", "author"))
		runs := slices.ContainsFunc(d.n.c.Clocks, func(k lifecycle.Clock) bool { return k.Name == policy.ClockDraw })
		require.Equal(t, want != "", runs, "a leader has decided")
	}
}

// An announced look-back is on a working day, led by somebody who may, and on the
// day that was announced.
func TestAnnounced(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	announce := func(on string, persons ...string) lifecycle.AnnounceLookBack {
		return lifecycle.AnnounceLookBack{On: day(on), Persons: persons, Reason: someText}
	}
	d.refused("day_off", people["leader"], announce("2026-05-16", "lead", "author"))
	d.refused("no_lead", people["leader"], announce("2026-05-14", "author", "second"))
	d.refused("too_few_persons", people["leader"], announce("2026-05-14", "lead"))
	d.do("leader", announce("2026-05-14", "lead", "author"))
	d.on("2026-05-13")
	require.Equal(t, "window_not_open", d.arrival("lead", "2026-05-13", lifecycle.Unsealed{}, "lead", "author"))
	d.on("2026-05-15")
	require.Equal(t, "other_day", d.arrival("lead", "2026-05-15", lifecycle.Unsealed{}, "lead", "author"))
	require.Equal(t, "recorded_late", d.arrival("lead", "2026-05-14", lifecycle.Unsealed{}, "lead", "author"))
	d.on("2026-05-14")
	require.Empty(t, d.arrival("lead", "2026-05-14", lifecycle.Unsealed{}, "lead", "author"))
	require.Equal(t, "other_person", d.arrival("lead", "2026-05-14", lifecycle.Unsealed{}, "lead", "second"))
	d.do("leader", lifecycle.PermitArrival{Persons: []string{"first", "second"}, Reason: someText})
	require.Empty(t, d.arrival("lead", "2026-05-14", lifecycle.Unsealed{}, "lead", "second"))
	require.Equal(t, "other_person", d.arrival("first", "2026-05-14", lifecycle.Unsealed{}, "first", "second"))
	d.on("2026-05-15")
	d.do("leader", lifecycle.PermitArrival{Reason: someText})
	require.Empty(t, d.arrival("lead", "2026-05-15", lifecycle.Unsealed{}, "lead", "author"))
}

// Who did not come does not say what was found, though he may lead look-backs.
func TestWhoDidNotComeRecordsNothing(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	d.on("2026-05-12")
	d.do("lead", lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"lead", "author", "first"}})
	result := lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: good(1)}
	d.refused("not_on_the_spot", everyRole("everything"), result)
	require.NoError(t, d.command(d.n, result, everyRole("first")).refusal)
}

// A redraw takes two, and so does opening early; each is asked for once.
func TestNobodyDecidesHisOwnRequest(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	one := everyRole("first")
	may := func(account string) bool { return lifecycle.MayOpen(d.n.c, everyRole(account)) == nil }

	d.refused("no_redraw", one, lifecycle.DecideRedraw{Granted: true, Reason: someText})
	d.n = asOne(t, d.walk, d.n, one, lifecycle.RequestRedraw{Reason: someText})
	d.refused("redraw_asked", people["head"], lifecycle.RequestRedraw{Reason: someText})
	d.refused("own_redraw", one, lifecycle.DecideRedraw{Granted: true, Reason: someText})
	_, runs := clockOf(d.n.c, policy.ClockDraw)
	require.True(t, runs, "somebody is chased for the answer")
	d.do("leader", lifecycle.DecideRedraw{Reason: someText})
	require.Equal(t, 1, d.n.c.Draw.Number)
	_, runs = clockOf(d.n.c, policy.ClockDraw)
	require.False(t, runs, "and not after it")

	d.refused("no_opening", one, lifecycle.DecideOpening{Granted: true, Reason: someText})
	d.n = asOne(t, d.walk, d.n, one, lifecycle.RequestOpening{Reason: someText})
	d.refused("opening_asked", people["leader"], lifecycle.RequestOpening{Reason: someText})
	d.refused("own_opening", one, lifecycle.DecideOpening{Granted: true, Reason: someText})
	require.False(t, may("first"))
	d.do("leader", lifecycle.DecideOpening{Granted: true, Reason: someText})
	require.True(t, may("first"))
	require.True(t, may("leader"))
	require.False(t, may("leader2"))
	d.do("head", lifecycle.RequestRedraw{Reason: someText})
	d.refused("read_plan", one, lifecycle.DecideRedraw{Granted: true, Reason: someText})
	d.refused("read_plan", people["leader"], lifecycle.DecideRedraw{Granted: true, Reason: someText})
	d.do("leader2", lifecycle.DecideRedraw{Granted: true, Reason: someText})
	require.False(t, may("first"), "what was opened is drawn anew")
	d.do("head", lifecycle.RequestRedraw{Reason: someText}, "leader", lifecycle.DecideRedraw{Granted: true, Reason: someText})
	require.Equal(t, 3, d.n.c.Draw.Number, "of which they read nothing")
}

// Where nothing could be drawn, a leader has a clock to decide by, nobody arrives, and
// there is nothing to open.
func TestUndrawn(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	w := &walk{rules: defaultRules()}
	n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "secretary", lifecycle.SubmitReport{Items: oneDone})
	e, ok := w.undrawn(n, lifecycle.AcceptReport{}, people["officer"])
	require.True(t, ok)
	d.n = e.to
	_, runs := clockOf(d.n.c, policy.ClockDraw)
	require.True(t, runs)
	d.refused("not_drawn", people["leader"], lifecycle.RequestOpening{Reason: someText})
	d.on("2026-05-12")
	require.Equal(t, "not_drawn", d.arrival("lead", "2026-05-12", sealed("2026-05-12", "lead"), "lead", "author"))
}

// A seal that cannot be opened is told once, and stays drawn; that it came right is
// told once as well, and nobody has to decide any more unless something else waits.
func TestABrokenSealIsToldOnce(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	events := lifecycle.DecideSealBroken(d.n.c, lifecycle.DayPassed(), d.n.now, d.rules)
	require.NotEmpty(t, events)
	d.n.c = fold(d.n.c, events)
	require.Equal(t, lifecycle.DrawMade, d.n.c.Draw.Status)
	require.Empty(t, lifecycle.DecideSealBroken(d.n.c, lifecycle.DayPassed(), d.n.now, d.rules))

	asks := d.n.c
	draw := *asks.Draw
	draw.Redraw = &lifecycle.Asked{By: "head", Reason: someText}
	asks.Draw = &draw
	for _, c := range []lifecycle.Case{d.n.c, asks} {
		c = fold(c, lifecycle.DecideSealMended(c, d.n.now, d.rules))
		require.Nil(t, c.Draw.Fault)
		_, runs := clockOf(c, policy.ClockDraw)
		require.Equal(t, c.Draw.Redraw != nil, runs)
		require.Empty(t, lifecycle.DecideSealMended(c, d.n.now, d.rules))
	}
}

// What a draw is made from: a window that begins neither before the policy opens it
// nor today, and never without the time it took to open; and a roster that keeps out
// who reviewed the report.
func TestWhatIsDrawnFrom(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	require.Equal(t, day("2026-04-01"), d.n.c.DrawWindow(d.n.now, d.rules).Opens)
	late := noon(day("2026-05-12"))
	require.Equal(t, day("2026-05-13"), d.n.c.DrawWindow(late, d.rules).Opens)
	d.on("2026-05-25")
	d.do("head", lifecycle.RequestRedraw{Reason: someText}, "leader", lifecycle.DecideRedraw{Granted: true, Reason: someText})
	require.Equal(t, lot.Window{Opens: day("2026-05-26"), Closes: day("2026-06-24")}, d.n.c.DrawWindow(d.n.now, d.rules))

	c := d.n.c
	c.Part.Reviewers, c.Part.Filers, c.Part.PlanFiler = []string{"reviewer"}, []string{"second"}, "first"
	with := func(team, margin int) lifecycle.Rules {
		p := *d.rules.Policy
		p.LookBack.Team, p.Recusal.Margin = team, margin
		r := d.rules
		r.Policy = &p
		return r
	}
	roster := with(1, 2).DrawRoster(c, d.rules.Candidates, map[string]int{"lead": 3})
	require.Len(t, roster, len(d.rules.Candidates))
	out := map[string]lot.Ground{}
	for _, p := range roster {
		for _, r := range p.Recusals {
			out[p.ID] = r.Ground
		}
	}
	require.Equal(t, map[string]lot.Ground{"reviewer": lot.Reviewer, "second": lot.Filer, "first": lot.Filer, "author": lot.Finder}, out, "nobody looks back at his own work")
	require.Equal(t, 3, roster[0].Recent)
	left := []string{"author", "lead", "leader3", "everything"}
	require.Equal(t, left, with(2, 2).DrawRoster(c, d.rules.Candidates, nil).Eligible(left), "but where too few are left without him he is drawn")
	require.Equal(t, left[1:], with(2, 1).DrawRoster(c, d.rules.Candidates, nil).Eligible(left), "how many is the policy's to say")
	may := lifecycle.Recuse(c, d.rules.Candidates, nil).Eligible([]string{"author", "reviewer", "second"})
	require.Equal(t, []string{"author"}, may, "who found it may come where a leader names him")
}
