package local

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
)

// steadyAddress returns a host:port that nobody listens on: the one recorded
// in the file at path when it is free, else prefer when it is, else a free
// port on the same host. It records its choice, so that the next start asks
// for the same. A port of 0 in prefer means any.
func steadyAddress(path, prefer string) (string, error) {
	host, _, err := net.SplitHostPort(prefer)
	if err != nil {
		return "", fmt.Errorf("read address %q: %w", prefer, err)
	}
	tries := []string{prefer, net.JoinHostPort(host, "0")}
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		if recorded := strings.TrimSpace(string(b)); sameHost(recorded, host) {
			tries = append([]string{recorded}, tries...)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("read recorded address: %w", err)
	}
	for _, try := range tries {
		var l net.Listener
		if l, err = net.Listen("tcp", try); err != nil {
			continue
		}
		address := l.Addr().String()
		if err := l.Close(); err != nil {
			return "", fmt.Errorf("release port: %w", err)
		}
		if err := writeFile(path, address+"\n"); err != nil {
			return "", fmt.Errorf("record address: %w", err)
		}
		return address, nil
	}
	return "", fmt.Errorf("find a free port: %w", err)
}

func sameHost(address, host string) bool {
	h, _, err := net.SplitHostPort(address)
	return err == nil && h == host
}
