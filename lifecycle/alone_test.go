package lifecycle_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// A loner is a search for what one person can do alone who holds every role of the
// committee. Others brought the case to where it stands, with any part of their work
// done by him; from there on he runs every command he may, in any order, on any day on
// which something changes, and nobody else does a thing.
type loner struct {
	w    *walk
	seen map[string]bool
	// queue is what waits to be gone on from.
	queue []*node
	nodes int
	// unusual is how many unusual circumstances he combines.
	unusual int
	// broken are the laws that a step of his broke, with the way there.
	broken map[string]string
}

// everything is the person: an inspector, too, who may be drawn for a look-back.
var everything = lifecycle.Actor{Account: "everything", Name: "身兼数职", Roles: []lifecycle.Role{
	lifecycle.Inspector, lifecycle.Officer, lifecycle.Head, lifecycle.Leader, lifecycle.CommitteeSecretary,
	lifecycle.LookBackLead, lifecycle.Manager, lifecycle.Auditor,
}}

func lonerRules() lifecycle.Rules {
	r := defaultRules()
	r.Known.Accounts = maps.Clone(people)
	r.Known.Accounts[everything.Account] = everything
	return r
}

// part is what he took part in, which is what can keep him out.
func part(c lifecycle.Case) string {
	p := c.Part
	var list []bool
	for _, account := range []string{p.Author, p.Accepter, p.Drafter, p.Signer, p.PlanFiler, p.ReportFiler, p.Lead, c.Officer} {
		list = append(list, account == everything.Account)
	}
	for _, accounts := range [][]string{p.Reviewers, p.Filers, p.Inspectors, p.All} {
		list = append(list, slices.Contains(accounts, everything.Account))
	}
	if d := c.Draw; d != nil {
		list = append(list, d.Redraw != nil && d.Redraw.By == everything.Account, d.Opening != nil && d.Opening.By == everything.Account)
	}
	return fmt.Sprint(list)
}

// prepared are the nodes of the main line, each step of which the person did whose work
// it is, but for one at most that the loner did. What he may do himself one step after
// another the search finds.
func (l *loner) prepared() []*node {
	open := lifecycle.Case{ID: "case"}
	at := []*node{{c: open, now: noon(day("2026-03-02"))}}
	var all []*node
	paper := func(n *node) *lifecycle.Paper {
		return &lifecycle.Paper{On: l.w.rules.Today(n.now), Scan: scanned}
	}
	find := accept(lifecycle.ByDeadline, "")
	measures := func(n *node) []lifecycle.PlannedMeasure {
		return []lifecycle.PlannedMeasure{{Text: someText, Kind: lifecycle.OtherRemedy, Owner: "张三", Due: l.w.rules.Today(n.now).AddDays(7)}}
	}
	items := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}
	good := lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: someText}}}
	steps := []struct {
		who  string
		body func(*node, bool) lifecycle.CommandBody
	}{
		{"author", func(*node, bool) lifecycle.CommandBody { return newCase() }},
		{"author", func(*node, bool) lifecycle.CommandBody { return lifecycle.SubmitDraft{} }},
		{"head", func(*node, bool) lifecycle.CommandBody { return find }},
		{"officer", func(*node, bool) lifecycle.CommandBody { return lifecycle.SubmitNotice{Text: someText} }},
		{"leader", func(*node, bool) lifecycle.CommandBody { return lifecycle.ApproveNotice{} }},
		{"secretary", func(n *node, his bool) lifecycle.CommandBody {
			if his {
				return lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: l.w.rules.Today(n.now), Scan: scanned}
			}
			return lifecycle.RecordReceipt{Manner: lifecycle.Electronic}
		}},
		{"secretary", func(n *node, his bool) lifecycle.CommandBody {
			if his {
				return lifecycle.SubmitPlan{Measures: measures(n), Paper: paper(n)}
			}
			return lifecycle.SubmitPlan{Measures: measures(n)}
		}},
		{"officer", func(*node, bool) lifecycle.CommandBody { return lifecycle.AcceptPlan{} }},
		{"secretary", func(n *node, his bool) lifecycle.CommandBody {
			if his {
				return lifecycle.SubmitReport{Items: items, Paper: paper(n)}
			}
			return lifecycle.SubmitReport{Items: items}
		}},
		{"officer", func(*node, bool) lifecycle.CommandBody { return lifecycle.AcceptReport{} }},
		{"lead", func(n *node, his bool) lifecycle.CommandBody {
			if his {
				return lifecycle.RecordArrival{On: l.w.rules.Today(n.now), Persons: []string{everything.Account, "second"}}
			}
			return lifecycle.RecordArrival{On: l.w.rules.Today(n.now), Persons: []string{"lead", "second"}}
		}},
		{"lead", func(*node, bool) lifecycle.CommandBody { return good }},
	}
	for _, step := range steps {
		var next []*node
		seen := map[string]bool{}
		for _, n := range at {
			if d := n.c.Draw; d != nil && n.c.Stage == lifecycle.LookBackPending {
				n = l.w.until(n, noon(d.Opens))
			}
			for _, a := range []lifecycle.Actor{people[step.who], everything} {
				e := l.w.command(n, step.body(n, a.Account == everything.Account), a)
				if e.refusal != nil || a.Account == everything.Account && slices.Contains(n.c.Part.All, a.Account) {
					continue
				}
				to := e.to
				if key := fmt.Sprint(to.c.Stage, part(to.c)); !seen[key] {
					seen[key] = true
					next = append(next, to)
				}
			}
		}
		at = next
		all = append(all, at...)
	}
	return all
}

func (l *loner) push(n *node) {
	_, weight := unusual(n)
	key := l.w.key(n) + part(n.c) + fmt.Sprint(standing(n.c, l.w.rules.Today(n.now)))
	if weight > l.unusual || l.seen[key] {
		return
	}
	l.seen[key] = true
	l.nodes++
	l.queue = append(l.queue, n)
}

// bodies are the commands he may try beside those of everybody: with himself in the
// places that somebody names.
func (l *loner) bodies(n *node) []lifecycle.CommandBody {
	today := l.w.rules.Today(n.now)
	list := bodies(n.c, today)
	return append(list,
		lifecycle.Assign{Officer: everything.Account},
		lifecycle.RecordArrival{On: today, Persons: []string{everything.Account, "second"}},
		lifecycle.AnnounceLookBack{On: workingDay(today), Persons: []string{everything.Account, "second"}, Reason: someText},
		lifecycle.PermitArrival{Persons: []string{"second"}, Reason: someText},
		lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today, Scan: scanned},
	)
}

// run goes on from the prepared nodes with his commands and with time alone.
func (l *loner) run(from []*node) {
	for _, n := range from {
		n.path += " ||"
		l.push(n)
	}
	step := func(e *edge) {
		if e.refusal != nil || e.to == nil {
			return
		}
		l.judge(e)
		l.push(e.to)
	}
	for len(l.queue) > 0 {
		n := l.queue[0]
		l.queue = l.queue[1:]
		if alarm, ok := n.c.Alarm(); ok {
			step(l.w.alarm(n, alarm))
		}
		if later, ok := l.w.tick(n); ok {
			l.push(later)
		}
		if d := n.c.Draw; d != nil && n.c.Stage == lifecycle.LookBackPending && l.w.rules.Today(n.now).Before(d.Opens) {
			l.push(l.w.until(n, noon(d.Opens)))
		}
		now := *n
		now.now = n.now.Add(time.Minute)
		for _, body := range l.bodies(&now) {
			if !slices.Contains(body.Kind().From(), now.c.Stage) {
				continue
			}
			step(l.w.command(&now, body, everything))
		}
	}
}

// standing are the entries on lists that stand.
func standing(c lifecycle.Case, today lifecycle.Date) (list []string) {
	for _, e := range lifecycle.ListingsOf(c) {
		if s := e.State(today); s == lifecycle.EntryActive || s == lifecycle.EntryExpired {
			list = append(list, fmt.Sprint(e.List, e.Unit, e.Year))
		}
	}
	return list
}

// judge looks at one step of his.
func (l *loner) judge(e *edge) {
	breach := func(law string) {
		if l.broken[law] == "" {
			l.broken[law] = e.to.path
		}
	}
	from, to := e.from.c, e.to.c
	if to.Stage == lifecycle.Closed {
		breach("closes the case")
	}
	today := l.w.rules.Today(e.to.now)
	for _, entry := range standing(from, today) {
		if !slices.Contains(standing(to, today), entry) {
			breach("undoes an entry")
		}
	}
	if d := to.Draw; d != nil {
		if slices.Contains(d.OpenedTo, everything.Account) {
			breach("reads the plan")
		}
		if e.body != nil && e.body.Kind() == lifecycle.KindDecideRedraw && from.Draw.Number != d.Number {
			breach("draws anew")
		}
	}
}

func newLoner(unusual int) *loner {
	return &loner{unusual: unusual, w: &walk{rules: lonerRules()}, seen: map[string]bool{}, broken: map[string]string{}}
}

// beforeClosing keeps the nodes that are not to be closed yet.
func beforeClosing(list []*node) []*node {
	return slices.DeleteFunc(list, func(n *node) bool { return n.c.Stage == lifecycle.ClosureApproval })
}

// Law 10: no single account brings a case to its closing, reads a plan before its day or
// has it drawn anew, whatever part he took before.
func TestNobodyClosesAlone(t *testing.T) {
	t.Parallel()
	l := newLoner(1)
	l.run(beforeClosing(l.prepared()))
	t.Logf("%d positions", l.nodes)
	require.Empty(t, l.broken)
	require.Greater(t, l.nodes, 1000, "the search ended early")
}

// Law 10: nor does anybody undo an entry on a list that others decided on.
func TestNobodyUndoesAnEntryAlone(t *testing.T) {
	t.Parallel()
	l := newLoner(2)
	var listed []*node
	for _, n := range l.prepared() {
		if !slices.Contains(n.c.Part.All, everything.Account) && n.c.Stage == lifecycle.Rectifying {
			listed = append(listed, listedBy(t, l.w, n))
		}
	}
	l.run(listed)
	t.Logf("%d positions", l.nodes)
	require.Empty(t, l.broken)
	require.Greater(t, l.nodes, 100, "the search ended early")
}

// listedBy is the node with an entry on the negative list, which others decided.
func listedBy(t *testing.T, w *walk, n *node) *node {
	t.Helper()
	n = steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: someText})
	require.NotEmpty(t, standing(n.c, w.rules.Today(n.now)))
	return n
}

// The search finds what there is to be found: it closes a case whose look-back others
// made, with somebody who took no part.
func TestOneClosesWhatOthersMadeReady(t *testing.T) {
	t.Parallel()
	l := newLoner(0)
	l.run(slices.DeleteFunc(l.prepared(), func(n *node) bool { return n.c.Stage != lifecycle.ClosureApproval }))
	require.Contains(t, l.broken, "closes the case")
}
