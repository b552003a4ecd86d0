package lifecycle_test

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// An evasion is a search for the longest way of a unit from the receipt of a notice to
// L5. The unit does whatever it may, on whichever day it gains by; the committee answers
// each time on the last day of the clock of its answer, with any answer but one: it does
// not find everything put right. Whoever is to move next is tried with every move, so the
// way found is the longest, whatever the unit does and whatever it is answered.
//
// In weeks without holidays what follows from a position does not depend on its date, so
// each is searched once.
type evasion struct {
	rules lifecycle.Rules
	// only are the unit's commands that are tried; all when nil.
	only []lifecycle.CommandKind
	// daily: the unit may move on every day, and not only on those of moments.
	daily bool
	// took is for how many days at most each position lasts to L5.
	took map[string]int
	// within are the positions that the search stands behind, with the days and names of
	// the moves that led there.
	within map[string]calendar.Date
	trail  []string
	// endless is a way that comes back to where it was, days later, or goes on for years.
	endless []string
}

// A position is a case on a day, all that had fallen due by its noon applied.
type position struct {
	c  lifecycle.Case
	on calendar.Date
}

// everyDay has the unit move on every day, which takes minutes.
var everyDay = flag.Bool("every-day", false, "let the unit of the search for the longest way move on every day")

// endless is for how many days a way is followed, and how many moves, before it is said
// to have no end.
const endless = 3 * 365

// longest is for how many days at most a position lasts to L5.
func (s *evasion) longest(p position) int {
	if p.c.Level == policy.L5 {
		return p.c.RaisedOn.DaysSince(p.on)
	}
	key := s.key(p)
	if days, ok := s.took[key]; ok {
		return days
	}
	if _, ok := s.within[key]; ok || p.on.DaysSince(begin) > endless {
		s.endless = slices.Clone(s.trail)
		return endless
	}
	s.within[key] = p.on
	most := 0
	for _, m := range s.moves(p) {
		s.trail = append(s.trail, fmt.Sprint(p.on, " ", m.name))
		most = max(most, m.to.on.DaysSince(p.on)+s.longest(m.to))
		s.trail = s.trail[:len(s.trail)-1]
		if s.endless != nil {
			return endless
		}
	}
	delete(s.within, key)
	s.took[key] = most
	return most
}

// follow goes the longest way, which was searched, to L5.
func (s *evasion) follow(p position) (end position, path []string) {
	for p.c.Level < policy.L5 && len(path) < endless {
		moves := s.moves(p)
		worth := func(m move) int { return m.to.on.DaysSince(p.on) + s.longest(m.to) }
		m := slices.MaxFunc(moves, func(a, b move) int { return cmp.Compare(worth(a), worth(b)) })
		if m.name != "" {
			path = append(path, fmt.Sprintf("%s %s", p.on, m.name))
		}
		p = m.to
	}
	return p, path
}

// bare is a case without its measures, which the ladder brings and which hold nothing.
func bare(c lifecycle.Case) lifecycle.Case {
	c.Measures = nil
	c.Clocks = slices.DeleteFunc(slices.Clone(c.Clocks), func(k lifecycle.Clock) bool { return k.Measure > 0 })
	for i := range c.Clocks {
		c.Clocks[i].Moves = nil
	}
	return c
}

// key is all of a position that what follows depends on, its days counted from its own.
func (s *evasion) key(p position) string {
	c := p.c
	var b []byte
	add := func(list ...int) {
		for _, n := range list {
			b = strconv.AppendInt(append(b, ' '), int64(n), 36)
		}
	}
	yes := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	from := func(d calendar.Date) int {
		if d.IsZero() {
			return -endless
		}
		return d.DaysSince(p.on)
	}
	b = append(b, c.Stage...)
	add(weekday(p.on), int(c.Level))
	if c.Plan != nil {
		_, open := reportItems(c)
		add(1, c.Plan.Returns, yes(c.Plan.Accepted), yes(len(open) > 1))
		if c.Stage == lifecycle.PlanReview {
			add(from(c.Plan.On))
		}
	}
	b = append(b, ';')
	if c.Report != nil {
		add(2, c.Report.Returns)
	}
	b = append(b, ';')
	if x := c.Extension; x != nil {
		add(3)
		if x.Status == lifecycle.ExtensionRequested {
			add(from(x.Until))
		}
	}
	b = append(b, ';')
	if c.Objection != nil && c.Objection.Outcome == "" {
		add(4, max(from(s.lastObjection(p, lifecycle.Facts)), -1)) // it may be objected once more
	}
	if s.mayObject(p) {
		add(5, yes(c.Receipt == nil || !p.on.After(s.lastObjection(p, lifecycle.WrongUnit))), from(s.lastObjection(p, lifecycle.Facts)))
	}
	for _, k := range c.Clocks {
		b = append(append(b, '|'), k.Name...)
		add(yes(k.Passed), yes(k.Next != nil), from(k.StandsSince), from(k.SparedSince))
		for _, span := range k.Stood {
			add(from(span.From), from(span.To))
		}
		b = append(b, ';')
		if !k.Passed {
			add(from(k.Due))
			for _, span := range k.Spared {
				add(from(span.From), from(span.To))
			}
			continue
		}
		add(max(from(k.Due), -7)) // days given back over a weekend may be more than they were
		if c.Level < s.rules.Policy.Clock(k.Name).MaxLevel {
			add(weekday(k.Due))
			add(s.lateness(p, k)...)
		}
	}
	return string(b)
}

// lateness is what of a clock that has passed the next level depends on: for how many working
// days it was late when it was last the unit's turn, and for how many the level has stood, as
// long as that holds the ladder up.
func (s *evasion) lateness(p position, k lifecycle.Clock) []int {
	turn := p.on
	switch {
	case !k.StandsSince.IsZero():
		turn = k.StandsSince
	case p.c.Stage == lifecycle.PlanReview:
		turn = p.c.Plan.On
	}
	late := s.unspared(k, k.Due, calendar.Date{}, turn)
	since := p.c.RaisedOn
	paced := s.unspared(k, since, since, p.on)
	at, _ := s.rules.Policy.Step(p.c.Level)
	next, _ := s.rules.Policy.Step(p.c.Level + 1)
	if since.IsZero() || paced >= min(late, next.After.N)-at.After.N {
		paced = -1
	}
	highest, _ := s.rules.Policy.Step(policy.L5)
	return []int{min(late, 2*highest.After.N), paced} // more than the highest, for days given back may be more than they were
}

// unspared is how many working days passed from a day to another, without those that were
// spared after a third.
func (s *evasion) unspared(k lifecycle.Clock, from, spared, on calendar.Date) int {
	n := s.rules.Calendar.WorkingDaysBetween(from, on)
	for _, span := range k.Spared {
		n -= s.rules.Calendar.WorkingDaysBetween(laterDay(span.From, spared), span.To)
	}
	return n
}

func weekday(d calendar.Date) int { return (d.DaysSince(begin)%7 + 7) % 7 }

func laterDay(a, b calendar.Date) calendar.Date {
	if b.After(a) {
		return b
	}
	return a
}

// plainWeeks are the rules in weeks without holidays: no notice is known, and from begin on
// the days that are off by law fall on weekends for most of a year.
func plainWeeks() lifecycle.Rules {
	r := defaultRules()
	c, err := calendar.New(1)
	if err != nil {
		panic(err)
	}
	r.Calendar = c
	return r
}

var begin = day("2021-10-04")

// A bound is the longest way of one type of rectification from the receipt of a notice to
// L5: of a unit that does nothing, and of one that does what it can.
type bound struct {
	kind       lifecycle.Type
	idle, most int // days
	working    int // working days of the longest
	path       []string
	endless    []string
	positions  int
}

// evading is a search, and the case of a type where it begins: its notice is served.
func evading(r lifecycle.Rules, kind lifecycle.Type) (*evasion, position) {
	s := &evasion{rules: r, took: map[string]int{}, within: map[string]calendar.Date{}}
	p := position{c: lifecycle.Case{ID: "case"}, on: begin}
	found := newCase()
	found.FoundOn = begin
	for _, step := range []struct {
		who  string
		body lifecycle.CommandBody
	}{
		{"author", found},
		{"author", lifecycle.SubmitDraft{}},
		{"head", accept(kind, "")},
		{"officer", lifecycle.SubmitNotice{Text: someText}},
		{"leader", lifecycle.ApproveNotice{}},
	} {
		var ok bool
		if p, ok = s.do(p, people[step.who], step.body); !ok {
			panic(fmt.Sprint(step.body.Kind(), " is refused"))
		}
	}
	return s, p
}

// boundOf searches for the longest way of a type.
func boundOf(r lifecycle.Rules, kind lifecycle.Type) bound {
	s, p := evading(r, kind)
	s.only = []lifecycle.CommandKind{lifecycle.KindRecordReceipt}
	b := bound{kind: kind, idle: s.longest(p)}
	s, p = evading(r, kind)
	s.daily = *everyDay
	b.most, b.positions = s.longest(p), len(s.took)
	if b.endless = s.endless; b.endless == nil {
		end, path := s.follow(p)
		b.path, b.working = path, s.rules.Calendar.WorkingDaysBetween(p.on, end.c.RaisedOn)
	}
	return b
}

// bounds are those of the default policy. A sustained rectification begins as one by a
// deadline does.
var bounds = sync.OnceValue(func() []bound {
	list := make([]bound, 2)
	var both sync.WaitGroup
	for i, kind := range []lifecycle.Type{lifecycle.Immediate, lifecycle.ByDeadline} {
		both.Go(func() { list[i] = boundOf(plainWeeks(), kind) })
	}
	both.Wait()
	return list
})

// Law 9: under every strategy of the unit's commands alone, the days from the receipt to
// L5 are bounded. The bound is the one that docs/lifecycle.md prints, which TestDocs
// compares.
func TestNoUnitPutsOffL5(t *testing.T) {
	t.Parallel()
	for _, b := range bounds() {
		t.Logf("%s: %d days idle, %d at most, in %d positions: %s", b.kind, b.idle, b.most, b.positions, strings.Join(b.path, ", "))
		require.Empty(t, b.endless, "there is a way without end")
		require.Less(t, b.most, endless)
		require.Greater(t, b.most, b.idle, "the search looked at nothing")
	}
}

// What the search finds is no accident: where the rules let a unit correct without end
// what comes back, it says by which way.
func TestTheSearchFindsAWayWithoutEnd(t *testing.T) {
	t.Parallel()
	r := plainWeeks()
	p := *r.Policy
	p.Rectification.ReturnsToLevel = 1000
	for len(p.Rectification.Correction) < 1000 {
		p.Rectification.Correction = append(slices.Clip(p.Rectification.Correction), p.Rectification.Correction[0])
	}
	r.Policy = &p
	s, from := evading(r, lifecycle.Immediate)
	s.only = []lifecycle.CommandKind{lifecycle.KindRecordReceipt, lifecycle.KindSubmitReport}
	s.longest(from)
	require.NotEmpty(t, s.endless)
	require.Contains(t, strings.Join(s.endless, ", "), "return_report")
}

// boundsTable is what docs/lifecycle.md says of the bounds.
func boundsTable() string {
	var b strings.Builder
	for _, found := range bounds() {
		fmt.Fprintf(&b, "| %s | %d | **%d** (%d WD) |\n", found.kind.ZH(), found.idle, found.most, found.working)
	}
	return b.String()
}

// longestWay says what the unit does on the longest way of the type that lasts longest,
// with the days since the receipt.
func longestWay() string {
	way := slices.MaxFunc(bounds(), func(a, b bound) int { return cmp.Compare(a.most, b.most) })
	var list []string
	for _, step := range way.path {
		on, what, _ := strings.Cut(step, " ")
		list = append(list, fmt.Sprintf("%d %s", day(on).DaysSince(begin), strings.ReplaceAll(what, "_", "\u00a0")))
	}
	return strings.Join(list, ", ")
}
