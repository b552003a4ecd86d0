package e2e_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// An outside is a mail server and a place for webhooks that keep whatever comes.
type outside struct {
	mu        sync.Mutex
	came      []string
	mail, web string
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	mail := smtp.NewServer(o)
	mail.Domain, mail.ErrorLog = "mail.example.org", silent{}
	go func() { _ = mail.Serve(l) }()
	t.Cleanup(func() { _ = mail.Close() })
	web := httptest.NewServer(o)
	t.Cleanup(web.Close)
	o.mail, o.web = l.Addr().String(), web.URL
	return o
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (o *outside) keep(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.came = append(o.came, text)
}

// all is what came so far.
func (o *outside) all() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string{}, o.came...)
}

// NewSession begins a session of the mail server.
func (o *outside) NewSession(*smtp.Conn) (smtp.Session, error) { return session{o}, nil }

// ServeHTTP takes a webhook.
func (o *outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.keep(fmt.Sprint("webhook ", r.URL, r.Header, string(body)))
	w.WriteHeader(http.StatusOK)
}

type session struct{ *outside }

func (session) Reset()                               {}
func (session) Logout() error                        { return nil }
func (session) Mail(string, *smtp.MailOptions) error { return nil }
func (s session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.keep("mail to " + to)
	return nil
}

func (s session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.keep("mail " + string(text))
	return err
}
