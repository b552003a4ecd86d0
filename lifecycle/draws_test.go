package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// A told is a history of draws that a test writes down.
type told struct {
	events []lifecycle.Event
	on     calendar.Date
}

func (h *told) add(who string, body lifecycle.Body) {
	n := int64(len(h.events)) + 1
	h.events = append(h.events, lifecycle.Event{
		Case: "c1", Seq: n, At: time.Date(2026, 3, 2, 1, int(n), 0, 0, time.UTC), Legal: h.on, Actor: lifecycle.Actor{Account: who, Name: who}, Body: body,
	})
}

func planOf(number int) lot.Plan {
	p := lot.Plan{
		Case: "c1", Number: number, Window: lot.Window{Opens: calendar.On(2026, 4, 1), Closes: calendar.On(2026, 4, 30)},
		Date: calendar.On(2026, 4, 8+number), Team: lot.Team{Lead: "lead", Others: []string{"other"}}, Roster: rosterOf().Digest(),
	}
	p.Nonce[0] = byte(number)
	return p
}

func rosterOf() *lot.ShownRoster {
	return &lot.ShownRoster{Roster: lot.Roster{{ID: "lead", Lead: true}, {ID: "other"}, {ID: "third"}}}
}

func (h *told) draw(t *testing.T, number int) {
	t.Helper()
	p := planOf(number)
	c, err := lot.Commit(p)
	require.NoError(t, err)
	h.add("", &lifecycle.LookBackDrawn{Number: number, Opens: p.Window.Opens, Closes: p.Window.Closes, Commitment: c.Packed(), Key: "k"})
}

func (h *told) redraw(granted bool) {
	h.add("lead", &lifecycle.RedrawAsked{RequestRedraw: lifecycle.RequestRedraw{Reason: "出差"}})
	h.add("leader", &lifecycle.RedrawDecided{DecideRedraw: lifecycle.DecideRedraw{Granted: granted, Reason: "已知悉"}})
}

func (h *told) permit() {
	h.add("leader", &lifecycle.ArrivalPermitted{PermitArrival: lifecycle.PermitArrival{Reason: "大雪"}})
}

func (h *told) announce(on calendar.Date) {
	h.add("leader", &lifecycle.LookBackAnnounced{AnnounceLookBack: lifecycle.AnnounceLookBack{On: on, Persons: []string{"lead", "third"}, Reason: "统一安排"}})
}

func (h *told) arrive(who string, persons []string, change func(*lifecycle.Arrived), numbers ...int) {
	b := &lifecycle.Arrived{RecordArrival: lifecycle.RecordArrival{On: h.on, Persons: persons}}
	for _, n := range numbers {
		b.Reveals = append(b.Reveals, planOf(n).Reveal())
	}
	if change != nil {
		change(b)
	}
	h.add(who, b)
}

// What the record says of draws is folded from events, and recomputing finds what
// the rules would not have let happen.
func TestDrawsAreFoldedAndChecked(t *testing.T) {
	t.Parallel()
	team, second := []string{"lead", "other"}, planOf(2).Date
	permitted := func(b *lifecycle.Arrived) { b.Permitted = true }
	announced := func(b *lifecycle.Arrived) { b.Announced = true }
	undrawn := &lifecycle.LookBackUndrawn{Number: 1, Fault: lifecycle.DrawFault{Code: "too_few", ZH: "人数不足。", EN: "Too few."}}
	for _, row := range []struct {
		name   string
		tell   func(*told)
		states []lifecycle.DrawState
		// wrong is the part that does not fit, empty when all do.
		wrong   lot.Part
		differs int
	}{
		{"nothing", func(*told) {}, nil, "", 0},
		{"sealed", func(h *told) { h.draw(t, 1) }, []lifecycle.DrawState{lifecycle.DrawSealed}, "", 0},
		{"not drawn", func(h *told) { h.add("", undrawn) }, []lifecycle.DrawState{lifecycle.DrawUndrawn}, "", 0},
		{"as drawn", func(h *told) { h.draw(t, 1); h.redraw(true); h.draw(t, 2); h.arrive("lead", team, nil, 1, 2) }, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawOpen}, "", 0},
		{"drawn at last", func(h *told) { h.add("", undrawn); h.redraw(true); h.draw(t, 2); h.arrive("other", team, nil, 2) }, []lifecycle.DrawState{lifecycle.DrawUndrawn, lifecycle.DrawOpen}, "", 0},
		{"a redraw refused", func(h *told) { h.draw(t, 1); h.redraw(false); h.on = planOf(1).Date; h.arrive("lead", team, nil, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 0},
		{"a redraw that never was", func(h *told) { h.draw(t, 1); h.redraw(true); h.on = planOf(1).Date; h.arrive("lead", team, nil, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, lot.PartNumber, 0},
		{"a draw left out", func(h *told) { h.draw(t, 2); h.arrive("lead", team, nil, 2) }, []lifecycle.DrawState{lifecycle.DrawOpen}, lot.PartNumber, 0},
		{"not laid open", func(h *told) { h.draw(t, 1); h.arrive("lead", team, nil) }, []lifecycle.DrawState{lifecycle.DrawMissing}, lifecycle.PartReveal, 0},
		{"laid open without a draw", func(h *told) { h.draw(t, 1); h.redraw(true); h.draw(t, 2); h.arrive("lead", team, nil, 1, 2, 3) }, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawOpen}, lifecycle.PartReveal, 0},
		{"a broken seal", func(h *told) {
			h.draw(t, 1)
			h.add("", &lifecycle.SealBroken{Number: 1, Fault: lifecycle.DrawFault{Code: "seal"}})
			h.redraw(true)
			h.draw(t, 2)
			h.arrive("lead", team, nil, 2)
		}, []lifecycle.DrawState{lifecycle.DrawLost, lifecycle.DrawOpen}, "", 0},
		{"a draw that turned out lost at the arrival", func(h *told) {
			h.draw(t, 1)
			h.redraw(true)
			h.draw(t, 2)
			h.add("", &lifecycle.SealBroken{Number: 1, Fault: lifecycle.DrawFault{Code: "seal"}})
			h.arrive("lead", team, nil, 2)
		}, []lifecycle.DrawState{lifecycle.DrawLost, lifecycle.DrawOpen}, "", 0},
		{"a seal that came right, and nothing laid open", func(h *told) {
			h.draw(t, 1)
			h.add("", &lifecycle.SealBroken{Number: 1, Fault: lifecycle.DrawFault{Code: "seal"}})
			h.add("", &lifecycle.SealMended{Number: 1})
			h.arrive("lead", team, nil)
		}, []lifecycle.DrawState{lifecycle.DrawMissing}, lifecycle.PartReveal, 0},
		{"another day", func(h *told) { h.draw(t, 1); h.arrive("lead", team, nil, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"another day, permitted", func(h *told) { h.draw(t, 1); h.permit(); h.arrive("lead", team, permitted, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 1},
		{"another day, permitted for another", func(h *told) {
			h.draw(t, 1)
			h.permit()
			h.on = h.on.AddDays(1)
			h.arrive("lead", team, permitted, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"others than the drawn", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("other", []string{"other", "third"}, nil, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 1},
		{"none of the drawn", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("third", []string{"third", "fourth"}, nil, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"without a draw", func(h *told) { h.add("", undrawn); h.arrive("lead", team, nil) }, []lifecycle.DrawState{lifecycle.DrawUndrawn}, lifecycle.PartArrival, 0},
		{"announced", func(h *told) { h.draw(t, 1); h.announce(h.on); h.arrive("lead", team, announced, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 0},
		{"announced for another day", func(h *told) { h.draw(t, 1); h.announce(h.on.AddDays(1)); h.arrive("lead", team, announced, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 0},
		{"announced after the last draw", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, nil, 1)
			h.announce(h.on)
			h.arrive("third", team, announced)
		}, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawUndrawn}, "", 0},
		{"the next round", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, nil, 1)
			h.draw(t, 2)
		}, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawSealed}, "", 0},
		{"words without a draw", func(h *told) { h.redraw(true); h.permit(); h.arrive("lead", team, permitted) }, []lifecycle.DrawState{lifecycle.DrawUndrawn}, lot.PartNumber, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := &told{on: second}
			row.tell(h)
			draws := lifecycle.DrawsOf(h.events)
			checks := lifecycle.CheckDraws("c1", draws, map[int]*lot.ShownRoster{1: rosterOf(), 2: rosterOf()})
			var states []lifecycle.DrawState
			var wrong []lot.Part
			differs := 0
			for _, c := range checks {
				states = append(states, c.State)
				differs += len(c.Differences)
				for _, m := range c.Mismatches {
					wrong = append(wrong, m.Part)
				}
				require.Equal(t, c.State == lifecycle.DrawOpen, c.RosterChecked)
				require.NotEqual(t, "其他", c.StateZH)
			}
			require.Equal(t, row.states, states)
			require.Equal(t, row.differs, differs)
			require.Equal(t, row.wrong != "", lifecycle.Failed(checks))
			if row.wrong == "" {
				require.Empty(t, wrong)
			} else {
				require.Contains(t, wrong, row.wrong)
			}
		})
	}
}

// Who asked, who decided and who answers for another day stand beside the draw.
func TestADrawSaysWhoDecided(t *testing.T) {
	t.Parallel()
	h := &told{on: planOf(2).Date}
	h.draw(t, 1)
	h.add("lead", &lifecycle.OpeningAsked{RequestOpening: lifecycle.RequestOpening{Reason: "安排车辆"}})
	h.add("leader", &lifecycle.OpeningDecided{DecideOpening: lifecycle.DecideOpening{Reason: "不必"}})
	h.redraw(false)
	h.permit()
	h.arrive("lead", []string{"lead", "other"}, func(b *lifecycle.Arrived) { b.Permitted = true }, 1)
	d := lifecycle.DrawsOf(h.events)[0]
	require.Equal(t, []any{"lead", "leader", "不必", false}, []any{d.Openings[0].Asked.By, d.Openings[0].Decided.By, d.Openings[0].Decided.Reason, d.Openings[0].Granted})
	require.Equal(t, []any{"出差", "已知悉", false}, []any{d.Redraws[0].Asked.Reason, d.Redraws[0].Decided.Reason, d.Redraws[0].Granted})
	require.Len(t, d.Differs, 1)
	require.Equal(t, []any{lot.PartDate, "leader", "大雪"}, []any{d.Differs[0].Part, d.Differs[0].Permitted.By, d.Differs[0].Permitted.Reason})
}
