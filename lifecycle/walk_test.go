package lifecycle_test

import (
	"errors"
	"flag"
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
	events   []lifecycle.Event
	turns    []lifecycle.Case // the cases as the turn left them
	record   bool             // what the record did by itself: no command and no alarm
	refusal  error
}

// A walk is a breadth-first search of everything that can happen to a case
// under the default policy. Unusual circumstances (a level above the round's
// floor, an objection, a stay, a measure…) are looked at one at a time; the random walks of random_test.go go deeper.
type walk struct {
	rules lifecycle.Rules
	nodes int
	edges int
	kinds map[string]int
	// visit is called for every edge, also for refusals; arrive for every new
	// node that is expanded.
	visit  func(*edge)
	arrive func(*node)
}

// combined is how many unusual circumstances the walk combines. With 2 it takes
// some minutes, and the laws hold as well.
var combined = flag.Int("combined", 1, "how many unusual circumstances the walk combines")

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
		if _, weight := unusual(n); weight <= *combined {
			w.arrive(n)
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
	for _, author := range []string{"author", "officer2"} {
		step(w.command(start, newCase(), people[author]))
	}
	drain := func() {
		for len(queue) > 0 {
			n := queue[0]
			queue = queue[1:]
			w.steps(n, step)
			w.idle(n, step)
			if later, ok := w.tick(n); ok {
				push(later)
			}
		}
	}
	drain()
	for _, body := range inHand(w.rules.Today(start.now)) {
		for _, who := range []string{"officer2", "head"} {
			step(w.command(start, body, people[who]))
		}
	}
	drain()
}

// steps takes every edge that leaves a node.
func (w *walk) steps(n *node, step func(*edge)) {
	if alarm, ok := n.c.Alarm(); ok {
		step(w.alarm(n, alarm))
	}
	if events := lifecycle.DecideMissed(n.c, lifecycle.DayPassed(), n.now, w.rules); len(events) > 0 {
		e := &edge{from: n, record: true, events: events, turns: []lifecycle.Case{fold(n.c, events)}}
		e.to = n.after(events, "missed")
		step(e)
		events = lifecycle.DecideSealBroken(n.c, lifecycle.FaultOf("seal", noKeyError{errors.New("no key")}), n.now, w.rules)
		if len(events) > 0 {
			e := &edge{from: n, record: true, events: events, turns: []lifecycle.Case{fold(n.c, events)}}
			e.to = n.after(events, "seal broken")
			step(e)
			if mended := lifecycle.DecideSealMended(e.to.c, n.now, w.rules); len(mended) > 0 {
				e := &edge{from: e.to, record: true, events: mended, turns: []lifecycle.Case{fold(e.to.c, mended)}}
				e.to = e.from.after(mended, "seal mended")
				step(e)
			}
		}
	}
	if events := w.tries(n); len(events) > 0 {
		e := &edge{from: n, record: true, events: events, turns: []lifecycle.Case{fold(n.c, events)}}
		e.to = n.after(events, "arrival refused")
		step(e)
	}
	now := *n
	now.now = n.now.Add(time.Minute)
	for _, body := range bodies(n.c, w.rules.Today(now.now)) {
		w.everybody(&now, body, step)
	}
	w.family(&now, step)
}

// idle lets alarms ring for a while with nobody doing anything, which brings
// clocks to their end that lie far behind others.
func (w *walk) idle(n *node, step func(*edge)) {
	rings := 10
	switch _, weight := unusual(n); {
	case weight == 0 && n.c.Stage == lifecycle.Sustained:
		rings = 90 // more than a year on the track
	case weight == 0 || len(n.c.Measures) > 0 || n.c.Objection != nil:
		rings = 20
	}
	for range rings {
		alarm, ok := n.c.Alarm()
		if !ok {
			return
		}
		e := w.alarm(n, alarm)
		step(e)
		n = e.to
	}
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
			if failed, ok := w.undrawn(n, body, a); ok {
				step(failed)
			}
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
	e.events, e.turns, e.refusal = lifecycle.DecideTurn(n.c, others, lifecycle.Command{ID: "c", Actor: a, Body: body}, n.now, unsealed(w.rules, n.c, body))
	if e.refusal == nil {
		w.draw(e, false)
		e.to = n.after(e.events, string(body.Kind()))
	}
	return e
}

func (w *walk) alarm(n *node, alarm lifecycle.Alarm) *edge {
	now := *n
	now.now = laterOf(n.now, alarm.At).Add(time.Minute)
	e := &edge{from: &now, alarm: alarm}
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

// tick is the node on the last day before the next alarm, which changes what is
// possible although no alarm rang: the window of a look-back opens, the time to object or to ask
// for more time runs out.
func (w *walk) tick(n *node) (*node, bool) {
	alarm, ok := n.c.Alarm()
	last := alarm.At.Add(-12 * time.Hour)
	if !ok || !last.After(n.now) {
		return nil, false
	}
	later := *n
	later.now = last
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
// and how many count: a level brings measures with it.
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
	proposed, ofLeader, ofOfficer := open(c)
	add(c.TakenOver != nil, 1, "taken over")
	add(c.Level > floor, 1, fmt.Sprintf("level %s", c.Level))
	// The ladder brings measures with it.
	add(proposed || ofLeader, 1-min(1, int(c.Level)), fmt.Sprintf("measures %t %t", proposed, ofLeader))
	add(ofOfficer, 1-min(1, int(c.Level)), "letter")
	add(objection(c) == "pending", 1, "objection pending")
	add(objection(c) == "decided", 1, "objection decided")
	add(extension(c) == "requested", 1, "extension requested")
	add(extension(c) != "requested" && extension(c) != "", 1, "extension "+extension(c))
	add(c.Stay != nil, 1, "stay")
	add(c.Stay == nil && len(c.Stays) > 0, 1, "stayed")
	add(c.Reissue != nil, 1, "corrected")
	add(c.Notice != nil && !c.Notice.ExternalDue.IsZero() && (c.Stage == lifecycle.NoticeApproval || c.Stage == lifecycle.Serving), 1, "external date")
	add(c.Receipt != nil && !c.Receipt.OtherDue.IsZero(), 1, fmt.Sprintf("two dates %t", c.DueDecision != nil))
	add(c.Before != nil && c.Stage == lifecycle.Transferred, 1, before(c))
	add(c.Handover != nil, 1, "handover")
	add(len(c.Children) > 0, 1, "family")
	add(len(c.FormerUnits) > 0, 1, fmt.Sprintf("misdirected %t", c.Unit == "u2"))
	add(c.Report != nil && c.Report.Returns > 0, 1, returns(c))
	add(partial(c), 1, "partial")
	add(c.Plan != nil && c.Plan.Returns > 0, 1, "plan returned")
	add(c.Draw != nil && c.Stage == lifecycle.LookBackPending, undrawn(c), drawOf(c))
	add(unverified(c) > 0, 1, fmt.Sprintf("unverified %d", min(unverified(c), 3)))
	return list, weight
}

// key is the abstract state: what decides which commands and alarms are
// possible and where they lead. Dates are left out but for what they allow.
func (w *walk) key(n *node) string {
	c := n.c
	circumstances, weight := unusual(n)
	if c.Stage.Settled() {
		return fmt.Sprint(c.Stage, before(c), circumstances, n.other.Stage, len(c.Unsettled()) > 0)
	}
	kind := c.Finding.Type // which matters until the notice is served
	if c.Receipt != nil {
		kind = ""
	}
	author := c.Part.Author // to whom a draft belongs
	if c.Stage != lifecycle.Draft {
		author = ""
	}
	parts := append([]string{string(c.Stage), author, fmt.Sprint(min(c.Round, 2)), string(kind), fmt.Sprint(c.Served)}, circumstances...)
	for _, k := range c.Clocks {
		if k.Measure > 0 {
			continue // who must act on measures is among the circumstances
		}
		name := string(k.Name)
		step := "silent"
		switch {
		case k.Next != nil && k.Next.Step == lifecycle.StepRemind:
			step = fmt.Sprint(w.rules.Calendar.WorkingDaysBetween(k.Next.On, k.Due))
		case k.Next != nil:
			step = string(k.Next.Step)
		case !k.StandsSince.IsZero():
			step = "stands"
		}
		parts = append(parts, fmt.Sprintf("%s:%s:%t:%d", name, step, k.Passed, min(k.Chases, 1)))
	}
	if weight > 0 {
		return strings.Join(parts, "|")
	}
	today := w.rules.Today(n.now)
	main, _ := clockOf(c, policy.ClockRectification)
	window, _ := clockOf(c, policy.ClockLookBack)
	late := fmt.Sprint(
		!main.Due.IsZero() && today.After(w.rules.Calendar.Back(main.Due, 3)),
		!window.Start.IsZero() && today.Before(w.rules.Calendar.Add(window.Start, w.rules.Policy.LookBack.Opens).Date),
		c.Receipt != nil && c.Stage != lifecycle.Serving && today.DaysSince(c.Receipt.On) > 8,
	)
	return strings.Join(append(parts, late), "|")
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

// open tells which measures are running: proposed, and ordered for a leader or
// an officer to carry out.
func open(c lifecycle.Case) (proposed, ofLeader, ofOfficer bool) {
	for _, m := range c.Measures {
		proposed = proposed || m.Status == lifecycle.Proposed
		letter := m.Kind == policy.MeasureCircular || m.Kind == policy.MeasureSupervisionLetter || m.Kind == policy.MeasurePartyGroupOrder
		ofLeader = ofLeader || m.Status == lifecycle.Ordered && !letter
		ofOfficer = ofOfficer || m.Status == lifecycle.Ordered && letter
	}
	return proposed, ofLeader, ofOfficer
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

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func codeOf(err error) string {
	if refusal, ok := errors.AsType[*lifecycle.Refusal](err); ok {
		return refusal.Code
	}
	return ""
}
