package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	grpcstatus "google.golang.org/grpc/status"
)

// Whoever does not have the key gets no answer, on any port that the engine
// opened: without TLS, with TLS and no certificate, and with a certificate that
// says the same name.
func TestWithoutTheKeyNobodyIsLetIn(t *testing.T) {
	t.Parallel()
	pg := newPostgres(t)
	pg.start(t)
	e := startEngine(t, pg)
	e.awaitReady(t)
	describe(t, e) // with the key

	other, err := openKey(filepath.Join(t.TempDir(), "engine.key"))
	require.NoError(t, err)
	strangers := map[string]credentials.TransportCredentials{
		"plain":          insecure.NewCredentials(),
		"no certificate": credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}),
		"another's key":  credentials.NewTLS(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{other.certificate}}),
	}
	ports := listening(t, e.cmd.Process.Pid)
	require.Contains(t, ports, e.address)
	require.Len(t, ports, 4, "frontend, history, matching, worker, and nothing else: %v", ports)
	for _, address := range ports {
		require.True(t, strings.HasPrefix(address, "127.0.0.1:"), address)
		for who, with := range strangers {
			conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(with))
			require.NoError(t, err)
			_, err = workflowservice.NewWorkflowServiceClient(conn).DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "duban"})
			require.Equal(t, codes.Unavailable, grpcstatus.Code(err), "%s at %s: %v", who, address, err)
			require.NoError(t, conn.Close())
		}
	}

	// Neither does who has the key talk to a stranger that took the address.
	_, err = newCanaryAt(t, impostor(t, other), e.keyFile)
	require.ErrorContains(t, err, errStranger.Error())
}

func newCanaryAt(t *testing.T, address, keyFile string) (*canary, error) {
	t.Helper()
	k, err := openKey(keyFile)
	require.NoError(t, err)
	c, err := newCanary(address, "duban", k)
	require.NoError(t, err)
	t.Cleanup(c.close)
	return c, c.ask(t.Context())
}

// impostor listens where an engine might, with a key of its own.
func impostor(t *testing.T, k key) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{k.certificate}, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if c, ok := conn.(*tls.Conn); ok {
					_ = c.Handshake()
				}
			}()
		}
	}()
	return l.Addr().String()
}

// listening lists the addresses that a process listens on, by TCP.
func listening(t *testing.T, pid int) []string {
	t.Helper()
	own := map[string]bool{}
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	open, err := os.ReadDir(folder)
	if err != nil {
		t.Fatalf("this test reads /proc: %v", err)
	}
	for _, f := range open {
		if target, err := os.Readlink(filepath.Join(folder, f.Name())); err == nil && strings.HasPrefix(target, "socket:[") {
			own[strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]")] = true
		}
	}
	var found []string
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		require.NoError(t, err)
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			const listen = "0A"
			fields := strings.Fields(lines.Text())
			if fields[3] != listen || !own[fields[9]] {
				continue
			}
			host, port, _ := strings.Cut(fields[1], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			require.NoError(t, err)
			if host == "0100007F" { // 127.0.0.1, as the kernel writes it here
				host = "127.0.0.1"
			}
			found = append(found, net.JoinHostPort(host, strconv.FormatUint(n, 10)))
		}
	}
	return found
}

func TestKeyIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "engine.key")
	first, err := openKey(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	again, err := openKey(path)
	require.NoError(t, err)
	require.Equal(t, first.certificate.Certificate, again.certificate.Certificate)
	require.Greater(t, time.Until(first.certificate.Leaf.NotAfter), 50*365*24*time.Hour)

	require.NoError(t, os.Remove(path))
	other, err := openKey(path)
	require.NoError(t, err)
	require.NotEqual(t, first.certificate.Certificate, other.certificate.Certificate, "deleting it makes another")

	require.NoError(t, os.Chmod(path, 0o640))
	_, err = openKey(path)
	require.ErrorContains(t, err, "0640")
	require.NoError(t, os.WriteFile(path, []byte("nonsense"), 0o600))
	require.NoError(t, os.Chmod(path, 0o600))
	_, err = openKey(path)
	require.ErrorContains(t, err, "delete it")

	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no half-made key stays")
}
