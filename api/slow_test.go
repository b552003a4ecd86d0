package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/store"
)

// listening serves the API on a real socket, as the program does.
func listening(t *testing.T, h http.Handler, change func(*http.Server)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := api.NewServer(l.Addr().String(), h)
	change(server)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	t.Cleanup(func() { require.NoError(t, server.Close()); <-ended })
	return l.Addr().String()
}

// A dripping sender sends the beginning of a body and then a byte every few
// milliseconds, or nothing, for ever.
type dripping struct {
	address, path, token, media string
	// begin is what comes at once, of a body of length bytes.
	begin  []byte
	length int
	silent bool
}

// begun is a form without its end.
func begun(form []byte) []byte { return form[:len(form)-80] }

// send returns what the server says in the end.
func (d dripping) send(ctx context.Context) (status int, text string) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.address)
	if err != nil {
		return 0, err.Error()
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: duban\r\nAuthorization: Bearer %s\r\nIdempotency-Key: slow\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		d.path, d.token, d.media, d.length, d.begin)
	if err != nil {
		return 0, err.Error()
	}
	answered := make(chan struct{})
	defer close(answered)
	if !d.silent {
		go d.drip(conn, answered)
	}
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, err.Error()
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, "no answer: " + err.Error()
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	if !answer.Close {
		return 0, "the connection is kept"
	}
	return answer.StatusCode, string(content)
}

func (dripping) drip(conn net.Conn, answered <-chan struct{}) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-answered:
			return
		case <-tick.C:
		}
		if _, err := conn.Write([]byte("x")); err != nil {
			return
		}
	}
}

// Files come as slowly as their senders please, but not for ever: a deadline of
// the whole ends who sends a byte at a time, and one of silence who sends
// nothing. Neither keeps a place, a connection of the record or a file.
func TestASlowSenderHoldsNothing(t *testing.T) {
	t.Parallel()
	const short = time.Second
	for name, row := range map[string]struct {
		patience api.Patience
		silent   bool
	}{
		"a byte at a time": {patience: api.Patience{Upload: short, Workbook: short, Silence: time.Hour, Place: time.Millisecond}},
		"too little":       {patience: api.Patience{Upload: time.Hour, Workbook: time.Hour, Silence: time.Hour, Grace: short, Rate: 1 << 20, Place: time.Millisecond}},
		"silent":           {patience: api.Patience{Upload: time.Hour, Workbook: time.Hour, Silence: short, Place: time.Millisecond}, silent: true},
	} {
		t.Run(name+" with evidence", func(t *testing.T) {
			t.Parallel()
			d := newDeskWith(t, store.Quota{}, func(o *api.Options) { o.Patience = row.patience })
			who := d.people.Inspector
			body, media := form(t, "a.pdf", []byte(paper))
			slow := dripping{
				address: listening(t, d.handler, func(*http.Server) {}), path: "/v1/cases/" + d.id + "/evidence",
				token: d.people.Tokens[who.Account], media: media, begin: begun(body), length: 1 << 20, silent: row.silent,
			}
			const places = 8 // of one account, and as many as the record has connections
			ended := make(chan string, places)
			for range places {
				go func() {
					_, text := slow.send(t.Context())
					ended <- text
				}()
			}
			require.Eventually(t, func() bool { return len(spooled(t, d.folder)) == places }, 10*time.Second, time.Millisecond, "all of them are being received")
			require.Equal(t, "too_many_uploads", d.upload(t, who, "good", "a.pdf", []byte(paper)).problem(t).Code)
			require.Empty(t, d.list(t, who, "").Evidence, "the record answers meanwhile")
			for range places {
				require.Contains(t, <-ended, `"body_timeout"`)
			}
			require.Empty(t, spooled(t, d.folder), "a file that will never be whole goes with its request")
			require.Empty(t, d.kept(t))
			require.Empty(t, d.list(t, who, "").Evidence)
			d.add(t, who, "slow", "a.pdf", []byte(paper)) // the key is free
		})
		t.Run(name+" with a workbook", func(t *testing.T) {
			t.Parallel()
			s := siteWith(t, func(o *api.Options) { o.Patience = row.patience })
			who := s.people.Inspector
			good := upload(t, s.filled(t, goodRow(1)), s.campaign(t))
			body, ok := good.body.([]byte)
			require.True(t, ok)
			slow := dripping{
				address: listening(t, s.handler, func(*http.Server) {}), path: good.path,
				token: s.people.Tokens[who.Account], media: good.header["Content-Type"], begin: begun(body), length: 1 << 20, silent: row.silent,
			}
			const places = 2 // of one account
			ended := make(chan string, places)
			for range places {
				go func() {
					for { // who asks below whether there is a place has one for a moment
						if status, text := slow.send(t.Context()); status != http.StatusTooManyRequests {
							ended <- text
							return
						}
					}
				}()
			}
			formless := asked{method: http.MethodPost, path: good.path, body: "{}"}
			require.Eventually(t, func() bool { return s.as(t, who, formless).Code == http.StatusTooManyRequests }, 10*time.Second, time.Millisecond, "no place is left")
			other := s.people.Officer // whoever sends slowly takes nobody else's place, and no turn
			require.NotEqual(t, http.StatusTooManyRequests, s.as(t, other, formless).Code)
			for range places {
				require.Contains(t, <-ended, `"body_timeout"`)
			}
			a := s.as(t, who, good)
			require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
			list, err := s.store.Imports(t.Context(), "", 10)
			require.NoError(t, err)
			require.Len(t, list, 1, "of the slow ones nothing was recorded")
		})
	}
	t.Run("with a command", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		slow := dripping{
			address: listening(t, s.handler, func(h *http.Server) { h.ReadTimeout = short }), path: "/v1/cases",
			token: s.people.Tokens[s.people.Inspector.Account], media: "application/json", begin: []byte("{"), length: 1 << 10,
		}
		status, text := slow.send(t.Context())
		require.Equal(t, http.StatusRequestTimeout, status)
		require.Contains(t, text, `"body_timeout"`)
	})
}

// spooled lists the files without a name that this process holds open in a
// folder: what is being received.
func spooled(t *testing.T, folder string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	var found []string
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, folder) {
			found = append(found, to)
		}
	}
	return found
}
