package local

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
)

// A pgAddress is where a private server listens: a Unix socket, or a port on
// the loopback interface.
type pgAddress struct {
	socketDir string // "" for TCP
	port      int
}

const (
	loopback     = "127.0.0.1"
	socketPort   = 5432 // only part of the socket's name
	portFile     = "postgres.port"
	longestPath  = 107 // bytes in sockaddr_un, less the final zero
	socketPrefix = ".s.PGSQL."
)

// listen chooses the address: the socket in the cluster's own folder, or TCP
// when asked or when that path is too long for a socket.
func (c *cluster) listen(ctx context.Context, tcp bool) (pgAddress, error) {
	socket := filepath.Join(c.run, socketPrefix+strconv.Itoa(socketPort)+".lock")
	if !tcp && len(socket) < longestPath {
		return pgAddress{socketDir: c.run, port: socketPort}, nil
	}
	address, err := steadyAddress(ctx, filepath.Join(c.root, portFile), "", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return pgAddress{}, err
	}
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return pgAddress{}, fmt.Errorf("read port: %w", err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return pgAddress{}, fmt.Errorf("read port: %w", err)
	}
	return pgAddress{port: port}, nil
}

func (a pgAddress) settings() map[string]string {
	if a.socketDir != "" {
		return map[string]string{"listen_addresses": "", "unix_socket_directories": a.socketDir, "port": strconv.Itoa(a.port)}
	}
	return map[string]string{"listen_addresses": loopback, "unix_socket_directories": "", "port": strconv.Itoa(a.port)}
}

// url names everything, so that no PG… variable of the environment can turn
// the connection elsewhere.
func (a pgAddress) url(user, password, name string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + name}
	query := url.Values{"sslmode": {"disable"}}
	if a.socketDir != "" {
		query.Set("host", a.socketDir)
		query.Set("port", strconv.Itoa(a.port))
	} else {
		u.Host = net.JoinHostPort(loopback, strconv.Itoa(a.port))
	}
	u.RawQuery = query.Encode()
	return u.String()
}
