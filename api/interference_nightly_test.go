//go:build nightly

package api_test

import "testing"

// The same for 200 pairs.
func TestNonInterferenceOfTwoHundredPairs(t *testing.T) {
	t.Parallel()
	interfere(t, 200, 40)
}
