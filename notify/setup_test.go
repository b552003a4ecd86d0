package notify_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

// now is when every test is.
var now = time.Date(2026, time.March, 2, 0, 30, 0, 0, time.UTC)

// whsec is a webhook's secret: 32 bytes.
const whsec = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// message is something to tell.
func message(to notify.Target) notify.Message {
	return notify.Message{
		ID: "letter-7.secretary", To: to, Subject: "催办：整改方案已逾期", Text: "张书记：\n督〔2026〕0001号事项的整改方案应于3月2日报送。",
		Items: []notify.Item{{Case: "1", Number: "督〔2026〕0001", Event: "reminded", Task: "plan", TaskZH: "报送整改方案", Due: "2026-03-02", Link: "https://duban.example.org/cases/1"}}, CreatedAt: now.Add(-time.Hour),
	}
}

func target(k notify.Kind, address, secret string) notify.Target {
	return notify.Target{Kind: k, Address: notify.NewSecret(address), Secret: notify.NewSecret(secret), Name: "督查室"}
}

// A received is a request as a fake receiver got it.
type received struct {
	url    *url.URL
	header http.Header
	body   []byte
}

// A receiver is a fake at the other end, on loopback, with TLS.
type receiver struct {
	*httptest.Server

	mu       sync.Mutex
	received []received
}

// serve starts a receiver that answers as told. It remembers what came.
func serve(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	s := &receiver{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.received = append(s.received, received{r.URL, r.Header.Clone(), body})
		s.mu.Unlock()
		answer(w, r)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// all is what came so far.
func (s *receiver) all() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// roots trusts the fakes' certificate.
func (s *receiver) roots() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{RootCAs: pool, ServerName: "example.com", MinVersion: tls.VersionTLS12}
}

// names resolves names as a test wants it: the n-th question for a name gets the
// n-th list, and the last for ever.
type names struct {
	mu    sync.Mutex
	lists map[string][][]netip.Addr
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	lists := n.lists[host]
	if len(lists) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(lists) > 1 {
		n.lists[host] = lists[1:]
	}
	return lists[0], nil
}

func leads(to ...string) []netip.Addr {
	list := make([]netip.Addr, len(to))
	for i, ip := range to {
		list[i] = netip.MustParseAddr(ip)
	}
	return list
}

// registry makes the channels for a receiver on loopback, which is listed.
func registry(t *testing.T, s *receiver, change ...func(*notify.Options)) *notify.Registry {
	t.Helper()
	o := notify.Options{
		Listed: []string{"127.0.0.1"}, TLS: s.roots(), Timeout: 10 * time.Second,
		Clock: func() time.Time { return now },
		Resolver: &names{lists: map[string][][]netip.Addr{
			"hooks.example.com": {leads("127.0.0.1")}, "qyapi.weixin.qq.com": {leads("127.0.0.1")},
			"oapi.dingtalk.com": {leads("127.0.0.1")}, "open.feishu.cn": {leads("127.0.0.1")},
		}},
	}
	for _, c := range change {
		c(&o)
	}
	r, err := notify.New(o)
	require.NoError(t, err)
	return r
}

// failure wants an error that a channel may return.
func failure(t *testing.T, err error) *notify.SendError {
	t.Helper()
	var e *notify.SendError
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Code)
	require.NotEmpty(t, e.ZH)
	return e
}

// refusal wants a target turned down.
func refusal(t *testing.T, err error) *notify.Refusal {
	t.Helper()
	var r *notify.Refusal
	require.ErrorAs(t, err, &r)
	require.NotEmpty(t, r.Field)
	require.NotEmpty(t, r.ZH)
	require.NotEmpty(t, r.EN)
	return r
}
