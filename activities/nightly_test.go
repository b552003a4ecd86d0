//go:build nightly

package activities_test

import "testing"

// The same with as many cases as a city has, over five days.
func TestChasingOfACityWithKilledSenders(t *testing.T) {
	t.Parallel()
	chaseThrough(t, 300, 10_000, days(5), 1)
}
