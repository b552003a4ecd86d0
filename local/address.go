package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
)

// steadyAddress returns a host:port that nobody listens on. A wanted address is
// taken as it is or refused. Without one it is the address recorded in the file
// at path when that is free, else usual when that is free, else any free port
// on the same host; the choice is recorded, so that the next start makes the
// same. A port of 0 means any.
func steadyAddress(ctx context.Context, path, wanted, usual string) (string, error) {
	tries := []string{wanted}
	if wanted == "" {
		host, _, err := net.SplitHostPort(usual)
		if err != nil {
			return "", fmt.Errorf("read address %q: %w", usual, err)
		}
		tries = []string{usual, net.JoinHostPort(host, "0")}
		recorded, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("read recorded address: %w", err)
		}
		if err == nil {
			tries = append([]string{strings.TrimSpace(string(recorded))}, tries...)
		}
	}
	var failed error
	for _, try := range tries {
		address, err := tryAddress(ctx, try)
		if err != nil {
			failed = err
			continue
		}
		if err := writeFile(path, address+"\n"); err != nil {
			return "", fmt.Errorf("record address: %w", err)
		}
		return address, nil
	}
	return "", fmt.Errorf("find a free port: %w", failed)
}

// tryAddress finds out whether we could listen on address, which has to be on
// the loopback interface, and returns it with its port.
func tryAddress(ctx context.Context, address string) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("%s is not on the loopback interface", address)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
