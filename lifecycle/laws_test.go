package lifecycle_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// findings is what the walk found: for every law the steps that broke it, and
// what it reached.
type findings struct {
	broken   map[string][]string
	commands map[string]bool
	alarms   map[string]bool
	stages   map[lifecycle.Stage]int
	kinds    map[lifecycle.EventKind]int
	samples  []*edge
	nodes    int
	edges    int
}

// walked walks once for all tests that read the findings.
var walked = sync.OnceValue(func() *findings {
	f := &findings{
		broken: map[string][]string{}, commands: map[string]bool{}, alarms: map[string]bool{},
		stages: map[lifecycle.Stage]int{}, kinds: map[lifecycle.EventKind]int{},
	}
	w := &walk{rules: defaultRules(), kinds: map[string]int{}}
	w.visit = func(e *edge) {
		for _, law := range edgeLaws {
			if said := law.check(w, e); said != "" {
				f.breach(law.name, fmt.Sprintf("%s: after%s", said, e.path()))
			}
		}
		if e.refusal == nil {
			f.note(w, e)
		}
	}
	w.arrive = func(n *node) {
		f.stages[n.c.Stage]++
		for _, law := range nodeLaws {
			if said := law.check(w, n); said != "" {
				f.breach(law.name, fmt.Sprintf("%s: after%s", said, n.path))
			}
		}
	}
	w.run()
	f.nodes, f.edges = w.nodes, w.edges
	return f
})

func (f *findings) breach(law, said string) {
	if len(f.broken[law]) < 5 {
		f.broken[law] = append(f.broken[law], said)
	}
}

func (e *edge) path() string {
	if e.to != nil {
		return e.to.path
	}
	return e.from.path + " " + string(e.body.Kind())
}

// TestLaws checks the laws of the machine (lifecycle.md section 5) on every
// edge and node of the walk.
func TestLaws(t *testing.T) {
	t.Parallel()
	f := walked()
	t.Logf("%d states, %d steps", f.nodes, f.edges)
	require.Greater(t, f.nodes, 5000, "the walk ended early")
	laws := map[string]bool{}
	for _, l := range edgeLaws {
		laws[l.name] = true
	}
	for _, l := range nodeLaws {
		laws[l.name] = true
	}
	for name := range laws {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, f.broken[name], strings.Join(f.broken[name], "\n"))
		})
	}
}

// TestWalkReachesEverything: a law that holds because nothing was reached
// proves nothing.
func TestWalkReachesEverything(t *testing.T) {
	t.Parallel()
	f := walked()
	for _, s := range lifecycle.Stages() {
		require.NotZero(t, f.stages[s], "stage %s", s)
	}
	for _, k := range lifecycle.EventKinds() {
		if k == lifecycle.EventDeadlineMoved || k == lifecycle.EventRecomputed || k == lifecycle.EventUnitSucceeded || k == lifecycle.EventMeasureTakenOver {
			continue // outages and new calendars: see random_test.go; units that are no more: see succession_test.go; what another case lost: see joined_test.go
		}
		require.NotZero(t, f.kinds[k], "event %s", k)
	}
}

// An edgeLaw looks at one step and says what it breaks, or nothing.
type edgeLaw struct {
	name  string
	check func(*walk, *edge) string
}

type nodeLaw struct {
	name  string
	check func(*walk, *node) string
}

var edgeLaws = []edgeLaw{
	{"law 1: a due alarm is never refused and moves forward", alarmMoves},
	{"law 3: a refusal changes nothing", refusalChangesNothing},
	{"law 4: the state is the fold of the events", stateIsFold},
	{"law 4: seq has no gaps and times never go back", seqAndTimes},
	{"law 5: settled is final", settledIsFinal},
	{"bounds 6: who had a measure's ground fall away does not settle it", settledByAnother},
	{"law 6: the level rises one step at a time or by an order", levelSteps},
	{"section 4: unit version changes with the unit's view and only then", unitVersion},
	{"ADR 31: what falls due sends no paper that nobody decided", timersSendNoPaper},
	{"section 3: the command table names the stage it led to", tableNamesTarget},
}

var nodeLaws = []nodeLaw{
	{"law 1: a chain of catch-ups is finite and no outage climbs the ladder in a night", chainsEnd},
	{"law 2: every open case has an alarm and settled cases have none", alarmIffOpen},
	{"law 4: a case survives its stored form", caseSurvives},
	{"section 4: every running clock of the case can be answered", clocksAnswered},
	{"section 1: a unit reads no inner stage", unitReadsNoInnerStage},
	{"section 3: what is allowed is what the table allows", allowedAgrees},
}

func alarmMoves(_ *walk, e *edge) string {
	if e.body != nil || e.record {
		return ""
	}
	if len(e.events) == 0 {
		return fmt.Sprintf("alarm %s is not decided", e.alarm.Kind())
	}
	next, ok := e.to.c.Alarm()
	switch {
	case !ok:
		return ""
	case next.At.Before(e.alarm.At):
		return fmt.Sprintf("alarm %s at %s leads back to %s at %s", e.alarm.Kind(), e.alarm.At, next.Kind(), next.At)
	case next == e.alarm:
		return fmt.Sprintf("alarm %s does not move", e.alarm.Kind())
	}
	return ""
}

func refusalChangesNothing(_ *walk, e *edge) string {
	if e.refusal == nil {
		return ""
	}
	var refusal *lifecycle.Refusal
	switch {
	case !errors.As(e.refusal, &refusal):
		return fmt.Sprintf("%s failed with %v, which is no refusal", e.body.Kind(), e.refusal)
	case len(e.events) > 0:
		return fmt.Sprintf("%s was refused with events", e.body.Kind())
	case refusal.ZH == "" || refusal.EN == "" || refusal.Code == "":
		return fmt.Sprintf("%s was refused without a word", e.body.Kind())
	}
	return ""
}

// stateIsFold compares what the turn made of the case with the fold of its
// events, as given and as stored.
func stateIsFold(w *walk, e *edge) string {
	if e.refusal != nil {
		return ""
	}
	c, back := e.from.c, e.from.c
	numbered := false
	w.kinds[signature(e)]++
	through := w.kinds[signature(e)] <= 3 // each sort of step goes through its stored form
	for _, event := range e.events {
		if event.Case != c.ID {
			continue
		}
		if b, ok := event.Body.(lifecycle.Numbered); ok && b.Series() != "" {
			numbered = true // the record allots the number after the turn
		}
		c = c.Apply(event)
		if !through {
			continue
		}
		content, err := event.Content()
		if err != nil {
			return err.Error()
		}
		if strings.Contains(string(content), "null") { // a list that is empty is one
			return fmt.Sprintf("%s: the content holds a null: %s", stepOf(e), content)
		}
		decoded, err := lifecycle.Event{Case: event.Case, Seq: event.Seq, At: event.At, Legal: event.Legal, Actor: event.Actor, Command: event.Command, Kind: event.Kind}.WithContent(content)
		if err != nil {
			return err.Error()
		}
		back = back.Apply(decoded)
	}
	turn := e.turns[0]
	turn.AlarmNo = c.AlarmNo // which only the record counts
	switch {
	case through && !reflect.DeepEqual(c, back):
		return fmt.Sprintf("%s: the stored events fold into another case", stepOf(e))
	case !numbered && !reflect.DeepEqual(c, turn):
		return fmt.Sprintf("%s: the turn left another case than its events fold into", stepOf(e))
	}
	return ""
}

// signature is the sort of a step: what happened where, and which clocks moved.
func signature(e *edge) string {
	var s strings.Builder
	fmt.Fprint(&s, e.from.c.Stage)
	for _, event := range e.events {
		fmt.Fprint(&s, " ", event.Kind, event.Stage, event.Level != nil)
		for _, k := range event.Clocks {
			fmt.Fprint(&s, k.Name, k.Stopped, k.Passed, k.Next != nil, k.StandsSince.IsZero())
		}
	}
	return s.String()
}

func seqAndTimes(_ *walk, e *edge) string {
	for _, c := range []lifecycle.Case{e.from.c, e.from.other} {
		seq, at := c.Seq, c.At
		for _, event := range e.events {
			if event.Case != c.ID {
				continue
			}
			seq++
			if event.Seq != seq || event.At.Before(at) {
				return fmt.Sprintf("event %d at %s after %d at %s", event.Seq, event.At, seq-1, at)
			}
			at = event.At
		}
	}
	return ""
}

// settledIsFinal: the exceptions are a merged case, which follows its parent, and a measure
// that outlived its case, of which another leader says whether it stays.
func settledIsFinal(_ *walk, e *edge) string {
	if e.refusal != nil || !e.from.c.Stage.Settled() {
		return ""
	}
	for _, event := range e.events {
		if event.Case == e.from.c.ID && event.Kind != lifecycle.EventGivenBack && event.Kind != lifecycle.EventMeasureSettled {
			return fmt.Sprintf("%s happened to a case that was %s", event.Kind, e.from.c.Stage)
		}
	}
	return ""
}

// ordering are the events that may raise the level by more than a step: a leader's
// order, what comes back for the third time, a case that is merged into another, and one
// that had reached a level before it was taken over.
var ordering = []lifecycle.EventKind{
	lifecycle.EventMeasureOrdered, lifecycle.EventPlanReturned, lifecycle.EventReportReturned, lifecycle.EventReportAccepted,
	lifecycle.EventLookBackRecorded, lifecycle.EventChildTakenIn, lifecycle.EventCaseTakenOver,
}

func levelSteps(_ *walk, e *edge) string {
	level := e.from.c.Level
	for _, event := range e.events {
		if event.Case != e.from.c.ID || event.Level == nil {
			continue
		}
		to := *event.Level
		ordered := slices.Contains(ordering, event.Kind)
		if b, ok := event.Body.(*lifecycle.EntryCorrected); ok { // another result of a look-back has things come back
			ordered = b.Of == lifecycle.EventLookBackRecorded
		}
		round := to == policy.L2 && e.to.c.Round > 1
		if to > level+1 && !ordered && !round {
			return fmt.Sprintf("%s raised the level from %s to %s", event.Kind, level, to)
		}
		if to > level && event.Kind == lifecycle.EventMeasureOrdered && !e.actor.Has(lifecycle.Leader) {
			return fmt.Sprintf("%s raised the level without being a leader", e.actor.Account)
		}
		level = to
	}
	return ""
}

func unitVersion(_ *walk, e *edge) string {
	c := e.from.c
	for _, event := range e.events {
		if event.Case != c.ID {
			continue
		}
		next := c.Apply(event)
		before, after := c.ForUnit(), next.ForUnit()
		before.Version, after.Version = 0, 0
		if same := reflect.DeepEqual(before, after); same == event.Visible || same != (c.UnitVersion == next.UnitVersion) {
			return fmt.Sprintf("%s: view changed %t, marked visible %t", event.Kind, !same, event.Visible)
		}
		c = next
	}
	return ""
}

func tableNamesTarget(_ *walk, e *edge) string {
	if e.refusal != nil || e.body == nil || e.events[0].Case != e.from.c.ID {
		return ""
	}
	for _, row := range lifecycle.TableRows() {
		if row.Kind != e.body.Kind() {
			continue
		}
		if e.to.c.Stage != e.from.c.Stage && !slices.Contains(row.To, e.to.c.Stage) {
			return fmt.Sprintf("%s led from %s to %s", row.Kind, e.from.c.Stage, e.to.c.Stage)
		}
		if e.to.c.Stage == e.from.c.Stage && len(row.To) > 0 && !slices.Contains(row.To, e.to.c.Stage) && row.Kind != lifecycle.KindDecideObjection && row.Kind != lifecycle.KindCorrectEntry {
			return fmt.Sprintf("%s stayed in %s", row.Kind, e.from.c.Stage)
		}
	}
	return ""
}

func chainsEnd(w *walk, n *node) string {
	at := laterOf(n.now, n.c.At).Add(100 * 24 * time.Hour)
	c, level := n.c, n.c.Level
	for i := 0; ; i++ {
		events := lifecycle.DecideAlarm(c, at, w.rules)
		if len(events) == 0 {
			break
		}
		if i > 40 {
			alarm, _ := c.Alarm()
			return "a catch-up does not end: " + alarm.Kind()
		}
		for _, e := range events {
			c = c.Apply(e)
		}
	}
	if c.Level > level+1 {
		return fmt.Sprintf("one night took the level from %s to %s", level, c.Level)
	}
	return ""
}

func alarmIffOpen(_ *walk, n *node) string {
	if _, ok := n.c.Alarm(); ok != n.c.Open() {
		return fmt.Sprintf("%s: open %t, alarm %t", n.c.Stage, n.c.Open(), ok)
	}
	if n.c.Stage.Settled() && len(n.c.Clocks) > 0 {
		return fmt.Sprintf("%s with a clock", n.c.Stage)
	}
	return ""
}

func caseSurvives(_ *walk, n *node) string {
	back, err := decodeCase(n.c)
	if err != nil {
		return err.Error()
	}
	if !reflect.DeepEqual(back, n.c) {
		return "the case reads back differently"
	}
	return ""
}

func stepOf(e *edge) string {
	if e.body == nil {
		return e.alarm.Kind()
	}
	return string(e.body.Kind())
}

// clocksAnswered: a clock of a region that nobody can answer where the case
// stands would chase somebody for ever.
func clocksAnswered(w *walk, n *node) string {
	answers := map[policy.ClockName][]lifecycle.CommandKind{
		policy.ClockObjection: {lifecycle.KindDecideObjection},
		policy.ClockExtension: {lifecycle.KindDecideExtension},
		policy.ClockStay:      {lifecycle.KindEndStay},
		policy.ClockHandover:  {lifecycle.KindAcceptHandover},
		"measure":             {lifecycle.KindRecordMeasure, lifecycle.KindWaiveMeasure},
	}
	regions := map[policy.ClockName]bool{
		policy.ClockObjection: n.c.Objection != nil && n.c.Objection.Outcome == "",
		policy.ClockExtension: n.c.Extension != nil && n.c.Extension.Status == lifecycle.ExtensionRequested,
		policy.ClockStay:      n.c.Stay != nil,
		policy.ClockHandover:  n.c.Handover != nil,
	}
	if n.c.Stage.Settled() || n.c.Stage == lifecycle.Transferred {
		return ""
	}
	for _, k := range n.c.Clocks {
		kinds, ok := answers[k.Name]
		if !ok {
			continue
		}
		anybody := lifecycle.Actor{Account: "anybody", Roles: []lifecycle.Role{lifecycle.Leader, lifecycle.Officer}}
		allowed := append(lifecycle.Allowed(n.c, anybody, n.now, w.rules), lifecycle.Allowed(n.c, people["successor"], n.now, w.rules)...)
		if !slices.ContainsFunc(kinds, func(kind lifecycle.CommandKind) bool { return slices.Contains(allowed, kind) }) {
			return fmt.Sprintf("in %s nobody can answer the clock %s", n.c.Stage, k.Name)
		}
	}
	for name, pending := range regions {
		if _, runs := clockOf(n.c, name); runs != pending {
			return fmt.Sprintf("in %s: %s is pending %t, its clock runs %t", n.c.Stage, name, pending, runs)
		}
	}
	return ""
}

// unitReadsNoInnerStage: neither the view nor a refusal names a stage that does
// not exist for the unit.
func unitReadsNoInnerStage(w *walk, n *node) string {
	inner := []string{"拟稿", "审签", "研判", "待回头看", "拟销号", "notice_drafting", "notice_approval", "triage", "look_back_pending", "closure_approval"}
	for _, who := range []string{"secretary", "contact"} {
		a := people[who]
		a.Unit = n.c.Unit
		for _, kind := range []lifecycle.CommandBody{lifecycle.SubmitPlan{}, lifecycle.RecordReceipt{Manner: lifecycle.Electronic}, lifecycle.CheckIn{}, lifecycle.AcceptHandover{}, lifecycle.ApproveClosure{}} {
			_, err := lifecycle.Decide(n.c, nil, lifecycle.Command{ID: "c", Actor: a, Body: kind}, n.now, w.rules)
			var refusal *lifecycle.Refusal
			if !errors.As(err, &refusal) {
				continue
			}
			for _, word := range inner {
				if strings.Contains(refusal.ZH, "“"+word+"”") || strings.Contains(refusal.EN, " is "+word) {
					return fmt.Sprintf("%s tells a unit %q", kind.Kind(), refusal.ZH)
				}
			}
			if strings.Contains(refusal.ZH, "“”") {
				return fmt.Sprintf("%s tells a unit %q", kind.Kind(), refusal.ZH)
			}
		}
	}
	return ""
}

func allowedAgrees(w *walk, n *node) string {
	for _, who := range []string{"officer", "leader", "head", "secretary"} {
		a := people[who]
		allowed := lifecycle.Allowed(n.c, a, n.now, w.rules)
		for _, body := range []lifecycle.CommandBody{lifecycle.Void{Reason: someText}, lifecycle.Note{Text: someText}, lifecycle.ApproveClosure{}, lifecycle.EndStay{Reason: someText}} {
			_, err := lifecycle.Decide(n.c, nil, lifecycle.Command{ID: "c", Actor: a, Body: body}, n.now, w.rules)
			if (err == nil) != slices.Contains(allowed, body.Kind()) {
				return fmt.Sprintf("%s of %s: allowed %t, decided %v", body.Kind(), who, slices.Contains(allowed, body.Kind()), err)
			}
		}
	}
	return ""
}

// note keeps what was reached, for the comparison with the specification's
// tables.
func (f *findings) note(w *walk, e *edge) {
	for _, event := range e.events {
		f.kinds[event.Kind]++
	}
	if e.record {
		return
	}
	if e.body == nil {
		f.alarms[alarmLine(w, e)] = true
		return
	}
	if e.events[0].Case != e.from.c.ID {
		return // a step of the other case's
	}
	line := commandLine(e, string(e.actor.Roles[0]))
	if !f.commands[line] {
		f.samples = append(f.samples, e)
	}
	f.commands[line] = true
}
