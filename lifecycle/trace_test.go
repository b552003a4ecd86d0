package lifecycle_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

var update = flag.Bool("update", false, "rewrite the traces and docs/lifecycle.md; then read the diff and understand it")

// TestTraces runs the scripts of testdata/traces. A line that begins in the
// first column is the script, the indented lines below it are what must happen.
//
//	2026-03-02 author open_case {"title": "…"}   somebody runs a command at noon, or at the time given
//	2026-03-20 wait                              nobody does anything
//	case child                                   the lines below are about another case
//	down 2026-03-01 2026-03-20                   nobody could reach the system between
//	late 2026-03-01 2026-03-20                   only the timers were away
//	standing reminder_talk                       another case of the unit has this measure
//	holiday 2026-05-06 2026-05-07                the State Council's notice changes
//
// A command's content is a good one of bodies_test.go; the JSON behind it
// replaces single fields. Before each command everything that fell due rings,
// five minutes after its legal instant.
func TestTraces(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/traces/*.txt")
	require.NoError(t, err)
	require.Greater(t, len(scripts), 20)
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			got := newScript(t).run(string(text))
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
			}
			require.Equal(t, string(text), got, "run with -update, read the diff and understand it")
		})
	}
}

type script struct {
	t     *testing.T
	rules lifecycle.Rules
	cases map[string]lifecycle.Case
	order []string
	name  string
	now   time.Time
	// away are the spans in which no timer fired.
	away []lifecycle.Outage
	out  strings.Builder
}

func newScript(t *testing.T) *script {
	t.Helper()
	return &script{t: t, rules: defaultRules(), cases: map[string]lifecycle.Case{}, name: "case"}
}

func (s *script) run(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, " ") {
			continue
		}
		fmt.Fprintln(&s.out, line)
		if line != "" && !strings.HasPrefix(line, "#") {
			s.line(strings.Fields(line), line)
		}
	}
	return s.out.String()
}

func (s *script) line(words []string, line string) {
	switch words[0] {
	case "case":
		s.name = words[1]
	case "down", "late":
		span := lifecycle.Outage{From: calendar.Real().Start(day(words[1])), To: calendar.Real().Start(day(words[2]))}
		s.away = append(s.away, span)
		if words[0] == "down" {
			s.rules.Outages = append(s.rules.Outages, span)
		}
	case "standing":
		s.rules.Standing = append(s.rules.Standing, lifecycle.Standing{Kind: policy.MeasureKind(words[1]), Case: "other", Measure: 1})
	case "holiday":
		s.holiday(words[1:])
	default:
		s.timed(words, line)
	}
}

// timed is a line with a date: a command, or waiting.
func (s *script) timed(words []string, line string) {
	at := noon(day(words[0]))
	if strings.Contains(words[1], ":") {
		clock, err := time.Parse("15:04", words[1])
		require.NoError(s.t, err, line)
		at = calendar.Real().At(day(words[0]), time.Duration(clock.Hour())*time.Hour+time.Duration(clock.Minute())*time.Minute)
		words = words[1:]
	}
	s.ring(at)
	s.now = at
	if words[1] == "wait" {
		return
	}
	actor, ok := people[words[1]]
	require.True(s.t, ok, line)
	s.command(actor, words[2], strings.Join(words[3:], " "))
}

func (s *script) command(actor lifecycle.Actor, kind, content string) {
	body := s.body(kind, content)
	c := s.cases[s.name]
	c.ID = s.name
	var others []lifecycle.Case
	for _, id := range lifecycle.Involves(c, body) {
		others = append(others, s.cases[id])
	}
	events, err := lifecycle.Decide(c, others, lifecycle.Command{ID: "c", Actor: actor, Body: body}, s.now, unsealed(s.rules, c, body))
	if refusal, ok := errors.AsType[*lifecycle.Refusal](err); ok {
		fmt.Fprintf(&s.out, "    refused %s %s\n", refusal.Code, refusal.ZH)
		return
	}
	require.NoError(s.t, err)
	s.fold(events)
	if after := s.cases[s.name]; after.Draw != nil {
		s.fold(draws(after, s.rules, false))
	}
}

// body is a good body of the kind for the case as it stands, with the fields of
// content replaced.
func (s *script) body(kind, content string) lifecycle.CommandBody {
	today := s.rules.Today(s.now)
	body, ok := lifecycle.NewCommand(lifecycle.CommandKind(kind))
	require.True(s.t, ok, kind)
	good := append(bodies(s.cases[s.name], today), newCase(), lifecycle.PostponeMeasure{No: 1, Until: today.AddDays(20), Reason: someText},
		lifecycle.WaiveMeasure{No: 1, Reason: someText}, lifecycle.OrderMeasure{Measure: policy.MeasureUrge, Basis: someText})
	if i := slices.IndexFunc(good, func(b lifecycle.CommandBody) bool {
		return string(b.Kind()) == kind && !lifecycle.OnPaperOf(b)
	}); i >= 0 {
		require.NoError(s.t, json.Unmarshal([]byte(asJSON(s.t, good[i])), body))
	}
	if content != "" {
		require.NoError(s.t, json.Unmarshal([]byte(content), body), content)
	}
	return body
}

// ring lets every alarm ring that is due by at, each soon after its legal
// instant, or when the timers were back.
func (s *script) ring(at time.Time) {
	for {
		var first string
		var fires time.Time
		for _, id := range s.order {
			alarm, ok := s.cases[id].Alarm()
			if f := s.firesAt(laterOf(alarm.At, s.cases[id].At)); ok && !f.After(at) && (first == "" || f.Before(fires)) {
				first, fires = id, f
			}
		}
		if first == "" {
			return
		}
		s.fold(lifecycle.DecideAlarm(s.cases[first], fires, s.rules))
	}
}

func (s *script) firesAt(legal time.Time) time.Time {
	at := legal.Add(5 * time.Minute)
	for _, span := range s.away {
		if !at.Before(span.From) && at.Before(span.To) {
			at = span.To
		}
	}
	return at
}

func (s *script) holiday(days []string) {
	years := s.rules.Calendar.Years()
	y := years[len(years)-1]
	for _, d := range days {
		y.Days = slices.DeleteFunc(y.Days, func(x calendar.SpecialDay) bool { return x.Date == day(d) })
		y.Days = append(y.Days, calendar.SpecialDay{Date: day(d), Name: "放假", Off: true})
	}
	slices.SortFunc(y.Days, func(a, b calendar.SpecialDay) int { return a.Date.Compare(b.Date) })
	c, err := s.rules.Calendar.With(y, s.rules.Calendar.Version()+1)
	require.NoError(s.t, err)
	s.rules.Calendar, s.rules.CalendarVersion = c, c.Version()
	for _, id := range s.order {
		s.fold(lifecycle.DecideRecompute(s.cases[id], s.now, s.rules))
	}
}

// fold records events and writes the trace.
func (s *script) fold(events []lifecycle.Event) {
	allot(events)
	for _, e := range events {
		if _, ok := s.cases[e.Case]; !ok {
			s.order = append(s.order, e.Case)
		}
		before := s.cases[e.Case]
		c := before.Apply(storedEvent(s.t, e))
		s.cases[e.Case] = c
		fmt.Fprintf(&s.out, "    %s  %s\n", e.At.In(calendar.Zone()).Format("2006-01-02 15:04"), s.trace(before, c, e))
	}
}

// trace is one event: its legal day when that is not the day it was recorded,
// the stage and level it led to, the unit's or the committee's due date, and who
// is told.
func (s *script) trace(before, c lifecycle.Case, e lifecycle.Event) string {
	parts := []string{string(e.Kind)}
	if len(s.order) > 1 {
		parts = []string{e.Case, string(e.Kind)}
	}
	if e.Legal != s.rules.Today(e.At) {
		parts = append(parts, "as of "+e.Legal.String())
	}
	if c.Stage != before.Stage {
		parts = append(parts, "-> "+string(c.Stage))
	}
	if c.Round > 1 && c.Round != before.Round {
		parts = append(parts, fmt.Sprint("round ", c.Round))
	}
	if c.Level != before.Level {
		parts = append(parts, c.Level.String())
	}
	parts = append(parts, s.aside(e)...)
	if k, ok := c.Deadline(); ok {
		if was, _ := before.Deadline(); was.Name != k.Name || was.Due != k.Due || !was.StandsSince.IsZero() != !k.StandsSince.IsZero() {
			parts = append(parts, due(k))
		}
	}
	var told []string
	for _, letter := range lifecycle.Letters(c, e, s.rules) {
		told = append(told, letter.To.String())
	}
	if len(told) > 0 {
		parts = append(parts, "told "+strings.Join(told, " "))
	}
	return strings.Join(parts, "  ")
}

func due(k lifecycle.Clock) string {
	text := fmt.Sprintf("%s due %s", k.Name, k.Due)
	if k.Provisional {
		text += " provisional"
	}
	if !k.StandsSince.IsZero() {
		text += " stands since " + k.StandsSince.String()
	}
	return text
}

// aside is what the body of an event adds to the trace.
func (s *script) aside(e lifecycle.Event) []string {
	switch b := e.Body.(type) {
	case *lifecycle.Reminded:
		return []string{string(b.Clock)}
	case *lifecycle.Chased:
		return []string{fmt.Sprintf("%s no %d", b.Clock, b.Count)}
	case *lifecycle.DeadlineMissed:
		return []string{string(b.Clock)}
	case *lifecycle.MeasureOrdered:
		return []string{fmt.Sprintf("%s %s", b.Kind, b.Status)}
	case *lifecycle.ReportSubmitted:
		return []string{fmt.Sprintf("late %d", b.Late)}
	case *lifecycle.PlanSubmitted:
		return []string{fmt.Sprintf("late %d", b.Late)}
	case *lifecycle.CheckedIn:
		return []string{fmt.Sprintf("late %d", b.Late)}
	}
	return nil
}
