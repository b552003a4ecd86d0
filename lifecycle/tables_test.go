package lifecycle_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// TestCommandTable compares the specification's command table (lifecycle.md
// section 3) with what the walk reached, both ways.
func TestCommandTable(t *testing.T) {
	t.Parallel()
	compare(t, commandTable(t), walked().commands)
}

// TestAlarmTable compares the specification's alarm table (lifecycle.md
// section 4) with the alarms of the walk, both ways.
func TestAlarmTable(t *testing.T) {
	t.Parallel()
	compare(t, alarmTable(t), walked().alarms)
}

// TestWhoMayRunWhat runs every command that the walk got through once more in
// the place of everybody else: those whose role the table names may run it, the
// others are refused for their role.
func TestWhoMayRunWhat(t *testing.T) {
	t.Parallel()
	table := commandTable(t)
	w := &walk{rules: defaultRules()}
	tried := 0
	for _, e := range walked().samples {
		for _, role := range lifecycle.Roles() {
			line := commandLine(e, string(role))
			accepted := false
			for _, a := range people {
				if !a.Has(role) || a.Unit != "" && a.Unit != e.from.c.Unit {
					continue
				}
				again := w.command(e.from, e.body, a)
				accepted = accepted || again.refusal == nil
				tried++
				allowed := lifecycle.Allowed(e.from.c, a, e.from.now, w.rules)
				if again.refusal == nil && e.from.c.Seq > 0 {
					require.Contains(t, allowed, e.body.Kind(), "%s may run it but is not told so", a.Account)
				}
				if !table[line] && again.refusal != nil {
					require.ErrorIs(t, again.refusal, lifecycle.ErrForbidden, "%s: %s", line, again.refusal)
				}
			}
			if accepted {
				require.True(t, table[line], "not in the table: %s", line)
			}
		}
	}
	require.Greater(t, tried, 1000)
}

func compare(t *testing.T, want, got map[string]bool) {
	t.Helper()
	var missing, surplus []string
	for line := range want {
		if !got[line] {
			missing = append(missing, line)
		}
	}
	for line := range got {
		if !want[line] {
			surplus = append(surplus, line)
		}
	}
	slices.Sort(missing)
	slices.Sort(surplus)
	require.Empty(t, missing, "in the specification, but never reached:\n%s", strings.Join(missing, "\n"))
	require.Empty(t, surplus, "reached, but not in the specification:\n%s", strings.Join(surplus, "\n"))
}

// lines reads a table of testdata without its comments.
func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")
	})
}

func commandTable(t *testing.T) map[string]bool {
	t.Helper()
	table := map[string]bool{}
	for _, line := range lines(t, "testdata/commands.txt") {
		head, rest, ok := strings.Cut(line, ":")
		require.True(t, ok, line)
		from, to, ok := strings.Cut(rest, ">")
		require.True(t, ok, line)
		names := strings.Fields(head)
		for _, role := range names[1:] {
			for f := range strings.FieldsSeq(from) {
				for s := range strings.FieldsSeq(to) {
					if s == "=" {
						s = f
					}
					table[fmt.Sprintf("%s %s %s %s", names[0], role, f, s)] = true
				}
			}
		}
	}
	return table
}

// commandLine is a step as the table has it, in the place of a role.
func commandLine(e *edge, role string) string {
	from := string(e.from.c.Stage)
	if from == "" {
		from = "-"
	}
	if lifecycle.OnPaperOf(e.body) {
		role += "+paper"
	}
	return fmt.Sprintf("%s %s %s %s", e.body.Kind(), role, from, e.to.c.Stage)
}

func alarmTable(t *testing.T) map[string]bool {
	t.Helper()
	table, sets := map[string]bool{}, map[string][]string{}
	all := lines(t, "testdata/alarms.txt")
	for _, line := range all {
		if name, stages, ok := strings.Cut(line, "="); ok {
			sets[strings.TrimSpace(name)] = strings.Fields(stages)
		}
	}
	for _, line := range all {
		words := strings.Fields(line)
		if words[1] == "=" {
			continue
		}
		stages, ok := sets[words[0]]
		if !ok {
			stages = []string{words[0]}
		}
		for _, stage := range stages {
			table[strings.Join(append([]string{stage}, words[1:]...), " ")] = true
		}
	}
	return table
}

// alarmLine is an alarm as the table has it: who is told because of it.
func alarmLine(w *walk, e *edge) string {
	who := []string{}
	level := ""
	c := e.from.c
	for _, event := range e.events {
		c = c.Apply(event)
		if event.Kind == lifecycle.EventLevelRaised {
			level = event.Level.String()
		}
		for _, letter := range lifecycle.Letters(c, event, w.rules) {
			if name := post(e.from.c, letter.To); !slices.Contains(who, name) {
				who = append(who, name)
			}
		}
	}
	if len(who) == 0 {
		who = append(who, "-")
	}
	words := []string{string(e.from.c.Stage), string(e.alarm.Clock), string(e.alarm.Step)}
	if level != "" {
		words = append(words, level)
	}
	return strings.Join(append(words, who...), " ")
}

// post is what a recipient is to the case.
func post(c lifecycle.Case, r lifecycle.Recipient) string {
	switch {
	case r.Post != "":
		return r.Post
	case r.Unit != "":
		return "unit"
	case r.Role != "":
		return string(r.Role)
	case r.Account == c.Officer:
		return "officer"
	case r.Account == c.Part.Author:
		return "author"
	case r.Account == c.Part.Lead:
		return "lookback"
	case c.Stay != nil && r.Account == c.Stay.By:
		return "grantor"
	case c.Handover != nil && r.Account == c.Handover.To:
		return "successor"
	default:
		return r.Account
	}
}
