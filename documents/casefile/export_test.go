package casefile

import (
	"duban/lifecycle"
	"duban/policy"
)

// Tell is an event as people read it.
func Tell(codes policy.Codes, names, files map[string]string, e lifecycle.Event) string {
	return teller{codes: codes, names: names, files: files}.tell(e)
}
