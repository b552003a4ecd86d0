package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// A draw ends without an arrival when it is made anew or announced, or when the case
// waits for no look-back any more, and not while it can still be kept.
func TestWhichDrawEnds(t *testing.T) {
	t.Parallel()
	persons := []string{"lead", "author"}
	for name, step := range map[string]struct {
		number int
		do     []any
	}{
		"redraw":    {1, []any{"head", lifecycle.RequestRedraw{Reason: someText}, "leader", lifecycle.DecideRedraw{Granted: true, Reason: someText}}},
		"not drawn": {0, []any{"head", lifecycle.RequestRedraw{Reason: someText}, "leader", lifecycle.DecideRedraw{Reason: someText}}},
		"announced": {1, []any{"leader", lifecycle.AnnounceLookBack{On: day("2026-05-13"), Persons: persons, Reason: someText}}},
		"void":      {1, []any{"leader", lifecycle.Void{Reason: someText}}},
		"transfer":  {0, []any{"leader", lifecycle.Transfer{To: "市纪委", Reason: someText}}},
		"permitted": {0, []any{"leader", lifecycle.PermitArrival{Reason: someText}}},
		"arrival":   {0, []any{"lead", lifecycle.RecordArrival{On: day("2026-05-12"), Persons: persons}}},
	} {
		for _, missed := range []bool{false, true} {
			if missed && name == "arrival" {
				continue
			}
			d := waitsForLookBack(t)
			d.on("2026-05-12")
			if missed {
				d.n.c = fold(d.n.c, lifecycle.DecideMissed(d.n.c, lifecycle.NotKept(), d.n.now, d.rules))
			}
			before := d.n.c
			d.do(step.do...)
			require.Equal(t, step.number, lifecycle.EndedDraw(before, d.n.c), "%s %v", name, missed)
			require.Zero(t, lifecycle.EndedDraw(d.n.c, d.n.c), name)
		}
	}
}

// That a team was told changes nothing that the unit
// sees, neither its version nor its place in a list, and nobody has a letter of it.
func TestTheUnitLearnsOfNoTeamThatWasTold(t *testing.T) {
	t.Parallel()
	d := waitsForLookBack(t)
	d.on("2026-05-12")
	d.do("leader", lifecycle.Void{Reason: someText})
	before := d.n.c
	later := d.n.now.Add(time.Minute)
	events := lifecycle.DecideTold(before, lifecycle.LookBackDispatched{Number: 1, Task: "T-1", ToldAt: d.n.now, Told: []string{"lead", "author"}}, later, d.rules)
	require.Len(t, events, 1)
	require.False(t, events[0].Visible)
	after := fold(before, events)
	require.Equal(t, before.ForUnit(), after.ForUnit())
	require.Equal(t, []any{before.UnitVersion, before.UnitAt, before.Stage, before.Clocks}, []any{after.UnitVersion, after.UnitAt, after.Stage, after.Clocks})
	require.Empty(t, lifecycle.Letters(after, events[0], d.rules))
}
