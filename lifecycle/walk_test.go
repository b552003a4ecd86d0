package lifecycle_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duban/lifecycle"
	"duban/policy"
)

// A node of the walk: a case at an instant, with the case it was merged into
// or that was merged into it.
type node struct {
	c     lifecycle.Case
	other lifecycle.Case
	now   time.Time
	path  string
}

// An edge is one step of the walk: a command somebody ran, or an alarm.
type edge struct {
	from, to *node
	body     lifecycle.CommandBody // nil for an alarm
	actor    lifecycle.Actor
	alarm    lifecycle.Alarm
	chased   []lifecycle.Recipient
	events   []lifecycle.Event
	turns    []lifecycle.Case // the cases as the turn left them
	refusal  error
}

// A walk is a breadth-first search of everything that can happen to a case
// under the default policy. Unusual circumstances (a level above the round's
// floor, an objection, a stay, a measure…) are combined up to a number at a
// time; the random walks of random_test.go go deeper.
type walk struct {
	rules lifecycle.Rules
	nodes int
	edges int
	// visit is called for every edge, also for refusals; arrive for every new
	// node, expanded or not.
	visit  func(*edge)
	arrive func(*node)
}

// combined is how much weight of unusual circumstances the walk combines.
const combined = 2

func (w *walk) run() {
	seen := map[string]bool{}
	var queue []*node
	push := func(n *node) {
		k := w.key(n)
		if seen[k] {
			return
		}
		seen[k] = true
		w.nodes++
		w.arrive(n)
		if _, weight := unusual(n); weight <= combined {
			queue = append(queue, n)
		}
	}
	step := func(e *edge) {
		w.edges++
		w.visit(e)
		if e.refusal == nil {
			push(e.to)
		}
	}
	start := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	step(w.command(start, newCase(), people["author"]))
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		w.steps(n, step)
		if later, ok := w.tick(n); ok {
			push(later)
		}
	}
}

// steps takes every edge that leaves a node.
func (w *walk) steps(n *node, step func(*edge)) {
	if alarm, ok := n.c.Alarm(); ok {
		step(w.alarm(n, alarm))
	}
	now := *n
	now.now = n.now.Add(time.Minute)
	for _, body := range bodies(n.c, w.rules.Today(now.now)) {
		w.everybody(&now, body, step)
	}
	w.family(&now, step)
}

// staff and unit people in the order in which they are tried. Those who took no
// part yet come last.
var (
	staff     = []string{"author", "officer", "officer2", "head", "leader", "leader2", "leader3", "lead", "manager"}
	ofTheUnit = map[string][]string{"u1": {"secretary", "contact", "successor"}, "u2": {"secretary2", "contact2"}}
)

// everybody tries a body with somebody of every role that may run it.
func (w *walk) everybody(n *node, body lifecycle.CommandBody, step func(*edge)) {
	done := map[lifecycle.Role]bool{}
	who := body.Kind().Who()
	var refused *edge
	for _, name := range slices.Concat(staff, ofTheUnit[n.c.Unit]) {
		a := people[name]
		role := a.Roles[0]
		if done[role] || !slices.Contains(who, role) && role != lifecycle.Officer {
			continue
		}
		e := w.command(n, body, a)
		if e.refusal == nil {
			done[role] = true
			step(e)
			continue
		}
		refused = e
		if codeOf(e.refusal) == "wrong_stage" {
			break
		}
	}
	if len(done) == 0 {
		step(refused)
	}
}

func (w *walk) command(n *node, body lifecycle.CommandBody, a lifecycle.Actor) *edge {
	var others []lifecycle.Case
	if n.other.Seq > 0 && len(lifecycle.Involves(n.c, body)) > 0 {
		others = []lifecycle.Case{n.other}
	}
	e := &edge{from: n, body: body, actor: a}
	e.events, e.turns, e.refusal = lifecycle.DecideTurn(n.c, others, lifecycle.Command{ID: "c", Actor: a, Body: body}, n.now, w.rules)
	if e.refusal == nil {
		e.to = n.after(e.events, string(body.Kind()))
	}
	return e
}

func (w *walk) alarm(n *node, alarm lifecycle.Alarm) *edge {
	now := *n
	now.now = laterOf(n.now, alarm.At).Add(time.Minute)
	k, _ := clockNo(n.c, alarm.Clock, alarm.Measure)
	e := &edge{from: &now, alarm: alarm, chased: n.c.Chased(k)}
	events, turn := lifecycle.AlarmTurn(n.c, now.now, w.rules)
	e.events, e.turns = events, []lifecycle.Case{turn}
	e.to = now.after(e.events, alarm.Kind())
	return e
}

// family are the steps that touch another case: a parent that is voided, a case
// that is merged into this one, and this one merged into another.
func (w *walk) family(n *node, step func(*edge)) {
	if n.c.Stage == lifecycle.Merged && n.other.Open() {
		w.relative(n, n.other, lifecycle.Void{Reason: someText}, "leader2", step)
	}
	if n.c.Open() && n.other.Seq == 0 {
		child := w.opened("child", n.now)
		with := *n
		with.other = child
		w.relative(&with, child, lifecycle.MergeInto{Parent: n.c.ID}, "head", step)
	}
	if n.c.Open() && n.other.Seq == 0 {
		with := *n
		with.other = n.c // a twin that stands where this case stands
		with.other.ID = "parent"
		w.everybody(&with, lifecycle.MergeInto{Parent: "parent"}, step)
	}
}

// relative runs a command on the other case that changes this one too.
func (w *walk) relative(n *node, other lifecycle.Case, body lifecycle.CommandBody, who string, step func(*edge)) {
	e := &edge{from: n, body: body, actor: people[who]}
	cmd := lifecycle.Command{ID: "c", Actor: e.actor, Body: body}
	e.events, e.turns, e.refusal = lifecycle.DecideTurn(other, []lifecycle.Case{n.c}, cmd, n.now, w.rules)
	if e.refusal == nil {
		e.turns[0], e.turns[1] = e.turns[1], e.turns[0]
		e.to = n.after(e.events, "other "+string(body.Kind()))
	}
	step(e)
}

// opened is a fresh case of unit u1.
func (w *walk) opened(id string, now time.Time) lifecycle.Case {
	events, err := lifecycle.Decide(lifecycle.Case{ID: id}, nil, lifecycle.Command{ID: "c", Actor: people["author"], Body: newCase()}, now, w.rules)
	if err != nil {
		panic(err)
	}
	return lifecycle.Fold(events)
}

// tick is the node some days later when that changes what is possible although
// no alarm rang: the window of a look-back opens, the time to object or to ask
// for more time runs out.
func (w *walk) tick(n *node) (*node, bool) {
	alarm, ok := n.c.Alarm()
	if !ok || !alarm.At.After(n.now) {
		return nil, false
	}
	later := *n
	later.now = n.now.Add(alarm.At.Sub(n.now) * 3 / 5)
	later.path += " wait"
	return &later, true
}

// after is the node that events lead to.
func (n *node) after(events []lifecycle.Event, step string) *node {
	next := *n
	allot(events)
	for _, e := range events {
		if e.Case == next.other.ID {
			next.other = next.other.Apply(e)
		} else {
			next.c = next.c.Apply(e)
		}
		next.now = laterOf(next.now, e.At)
	}
	next.path += " " + step
	return &next
}

// unusual lists the circumstances of a node beside its place on the main line,
// and how much they weigh. What meets the other regions' clocks weighs one, so
// that the walk combines it in pairs; the rest weighs two and stands alone.
func unusual(n *node) (list []string, weight int) {
	c := n.c
	add := func(is bool, w int, what string) {
		if is {
			list, weight = append(list, what), weight+w
		}
	}
	floor := policy.L0
	if c.Round > 1 {
		floor = policy.L2
	}
	proposed, ordered := open(c)
	add(c.Level > floor, 1, fmt.Sprintf("level %s", c.Level))
	// The ladder brings measures with it.
	add(proposed || ordered, 1-min(1, int(c.Level)), fmt.Sprintf("measures %t %t", proposed, ordered))
	add(objection(c) == "pending", 1, "objection pending")
	add(objection(c) == "decided", 2, "objection decided")
	add(extension(c) == "requested", 1, "extension requested")
	add(extension(c) != "requested" && extension(c) != "", 2, "extension "+extension(c))
	add(c.Stay != nil, 1, "stay")
	add(c.Before != nil && c.Stage == lifecycle.Transferred, 2, before(c))
	add(c.Handover != nil, 2, "handover")
	add(len(c.Children) > 0, 2, "family")
	add(len(c.FormerUnits) > 0, 2, fmt.Sprintf("misdirected %t", c.Unit == "u2"))
	add(c.Report != nil && c.Report.Returns > 0, 2, returns(c))
	add(partial(c), 2, "partial")
	add(c.Plan != nil && c.Plan.Returns > 0, 2, "plan returned")
	add(unverified(c) > 0, 2, fmt.Sprintf("unverified %d", min(unverified(c), 3)))
	return list, weight
}

// key is the abstract state: what decides which commands and alarms are
// possible and where they lead. Dates are left out but for what they allow.
func (w *walk) key(n *node) string {
	c := n.c
	circumstances, _ := unusual(n)
	if c.Stage.Settled() {
		return fmt.Sprint(c.Stage, before(c), circumstances, n.other.Stage)
	}
	kind := c.Finding.Type // which matters until the notice is served
	if c.Receipt != nil {
		kind = ""
	}
	parts := append([]string{string(c.Stage), fmt.Sprint(min(c.Round, 2)), string(kind), fmt.Sprint(c.Served)}, circumstances...)
	for _, k := range c.Clocks {
		name := string(k.Name)
		step := "silent"
		switch {
		case k.Next != nil:
			step = string(k.Next.Step)
		case !k.StandsSince.IsZero():
			step = "stands"
		}
		if k.Measure > 0 {
			step = "" // which measure rings when is no matter
		}
		parts = append(parts, fmt.Sprintf("%s:%s:%t:%d", name, step, k.Passed && k.Measure == 0, min(k.Chases, 1)))
	}
	today := w.rules.Today(n.now)
	main, _ := clockOf(c, policy.ClockRectification)
	window, _ := clockOf(c, policy.ClockLookBack)
	late := fmt.Sprint(
		!main.Due.IsZero() && today.After(w.rules.Calendar.Back(main.Due, 3)),
		!window.Start.IsZero() && today.Before(w.rules.Calendar.Add(window.Start, w.rules.Policy.LookBack.Opens).Date),
		c.Receipt != nil && c.Stage != lifecycle.Serving && today.DaysSince(c.Receipt.On) > 8,
	)
	return strings.Join(slices.Compact(append(parts, late)), "|")
}

func objection(c lifecycle.Case) string {
	switch {
	case c.Objection == nil:
		return ""
	case c.Objection.Outcome != "":
		return "decided"
	default:
		return "pending"
	}
}

func extension(c lifecycle.Case) string {
	if c.Extension == nil {
		return ""
	}
	return string(c.Extension.Status)
}

func before(c lifecycle.Case) string {
	if c.Before == nil {
		return ""
	}
	received := c.Transfer != nil && !c.Transfer.ReceivedOn.IsZero()
	return fmt.Sprintf("before %s %t", c.Before.Stage, received)
}

func open(c lifecycle.Case) (proposed, ordered bool) {
	for _, m := range c.Measures {
		proposed = proposed || m.Status == lifecycle.Proposed
		ordered = ordered || m.Status == lifecycle.Ordered
	}
	return proposed, ordered
}

func returns(c lifecycle.Case) string {
	if c.Report == nil {
		return ""
	}
	return fmt.Sprintf("returns %d", min(c.Report.Returns, 3))
}

func partial(c lifecycle.Case) bool {
	if c.Plan == nil || c.Stage != lifecycle.Rectifying && c.Stage != lifecycle.ReportReview {
		return false
	}
	return slices.ContainsFunc(c.Plan.Measures, func(m lifecycle.PlanMeasure) bool { return m.Accepted })
}

func unverified(c lifecycle.Case) int {
	n := 0
	for _, l := range c.LookBacks {
		if l.Round == c.Round && l.Result == lifecycle.Unverifiable {
			n++
		}
	}
	return n
}

func clockNo(c lifecycle.Case, name policy.ClockName, measure int) (lifecycle.Clock, bool) {
	i := slices.IndexFunc(c.Clocks, func(k lifecycle.Clock) bool { return k.Name == name && k.Measure == measure })
	if i < 0 {
		return lifecycle.Clock{}, false
	}
	return c.Clocks[i], true
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func codeOf(err error) string {
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}
