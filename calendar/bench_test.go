package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
)

func TestLookingUpAllocatesNothing(t *testing.T) { //nolint:paralleltest // it counts allocations
	c := calendar.Builtin()
	start, p := calendar.On(2026, time.February, 2), calendar.Period{N: 15, Unit: calendar.WorkingDays}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_ = c.Day(start)
		_ = c.Day(calendar.On(2027, time.January, 1))
		_ = c.Add(start, p)
		_ = c.Back(start, 5)
	}))
}

func BenchmarkAdd(b *testing.B) {
	c := calendar.Builtin()
	start := calendar.On(2026, time.February, 2)
	for _, p := range []calendar.Period{
		{N: 15, Unit: calendar.WorkingDays}, {N: 3650, Unit: calendar.WorkingDays}, {N: 30, Unit: calendar.NaturalDays}, {N: 2, Unit: calendar.Months},
	} {
		b.Run(p.String(), func(b *testing.B) {
			for b.Loop() {
				_ = c.Add(start, p)
			}
		})
	}
}

func BenchmarkDay(b *testing.B) {
	c := calendar.Builtin()
	d := calendar.On(2026, time.February, 16)
	for b.Loop() {
		_ = c.Day(d)
	}
}

func BenchmarkNew(b *testing.B) {
	years := calendar.Builtin().Years()
	for b.Loop() {
		_, _ = calendar.New(1, years...)
	}
}
