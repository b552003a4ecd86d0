package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// A told is a history of draws that a test writes down: what is drawn and decided is
// so on one day, and the arrival is on another.
type told struct {
	events []lifecycle.Event
	on     calendar.Date
}

// waits is a case that waits for a look-back.
func waits(on calendar.Date) *told {
	h := &told{on: on}
	h.add("officer", &lifecycle.Noted{})
	h.events[0].Stage = lifecycle.LookBackPending
	return h
}

func (h *told) add(who string, body lifecycle.Body) { h.addOn(calendar.On(2026, 3, 2), who, body) }

func (h *told) addOn(day calendar.Date, who string, body lifecycle.Body) {
	n := len(h.events) + 1
	h.events = append(h.events, lifecycle.Event{
		Case: "c1", Seq: int64(n), At: calendar.Real().At(day, 9*time.Hour+time.Duration(n)*time.Minute), Legal: day,
		Actor: lifecycle.Actor{Account: who, Name: who}, Body: body,
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

func (h *told) opening(asked, decided string) {
	h.add(asked, &lifecycle.OpeningAsked{RequestOpening: lifecycle.RequestOpening{Reason: "安排车辆"}})
	h.add(decided, &lifecycle.OpeningDecided{DecideOpening: lifecycle.DecideOpening{Granted: true, Reason: "已知悉"}})
}

func (h *told) permit() {
	h.addOn(h.on, "leader", &lifecycle.ArrivalPermitted{PermitArrival: lifecycle.PermitArrival{On: h.on, Persons: []string{"third"}, Reason: "大雪"}})
}

func (h *told) announce(on calendar.Date) {
	h.add("leader", &lifecycle.LookBackAnnounced{AnnounceLookBack: lifecycle.AnnounceLookBack{On: on, Persons: []string{"lead", "third"}, Reason: "统一安排"}, Names: []string{"甲", "丙"}})
}

// arrive records an arrival, of a team that was told in the morning unless it differs.
func (h *told) arrive(who string, persons []string, change func(*lifecycle.Arrived), numbers ...int) {
	b := &lifecycle.Arrived{RecordArrival: lifecycle.RecordArrival{On: h.on, Persons: persons}, Names: persons}
	for _, n := range numbers {
		b.Reveals = append(b.Reveals, planOf(n).Reveal())
	}
	if change != nil {
		change(b)
	} else if len(numbers) > 0 {
		h.addOn(h.on, who, &lifecycle.LookBackDispatched{
			Number: numbers[len(numbers)-1], Task: "T-1", ToldAt: calendar.Real().At(h.on, 7*time.Hour), Told: []string{"lead", "other"},
		})
	}
	h.addOn(h.on, who, b)
	h.events[len(h.events)-1].Stage = lifecycle.LookBackActive
}

// drawAgain is the next round's draw, from a later window.
func (h *told) drawAgain(t *testing.T, number int) {
	t.Helper()
	h.addOn(h.on, "lead", &lifecycle.LookBackRecorded{RecordLookBack: lifecycle.RecordLookBack{Result: lifecycle.Unverifiable}})
	h.events[len(h.events)-1].Stage = lifecycle.LookBackPending
	p := planOf(number)
	p.Window, p.Date = lot.Window{Opens: calendar.On(2026, 5, 1), Closes: calendar.On(2026, 5, 31)}, calendar.On(2026, 5, 12)
	c, err := lot.Commit(p)
	require.NoError(t, err)
	h.addOn(h.on, "", &lifecycle.LookBackDrawn{Number: number, Opens: p.Window.Opens, Closes: p.Window.Closes, Commitment: c.Packed(), Key: "k"})
}

// What the record says of draws is folded from events, and recomputing finds what
// the rules would not have let happen.
func TestDrawsAreFoldedAndChecked(t *testing.T) {
	t.Parallel()
	team, second := []string{"lead", "other"}, planOf(2).Date
	permitted := func(b *lifecycle.Arrived) { b.Permitted = true }
	announced := func(b *lifecycle.Arrived) { b.Announced = true }
	undrawn := &lifecycle.LookBackUndrawn{Number: 1, Opens: planOf(1).Window.Opens, Closes: planOf(1).Window.Closes, Fault: lifecycle.DrawFault{Code: "too_few", ZH: "人数不足。", EN: "Too few."}}
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
			h.add("", &lifecycle.SealBroken{Number: 1, Fault: lifecycle.DrawFault{Code: "seal", ZH: "没有封存密钥。"}})
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
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"others than the drawn, permitted", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.permit()
			h.arrive("other", []string{"other", "third"}, permitted, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 1},
		{"none of the drawn, permitted", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.permit()
			h.arrive("third", []string{"third", "third"}, permitted, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"permitted by one who came", func(h *told) {
			h.draw(t, 1)
			h.permit()
			h.events[len(h.events)-1].Actor.Account = "lead"
			h.arrive("lead", team, permitted, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"recorded late", func(h *told) {
			h.draw(t, 1)
			h.arrive("lead", team, func(b *lifecycle.Arrived) { b.On = planOf(1).Date }, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"recorded late, permitted", func(h *told) {
			h.draw(t, 1)
			h.addOn(h.on, "leader", &lifecycle.ArrivalPermitted{PermitArrival: lifecycle.PermitArrival{On: planOf(1).Date, Reason: "无网络"}})
			h.arrive("lead", team, func(b *lifecycle.Arrived) { b.On, b.Permitted = planOf(1).Date, true }, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 1},
		{"as drawn, and said to be permitted", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.permit()
			h.arrive("lead", team, nil, 1)
			permitted(h.events[len(h.events)-1].Body.(*lifecycle.Arrived)) //nolint:forcetypeassert // it was just recorded
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 0},
		{"nobody was told", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, func(*lifecycle.Arrived) {}, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartDispatch, 0},
		{"told on another day", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, nil, 1)
			b := h.events[len(h.events)-2].Body.(*lifecycle.LookBackDispatched) //nolint:forcetypeassert // it was just recorded
			b.ToldAt = b.ToldAt.AddDate(0, 0, -21)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartDispatch, 0},
		{"others told", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, nil, 1)
			h.events[len(h.events)-2].Body.(*lifecycle.LookBackDispatched).Told = []string{"lead", "third"} //nolint:forcetypeassert // as above
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartDispatch, 0},
		{"told, and drawn anew", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.addOn(h.on, "lead", &lifecycle.RedrawAsked{RequestRedraw: lifecycle.RequestRedraw{Reason: "出差"}})
			h.addOn(h.on, "leader", &lifecycle.LookBackDispatched{Number: 1, ToldAt: calendar.Real().At(h.on, 7*time.Hour), Told: team})
			h.addOn(h.on, "leader", &lifecycle.RedrawDecided{DecideRedraw: lifecycle.DecideRedraw{Granted: true, Reason: "已知悉"}})
			p := planOf(2)
			p.Window.Opens = planOf(2).Date
			c, err := lot.Commit(p)
			require.NoError(t, err)
			h.addOn(h.on, "", &lifecycle.LookBackDrawn{Number: 2, Opens: p.Window.Opens, Closes: p.Window.Closes, Commitment: c.Packed()})
			h.on = p.Date
			h.arrive("lead", team, nil, 1)
			arrived := h.events[len(h.events)-1].Body.(*lifecycle.Arrived) //nolint:forcetypeassert // it was just recorded
			arrived.Reveals = append(arrived.Reveals, p.Reveal())
			h.events[len(h.events)-2].Body.(*lifecycle.LookBackDispatched).Number = 2 //nolint:forcetypeassert // as above
		}, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawOpen}, "", 0},
		{"drawn anew by one person", func(h *told) {
			h.draw(t, 1)
			h.add("leader", &lifecycle.RedrawAsked{RequestRedraw: lifecycle.RequestRedraw{Reason: "出差"}})
			h.add("leader", &lifecycle.RedrawDecided{DecideRedraw: lifecycle.DecideRedraw{Granted: true, Reason: "已知悉"}})
			h.draw(t, 2)
		}, []lifecycle.DrawState{lifecycle.DrawSealed, lifecycle.DrawSealed}, lifecycle.PartDecision, 0},
		{"drawn anew by nobody", func(h *told) { h.draw(t, 1); h.draw(t, 2) }, []lifecycle.DrawState{lifecycle.DrawSealed, lifecycle.DrawSealed}, lifecycle.PartDecision, 0},
		{"drawn anew by one who had read it", func(h *told) {
			h.draw(t, 1)
			h.opening("leader2", "leader")
			h.redraw(true)
			h.draw(t, 2)
		}, []lifecycle.DrawState{lifecycle.DrawSealed, lifecycle.DrawSealed}, lifecycle.PartDecision, 0},
		{"opened by one person", func(h *told) { h.draw(t, 1); h.opening("leader", "leader") }, []lifecycle.DrawState{lifecycle.DrawSealed}, lifecycle.PartDecision, 0},
		{"drawn by a person", func(h *told) { h.draw(t, 1); h.events[1].Actor.Account = "admin" }, []lifecycle.DrawState{lifecycle.DrawSealed}, lifecycle.PartDecision, 0},
		{"drawn in the window", func(h *told) { h.draw(t, 1); h.events[1].Legal = planOf(1).Window.Opens }, []lifecycle.DrawState{lifecycle.DrawSealed}, lot.PartWindow, 0},
		{"taken back, and drawn once more", func(h *told) {
			h.draw(t, 1)
			h.add("leader", &lifecycle.Noted{})
			h.events[2].Stage = lifecycle.Transferred
			h.add("leader", &lifecycle.Noted{})
			h.events[3].Stage = lifecycle.LookBackPending
			h.draw(t, 2)
		}, []lifecycle.DrawState{lifecycle.DrawSealed, lifecycle.DrawSealed}, lifecycle.PartDecision, 0},
		{"a seal that broke, of the draw that counts", func(h *told) {
			h.draw(t, 1)
			h.add("", &lifecycle.SealBroken{Number: 1, Fault: lifecycle.DrawFault{Code: "seal", ZH: "没有封存密钥。"}})
			h.arrive("lead", team, nil)
		}, []lifecycle.DrawState{lifecycle.DrawLost}, lifecycle.PartReveal, 0},
		{"missed, of a draw there was not", func(h *told) { h.draw(t, 1); h.add("", &lifecycle.LookBackMissed{Number: 2}) }, []lifecycle.DrawState{lifecycle.DrawSealed}, lot.PartNumber, 0},
		{"a broken seal of a draw there was not", func(h *told) { h.draw(t, 1); h.add("", &lifecycle.SealBroken{Number: 2}) }, []lifecycle.DrawState{lifecycle.DrawSealed}, lot.PartNumber, 0},
		{"none of the drawn", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("third", []string{"third", "fourth"}, nil, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 1},
		{"without a draw", func(h *told) { h.add("", undrawn); h.arrive("lead", team, nil) }, []lifecycle.DrawState{lifecycle.DrawUndrawn}, lifecycle.PartArrival, 0},
		{"announced", func(h *told) {
			h.draw(t, 1)
			h.announce(h.on)
			h.arrive("lead", []string{"lead", "third"}, announced, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, "", 0},
		{"announced for another day", func(h *told) {
			h.draw(t, 1)
			h.announce(h.on.AddDays(1))
			h.arrive("lead", []string{"lead", "third"}, announced, 1)
		}, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 0},
		{"announced with others", func(h *told) { h.draw(t, 1); h.announce(h.on); h.arrive("lead", team, announced, 1) }, []lifecycle.DrawState{lifecycle.DrawOpen}, lifecycle.PartArrival, 0},
		{"announced after the last draw", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, nil, 1)
			h.addOn(h.on, "leader", &lifecycle.LookBackAnnounced{AnnounceLookBack: lifecycle.AnnounceLookBack{On: h.on, Persons: []string{"lead", "third"}, Reason: "统一安排"}, Names: []string{"甲", "丙"}})
			h.arrive("third", []string{"lead", "third"}, announced)
		}, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawUndrawn}, "", 0},
		{"the next round", func(h *told) {
			h.draw(t, 1)
			h.on = planOf(1).Date
			h.arrive("lead", team, nil, 1)
			h.drawAgain(t, 2)
		}, []lifecycle.DrawState{lifecycle.DrawOpen, lifecycle.DrawSealed}, "", 0},
		{"words without a draw", func(h *told) { h.redraw(true); h.permit(); h.arrive("lead", team, permitted) }, []lifecycle.DrawState{lifecycle.DrawUndrawn}, lot.PartNumber, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := waits(second)
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

// In the compressed time of a demonstration an instant tells no day, and nothing is
// said of it.
func TestDrawsInCompressedTime(t *testing.T) {
	t.Parallel()
	h := waits(planOf(1).Date)
	h.draw(t, 1)
	h.arrive("lead", []string{"lead", "other"}, nil, 1)
	require.False(t, lifecycle.Failed(lifecycle.CheckDraws("c1", lifecycle.DrawsOf(h.events), nil)))
	for i := range h.events {
		h.events[i].At = time.Date(2026, 3, 2, 1, 0, i, 0, time.UTC)
		if b, ok := h.events[i].Body.(*lifecycle.LookBackDispatched); ok {
			b.ToldAt = h.events[i].At
		}
	}
	h.events[0].Legal = h.events[0].Legal.AddDays(-3)
	require.False(t, lifecycle.Failed(lifecycle.CheckDraws("c1", lifecycle.DrawsOf(h.events), nil)))
}

// Who asked, who decided and who answers for another day stand beside the draw.
func TestADrawSaysWhoDecided(t *testing.T) {
	t.Parallel()
	h := waits(planOf(2).Date)
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
