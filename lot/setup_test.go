package lot_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lot"
)

// chance is a source that is the same in every run, another under each label.
func chance(label string) io.Reader { return lot.NewStream(lot.Seed{1}, label) }

// spring is a window of 39 working days.
func spring() lot.Window {
	return lot.Window{Opens: calendar.On(2026, time.March, 2), Closes: calendar.On(2026, time.April, 24)}
}

// inspectors returns a roster of n, every second of whom may lead.
func inspectors(n int) lot.Roster {
	roster := make(lot.Roster, n)
	for i := range roster {
		roster[i] = lot.Inspector{ID: fmt.Sprintf("inspector-%02d", i), Lead: i%2 == 0}
	}
	return roster
}

// drawn returns a plan as a caller makes one, with the roster it came from.
func drawn(t require.TestingT, source io.Reader) (lot.Plan, lot.SaltedRoster) {
	roster := inspectors(12)
	roster[2].Recusals = []lot.Recusal{{Ground: lot.OwnUnit, Reason: "现任该单位机关纪委委员"}}
	roster[5].Recusals = []lot.Recusal{{Ground: lot.Reviewer, Reason: "审核了整改报告"}}
	date, err := lot.DrawDate(source, calendar.Builtin(), spring())
	require.NoError(t, err)
	team, err := lot.DrawTeam(source, roster, 3)
	require.NoError(t, err)
	nonce, err := lot.NewNonce(source)
	require.NoError(t, err)
	salted, err := lot.NewSaltedRoster(source, roster)
	require.NoError(t, err)
	return lot.Plan{
		Case:   "机关工委〔2026〕17号",
		Number: 1,
		Window: spring(),
		Date:   date,
		Team:   team,
		Roster: salted.Digest(),
		Nonce:  nonce,
	}, salted
}

// kept is what the record holds of a plan, with the roster laid open as far as is
// said.
func kept(p lot.Plan, roster lot.SaltedRoster, load bool) lot.Kept {
	shown := roster.Shown(load)
	return lot.Kept{Case: p.Case, Number: p.Number, Roster: &shown}
}

// number draws a number below n for a test's own needs.
func number(t *testing.T, source io.Reader, n int) int {
	t.Helper()
	k, err := lot.Below(source, uint64(n))
	require.NoError(t, err)
	return int(k)
}

// chiSquare is Pearson's statistic of counts against expectations.
func chiSquare(observed []int, expected []float64) float64 {
	var sum float64
	for i, o := range observed {
		d := float64(o) - expected[i]
		sum += d * d / expected[i]
	}
	return sum
}

// stuck is a source that is stuck.
type stuck byte

func (s stuck) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s)
	}
	return len(p), nil
}
