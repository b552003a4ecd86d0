package loopback_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/loopback"
)

func TestAPortIsTakenOnOneHostAlone(t *testing.T) {
	t.Parallel()
	address := loopback.Address(t)
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	other := net.JoinHostPort(loopback.Host(), port)
	require.NotEqual(t, address, other)
	for _, at := range []string{other, address} {
		l, err := net.Listen("tcp", at)
		require.NoError(t, err, "while the other is taken")
		t.Cleanup(func() { _ = l.Close() })
	}
}
