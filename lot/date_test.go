package lot_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
	"duban/lot"
)

// Every working day of the window is as likely as any other: 100,000 draws,
// Pearson's chi-square with 38 degrees of freedom at a significance of 0.001,
// whose critical value is 70.703. The source is seeded, so the test says the
// same in every run.
func TestEveryWorkingDayIsAsLikely(t *testing.T) {
	t.Parallel()
	const draws = 100_000
	days := spring().WorkingDays(calendar.Builtin())
	require.Len(t, days, 39)
	at := make(map[calendar.Date]int, len(days))
	for i, d := range days {
		at[d] = i
	}
	observed, expected := make([]int, len(days)), make([]float64, len(days))
	source := chance("dates")
	for range draws {
		d, err := lot.DrawDate(source, calendar.Builtin(), spring())
		require.NoError(t, err)
		i, worked := at[d]
		require.True(t, worked, "%s is no working day of the window", d)
		observed[i]++
	}
	for i := range expected {
		expected[i] = draws / float64(len(days))
	}
	require.Less(t, chiSquare(observed, expected), 70.703)
}

// The low values of a modulo are no likelier: with n of two thirds of 2^64 a
// plain x mod n would give the lower half of its results twice as often, two in
// three instead of one in two.
func TestNumbersHaveNoModuloBias(t *testing.T) {
	t.Parallel()
	const draws, n = 20_000, uint64(math.MaxUint64/3) * 2
	source, low := chance("bias"), 0
	for range draws {
		k, err := lot.Below(source, n)
		require.NoError(t, err)
		require.Less(t, k, n)
		if k < n/2 {
			low++
		}
	}
	require.InDelta(t, draws/2, low, 4*math.Sqrt(draws)/2) // four standard deviations
}

func TestMakeUpWorkdaysAreDrawnAndHolidaysAreNot(t *testing.T) {
	t.Parallel()
	// 2026-02-14 is a Saturday that is worked, 15 to 23 February are off.
	w := lot.Window{Opens: calendar.On(2026, time.February, 14), Closes: calendar.On(2026, time.February, 23)}
	d, err := lot.DrawDate(chance("make-up"), calendar.Builtin(), w)
	require.NoError(t, err)
	require.Equal(t, calendar.On(2026, time.February, 14), d)
}

func TestNoWorkingDayLeftIsForALeader(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]lot.Window{
		"a holiday":    {Opens: calendar.On(2026, time.October, 1), Closes: calendar.On(2026, time.October, 7)},
		"time run out": {Opens: calendar.On(2026, time.March, 3), Closes: calendar.On(2026, time.March, 2)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := lot.DrawDate(chance(name), calendar.Builtin(), w)
			var none *lot.NoDayError
			require.ErrorAs(t, err, &none)
			require.Equal(t, w, none.Window)
			require.Contains(t, none.ZH(), "请领导决定")
		})
	}
}

func TestWindowsWithoutBoundsAreRefused(t *testing.T) {
	t.Parallel()
	day := calendar.On(2026, time.March, 2)
	for name, w := range map[string]lot.Window{
		"no dates": {}, "no end": {Opens: day}, "no start": {Closes: day}, "endless": {Opens: day, Closes: day.AddDays(lot.MaxWindow)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := lot.DrawDate(chance(name), calendar.Builtin(), w)
			var invalid *lot.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "window", invalid.Field)
		})
	}
}

func TestADrawnDayIsAWorkingDayOfItsWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		opens := calendar.On(2024, time.January, 1).AddDays(rapid.IntRange(0, 2000).Draw(t, "opens"))
		w := lot.Window{Opens: opens, Closes: opens.AddDays(rapid.IntRange(-3, lot.MaxWindow-1).Draw(t, "length"))}
		source := lot.NewStream(lot.Seed{}, rapid.String().Draw(t, "label"))
		d, err := lot.DrawDate(source, calendar.Builtin(), w)
		if _, none := errors.AsType[*lot.NoDayError](err); none {
			require.Empty(t, w.WorkingDays(calendar.Builtin()))
			return
		}
		require.NoError(t, err)
		require.True(t, w.Contains(d) && calendar.Builtin().WorkingDay(d))
	})
}

func TestABrokenSourceDrawsNothing(t *testing.T) {
	t.Parallel()
	_, err := lot.DrawDate(stuck(0), calendar.Builtin(), spring())
	require.ErrorIs(t, err, lot.ErrStuck)
	gone := errors.New("gone")
	_, err = lot.DrawDate(iotest.ErrReader(gone), calendar.Builtin(), spring())
	require.ErrorIs(t, err, gone)
	for name, draw := range map[string]func() error{
		"team":  func() error { _, err := lot.DrawTeam(strings.NewReader("short"), inspectors(4), 2); return err },
		"nonce": func() error { _, err := lot.NewNonce(strings.NewReader("short")); return err },
		"key":   func() error { _, err := lot.NewKey(strings.NewReader("short")); return err },
		"inspectees": func() error {
			_, err := lot.DrawInspectees(strings.NewReader("short"), lot.Weights{}, nil, nil)
			return err
		},
	} {
		require.Error(t, draw(), name)
	}
}
