package api_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// A look-back nobody can foresee: two
// whole systems that are equal but for what was drawn are the same to whoever is
// of a unit, in every byte that is sent, from the draw to a second before the
// inspectors stand in the room.
func TestNonInterference(t *testing.T) {
	t.Parallel()
	interfere(t, 20, 2)
}

// interfere compares so many pairs with an engine, and so many without. In every
// second of them the staff does in one world what it does not do in the other:
// draws anew, opens plans early, lets a drawn day go by.
//
// The engine keeps the machine's time, so with one it all lies ahead, where no
// timer goes off by itself. What a person may do next is judged by the machine's
// clock as well: without one the window of the look-back is open today.
func interfere(t *testing.T, with, without int) {
	t.Helper()
	ahead := &womb{name: "ahead", begins: workday(time.Now().AddDate(0, 0, 2))}
	open := &womb{name: "open", begins: workday(time.Now().AddDate(0, 0, -60))}
	var namespaces []string
	for n := range with {
		namespaces = append(namespaces, namespace(n, 0), namespace(n, 1))
	}
	e := startEngine(t, namespaces)
	ahead.copy(t)
	open.copy(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for n := range with + without {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			one := &pair{no: n, womb: ahead, engine: &e, chance: rand.New(rand.NewPCG(seed, uint64(n))), apart: n%2 == 1}
			if n >= with {
				one.womb, one.engine = open, nil
			}
			one.run(t)
		})
	}
}

// namespace is where one world of a pair has its workflows.
func namespace(pair, world int) string { return fmt.Sprintf("pair-%d-%d", pair, world) }

// workday is ten in the morning of a working day.
func workday(at time.Time) time.Time {
	d := calendar.Real().Date(at)
	for !calendar.Builtin().WorkingDay(d) {
		d = d.AddDays(1)
	}
	return morning(d, 10)
}

// A pair is two worlds that share their past.
type pair struct {
	*womb

	no     int
	engine *engine
	chance *rand.Rand
	// apart: the staff does different things in the two.
	apart  bool
	worlds [2]*world
	done   []string
}

// String says whose it is and when.
func (w waiting) String() string { return w.world.name + " " + w.id + " " + w.plan.Date.String() }

// A waiting is a look-back that was drawn and is to come.
type waiting struct {
	world *world
	id    string
	plan  lot.Plan
}

func (p *pair) run(t *testing.T) {
	t.Helper()
	for i := range p.worlds {
		p.worlds[i] = p.born(t, string(rune('A'+i)), p.engine, namespace(p.no, i))
	}
	if p.chance.IntN(3) == 0 {
		for i, side := range p.worlds {
			side.oversleeps = !p.apart || i == 0
		}
	}
	accepted := workday(p.ready.Add(24 * time.Hour))
	for _, w := range p.worlds {
		w.clock.put(accepted)
		for _, id := range append(p.cases[:3:3], p.others...) {
			w.do(t, w.people.Officer, id, &lifecycle.AcceptReport{})
		}
	}
	p.compare(t, accepted.Add(time.Minute), false)
	p.staff(t)
	p.hold(t, accepted.Add(time.Hour), false)

	now := calendar.Real().Date(accepted)
	var last waiting
	for at := 0; ; at++ {
		coming := p.coming(t, now)
		require.NotEmpty(t, coming)
		last = coming[len(coming)-1]
		if at == 0 { // the day the window opens, whatever was drawn
			opens := last.plan.Window.Opens
			if opens.Before(coming[0].plan.Date) {
				now = opens
				p.compare(t, morning(now, 8), false)
				continue
			}
		}
		next := coming[0].plan.Date
		if next == last.plan.Date {
			break
		}
		now = next
		p.compare(t, morning(now, 8), false)
		if at < 2 {
			p.staff(t)
			p.hold(t, morning(now, 12), false)
		}
	}
	arrives := morning(last.plan.Date, 10)
	last.world.oversleeps = false
	p.compare(t, arrives.Add(-time.Second), true)
	require.NotZero(t, last.world.told(t), "the team that arrives was told in the morning")
	for _, w := range p.worlds {
		w.worked(t)
	}
	last.world.clock.put(arrives)
	last.world.arrive(t, last.id, last.plan)
	t.Logf("apart %v, done %v, missed %d and %d; %s arrives on %s", p.apart, p.done, p.worlds[0].missed, p.worlds[1].missed, last.world.name, last.plan.Date)
	require.NotEqual(t, p.read(t, p.worlds[0], false), p.read(t, p.worlds[1], false), "the arrival shows, or this test would see nothing")
}

// coming are the look-backs after a day, the soonest first.
func (p *pair) coming(t *testing.T, after calendar.Date) []waiting {
	t.Helper()
	var all []waiting
	for _, w := range p.worlds {
		for _, id := range p.cases[:2] {
			if plan, ok := w.plan(t, id); ok && plan.Date.After(after) {
				all = append(all, waiting{w, id, plan})
			}
		}
	}
	slices.SortFunc(all, func(a, b waiting) int { return a.plan.Date.Compare(b.plan.Date) })
	return all
}

// compare lets everything happen by itself that is to happen up to an instant and
// compares the worlds.
func (p *pair) compare(t *testing.T, at time.Time, whole bool) {
	t.Helper()
	settle(t, at, p.worlds[:]...)
	p.hold(t, at, whole)
}

// hold holds every byte of one world against the other's.
func (p *pair) hold(t *testing.T, at time.Time, whole bool) {
	t.Helper()
	var read [2][]reading
	for i, w := range p.worlds {
		w.clock.put(at)
		read[i] = p.read(t, w, whole)
	}
	for i, a := range read[0] {
		require.Greater(t, len(read[1]), i)
		if b := read[1][i]; a != b { // what is said of a difference costs more than to find none
			require.Equal(t, a.of+"\n"+a.said, b.of+"\n"+b.said, "at %s, after %v, drawn %v", at, p.done, p.coming(t, calendar.Date{}))
		}
	}
	require.Len(t, read[1], len(read[0]))
}

// read is all that people of units can reach.
func (p *pair) read(t *testing.T, w *world, whole bool) []reading {
	t.Helper()
	w.clock.put(w.clock.Now().Add(time.Microsecond))
	var all []reading
	for i, who := range []lifecycle.Actor{w.people.Secretary, w.people.Contact, w.people.OtherSecretary} {
		c := &crawl{w: w, whole: whole, who: who, tag: fmt.Sprintf("%s-%d", who.Account, w.clock.Now().UnixMicro())}
		switch {
		case whole:
			c.everything(t)
		case i == 0:
			c.most(t)
		default:
			c.glance(t)
		}
		all = append(all, c.out...)
	}
	return append(all, w.outgoing(t)...)
}

// staff does something inside, in both worlds or in one.
func (p *pair) staff(t *testing.T) {
	t.Helper()
	w := p.worlds
	inside := map[string]func(*world, string){
		"note": func(w *world, id string) { w.do(t, w.people.Officer, id, &lifecycle.Note{Text: "内部记录"}) },
		"redraw": func(w *world, id string) {
			w.do(t, w.people.Lead, id, &lifecycle.RequestRedraw{Reason: reason()})
			w.do(t, w.people.Signer, id, &lifecycle.DecideRedraw{Granted: true, Reason: reason()})
		},
		"refused redraw": func(w *world, id string) {
			w.do(t, w.people.Lead, id, &lifecycle.RequestRedraw{Reason: reason()})
			w.do(t, w.people.Signer, id, &lifecycle.DecideRedraw{Reason: reason()})
		},
		"opening": func(w *world, id string) {
			w.do(t, w.people.Lead, id, &lifecycle.RequestOpening{Reason: reason()})
			w.do(t, w.people.Leader, id, &lifecycle.DecideOpening{Granted: true, Reason: reason()})
			_, err := w.store.OpenPlan(t.Context(), w.people.Leader, id)
			require.NoError(t, err)
		},
		"refused opening": func(w *world, id string) {
			w.do(t, w.people.Lead, id, &lifecycle.RequestOpening{Reason: reason()})
			w.do(t, w.people.Leader, id, &lifecycle.DecideOpening{Reason: reason()})
		},
	}
	names := []string{"note", "redraw", "refused redraw", "opening", "refused opening"}
	for _, id := range p.cases[:2] {
		name := names[p.chance.IntN(len(names))]
		side := p.chance.IntN(2)
		for i, one := range w {
			if p.apart && i != side {
				continue
			}
			if plan, ok := one.plan(t, id); !ok || name != "note" && plan.Window.Closes.DaysSince(one.clockDay()) < 20 {
				continue
			}
			inside[name](one, id)
			p.done = append(p.done, one.name+" "+name)
		}
	}
}
