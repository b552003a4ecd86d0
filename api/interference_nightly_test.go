//go:build nightly

package api_test

import "testing"

// The same for as many pairs as reliability.md G8 names.
func TestNonInterferenceOfTwoHundredPairs(t *testing.T) {
	t.Parallel()
	interfere(t, 200, 40)
}
