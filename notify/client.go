package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxAnswer is how much of an answer is read.
	maxAnswer = 8 << 10
	// maxHeader bounds an answer's headers.
	maxHeader = 16 << 10
	// connects is how many addresses of one host are tried, each within its
	// share of the time.
	connects = 3
)

// A client posts to addresses that its guard lets through.
type client struct {
	guard   *Guard
	http    *http.Client
	timeout time.Duration
	clock   func() time.Time
}

func newClient(g *Guard, timeout time.Duration, roots *tls.Config, clock func() time.Time) *client {
	c := &client{guard: g, timeout: timeout, clock: clock}
	c.http = &http.Client{
		// A redirect is an answer like any other: it is not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:           nil, // none, whatever the environment says
			DialContext:     c.dial,
			TLSClientConfig: roots,
			// One message, one connection: a kept one that breaks leaves open
			// whether the message arrived.
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
	return c
}

// dial connects to one of a host's addresses. Each is checked when it is about
// to be connected to, so a name that leads elsewhere by now is found out.
func (c *client) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	found, err := c.guard.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	// One that leads both outside and inside is somebody's attempt.
	for _, ip := range found {
		if !c.guard.permits(ip, c.guard.hosts[host]) {
			return nil, forbidden()
		}
	}
	dialer := net.Dialer{Timeout: c.timeout / connects, Control: c.guard.control(host)}
	err = fmt.Errorf("no address of %s", host)
	for _, ip := range found[:min(len(found), connects)] {
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort(ip.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// control is asked by the system's dialer, with the address it is about to
// connect to: behind it nothing can lead elsewhere.
func (g *Guard) control(host string) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !g.permits(at.Addr(), g.hosts[host]) {
			return forbidden()
		}
		return nil
	}
}

// An answer is what came back from a post.
type answer struct {
	status int
	header http.Header
	// text is its beginning.
	text []byte
}

// post sends JSON and returns the answer, whatever its status.
func (c *client) post(caller context.Context, address string, header http.Header, body []byte) (answer, *SendError) {
	if _, refused := c.guard.read(address); refused != nil {
		return answer{}, barred(refused)
	}
	ctx, cancel := context.WithTimeout(caller, c.timeout)
	defer cancel()
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(i httptrace.WroteRequestInfo) { wrote.Store(i.Err == nil) },
	})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return answer{}, unfit("request", "the request cannot be made")
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Duban/1")
	maps.Copy(r.Header, header)
	response, err := c.http.Do(r)
	if err != nil {
		return answer{}, broken(caller, err, wrote.Load())
	}
	defer response.Body.Close()
	// What breaks off after the status is still an answer.
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return answer{status: response.StatusCode, header: response.Header, text: text}, nil
}

func barred(refused *Refusal) *SendError {
	return &SendError{Fate: Permanent, Code: refused.Code, ZH: refused.ZH, cause: refused}
}

// broken is a request without an answer. The error's address is left out: it may
// hold a key.
func broken(caller context.Context, err error, wrote bool) *SendError {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	if refused, ok := errors.AsType[*Refusal](err); ok {
		return barred(refused)
	}
	fate := Temporary
	if wrote {
		fate = Uncertain
	}
	e := &SendError{Fate: fate, Code: "connection", ZH: "与对方的连接失败或中断。", cause: err}
	var (
		network     net.Error
		certificate *tls.CertificateVerificationError
		lookup      *net.DNSError
	)
	switch {
	case calledOff(caller):
		return stopped(fate, err)
	case errors.As(err, &lookup):
		e.Code, e.ZH = "unresolvable", "查不到对方的主机名。"
	case errors.As(err, &certificate):
		e.Code, e.ZH = "certificate", "对方的证书无效，没有发送。"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		e.Code, e.ZH = "timeout", "对方没有及时应答。"
	}
	return e
}

// byStatus is what an HTTP status means; nil when the message was taken.
func (c *client) byStatus(a answer) *SendError {
	e := &SendError{Status: a.status, Code: "http_status", RetryAfter: c.retryAfter(a.header)}
	switch {
	case a.status >= http.StatusOK && a.status < http.StatusMultipleChoices:
		return nil
	case a.status >= http.StatusMultipleChoices && a.status < http.StatusBadRequest:
		e.Fate, e.Code, e.ZH = Permanent, "redirect", "对方要求转到别的地址，系统不跟随，请改填最终地址。"
	case a.status == http.StatusTooManyRequests:
		e.Code, e.ZH = "rate", "对方限制了发送频率，将稍后重发。"
	case a.status == http.StatusRequestTimeout || a.status >= http.StatusInternalServerError:
		e.ZH = "对方暂时无法接收（HTTP " + strconv.Itoa(a.status) + "）。"
	default:
		e.Fate, e.ZH = Permanent, "对方拒绝接收（HTTP "+strconv.Itoa(a.status)+"），请核对地址和密钥。"
	}
	return e
}

// retryAfter reads the header of that name: seconds, or an instant.
func (c *client) retryAfter(h http.Header) time.Duration {
	given := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(given); err == nil && seconds > 0 {
		return time.Duration(min(seconds, int(longest/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(given); err == nil {
		return min(max(at.Sub(c.clock()), 0), longest)
	}
	return 0
}
