package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The demonstration's policy is the built-in one but for its figures, and its days
// are long enough for the drawn to be told on theirs.
func TestDemoPolicy(t *testing.T) {
	t.Parallel()
	p, err := demoPolicy(leastDemoDay)
	require.NoError(t, err)
	require.Equal(t, leastDemoDay, p.Time.DayLength.Std())
	require.Equal(t, "1D", p.LookBack.Opens.String())
	require.Zero(t, p.LookBack.TellAt.Std())
	require.Equal(t, 24*time.Hour, p.LookBack.TellUntil.Std())
	require.NoError(t, demoCmd{DayLength: leastDemoDay}.Validate())
	require.ErrorContains(t, demoCmd{DayLength: leastDemoDay - time.Millisecond}.Validate(), "--day-length")
}
