// Package faultproxy puts a TCP proxy before a PostgreSQL server, for tests that
// disturb the line: cut it, hold it still, delay answers, or lose one that the
// server gave.
// It also counts round trips.
package faultproxy

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Commit is the end of PostgreSQL's answer to COMMIT.
const Commit = "COMMIT\x00"

// A Proxy forwards connections to a server, as long as the test lets it.
type Proxy struct {
	network, target string
	listener        net.Listener

	mu      sync.Mutex
	changed *sync.Cond
	conns   map[net.Conn]struct{}
	refuse  bool
	stalled bool
	// late is what the answers that are delayed contain, and delay for how long.
	late  string
	delay time.Duration
	// lose is what the answers that are to be lost contain, and left how many.
	lose  string
	left  int
	lost  int
	trips int
}

// New starts a proxy before the server of a database URL and returns the same
// URL through the proxy. It ends with the test.
func New(t testing.TB, databaseURL string) (*Proxy, string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal("faultproxy: not a URL")
	}
	p := &Proxy{network: "tcp", target: u.Host, conns: map[net.Conn]struct{}{}}
	p.changed = sync.NewCond(&p.mu)
	query := u.Query()
	if dir := query.Get("host"); strings.HasPrefix(dir, "/") {
		port := query.Get("port")
		if port == "" {
			port = "5432"
		}
		p.network, p.target = "unix", dir+"/.s.PGSQL."+port
	}
	p.listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("faultproxy: %v", err)
	}
	t.Cleanup(func() {
		p.Refuse(true)
		p.Stall(false)
		p.Cut()
		_ = p.listener.Close()
	})
	go p.accept()
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = p.listener.Addr().String(), query.Encode()
	return p, u.String()
}

// Cut resets every connection there is.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		reset(c)
	}
	clear(p.conns)
}

// Refuse turns new connections away, or lets them in again.
func (p *Proxy) Refuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// Stall holds every byte back, both ways, without a word; or lets them go on.
func (p *Proxy) Stall(stall bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = stall
	p.changed.Broadcast()
}

// Delay holds every answer that contains the text back for a time: with Commit, as
// a slow disk does.
func (p *Proxy) Delay(text string, by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late, p.delay = text, by
}

// Lose resets the connection in the middle of the next n answers that contain
// the text: the server has done its work, and nobody learns of it.
func (p *Proxy) Lose(text string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose, p.left = text, n
}

// Lost is how many answers were lost.
func (p *Proxy) Lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

// RoundTrips is how often a client spoke after the server had.
func (p *Proxy) RoundTrips() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trips
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(context.Background(), p.network, p.target)
		if err != nil || !p.add(client, server) {
			reset(client)
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		l := &line{proxy: p}
		go l.forward(server, client, true)
		go l.forward(client, server, false)
	}
}

func (p *Proxy) add(client, server net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse {
		return false
	}
	p.conns[client], p.conns[server] = struct{}{}, struct{}{}
	return true
}

// A line is one connection through the proxy.
type line struct {
	proxy *Proxy
	// asking: the client spoke last.
	asking bool
}

func (l *line) forward(to, from net.Conn, fromClient bool) {
	defer to.Close()
	defer from.Close()
	chunk := make([]byte, 64<<10)
	for {
		n, err := from.Read(chunk)
		if n > 0 {
			if !fromClient {
				<-time.After(l.proxy.delayOf(chunk[:n]))
			}
			text, whole := l.pass(chunk[:n], fromClient)
			if _, err := to.Write(text); err != nil {
				return
			}
			if !whole {
				reset(to)
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// delayOf is how long an answer is held back.
func (p *Proxy) delayOf(answer []byte) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.delay > 0 && bytes.Contains(answer, []byte(p.late)) {
		return p.delay
	}
	return 0
}

// pass waits while the proxy is stalled, counts, and returns what is to be
// forwarded: all of it, or what comes before the place where the line breaks.
func (l *line) pass(text []byte, fromClient bool) (forward []byte, whole bool) {
	p := l.proxy
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.stalled {
		p.changed.Wait()
	}
	if fromClient && !l.asking {
		p.trips++
	}
	l.asking = fromClient
	if fromClient || p.left == 0 {
		return text, true
	}
	i := bytes.Index(text, []byte(p.lose))
	if i < 0 {
		return text, true
	}
	p.left--
	p.lost++
	return text[:i+len(p.lose)/2], false
}

// reset closes a connection so that the other side sees it break.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}
