// Package loopback gives tests addresses of this machine for themselves. Who
// starts again at the port he had, as a killed program does, finds nobody there;
// on 127.0.0.1, which all share, somebody else may have got the port by then.
package loopback

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// given counts the hosts given away by this process.
var given atomic.Uint32 //nolint:gochecknoglobals // what is given away is the process's

// Host returns an IP address on the loopback interface that no other caller has:
// each of 127.0.0.0/8 is one on Linux.
func Host() string {
	n := given.Add(1)
	return fmt.Sprintf("127.%d.%d.%d", 1+os.Getpid()%250, n/250%250, 1+n%250)
}

// Address returns a host:port on a Host, where nobody listens or will.
func Address(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(Host(), "0"))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}
