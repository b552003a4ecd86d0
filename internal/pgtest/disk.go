package pgtest

import (
	"os"
	"testing"
	"time"

	"duban/internal/faultproxy"
)

// DiskEnv names the variable that has every commit of a test wait so long, such
// as 25ms, as on a slow disk. The tests must pass all the same.
const DiskEnv = "DUBAN_TEST_DISK_DELAY"

// Slowed returns the URL of a database through a proxy that delays commits, where
// DiskEnv asks for one; else the same URL.
func Slowed(t testing.TB, databaseURL string) string {
	t.Helper()
	text := os.Getenv(DiskEnv)
	if text == "" {
		return databaseURL
	}
	delay, err := time.ParseDuration(text)
	if err != nil || delay <= 0 {
		t.Fatalf("pgtest: %s=%s is no time such as 25ms", DiskEnv, text)
	}
	proxy, slowed := faultproxy.New(t, databaseURL)
	proxy.Delay(faultproxy.Commit, delay)
	return slowed
}
