package activities_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"duban/activities"
	"duban/notify"
	"duban/store"
)

// An outside is a fake mail server and a fake of webhooks and robots, which
// answer each address by its script: an answer a try, the last for ever.
type outside struct {
	mu      sync.Mutex
	scripts map[string][]string
	// tries and taken are the ids that came and that were taken, by address.
	tries, taken map[string][]string
	stop         chan struct{}
	mail, web    string
	roots        *x509.CertPool
	certificate  *x509.Certificate
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{scripts: map[string][]string{}, tries: map[string][]string{}, taken: map[string][]string{}, stop: make(chan struct{})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	mail := smtp.NewServer(o)
	mail.Domain, mail.ErrorLog = "mail.example.org", discard{}
	go func() { _ = mail.Serve(l) }()
	t.Cleanup(func() { _ = mail.Close() })
	web := httptest.NewUnstartedServer(o)
	web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	web.StartTLS()
	t.Cleanup(web.Close)
	t.Cleanup(func() { close(o.stop) })
	o.mail, o.web, o.roots = l.Addr().String(), web.URL, x509.NewCertPool()
	o.roots.AddCert(web.Certificate())
	o.certificate = web.Certificate()
	return o
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

// next is the answer to the next try of an address.
func (o *outside) next(address, id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries[address] = append(o.tries[address], id)
	script := o.scripts[address]
	if len(script) == 0 {
		return "ok"
	}
	if len(script) > 1 {
		o.scripts[address] = script[1:]
	}
	return script[0]
}

func (o *outside) take(address, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken[address] = append(o.taken[address], id)
}

// NewSession begins a session of the mail server.
func (o *outside) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailSession{outside: o, conn: c}, nil
}

type mailSession struct {
	*outside

	conn *smtp.Conn
	to   string
}

func (*mailSession) Reset()                               {}
func (*mailSession) Logout() error                        { return nil }
func (*mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, id, _ := strings.Cut(string(text), "Message-ID: <")
	id, _, _ = strings.Cut(id, "@")
	switch s.next(s.to, id) {
	case "4xx":
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	case "5xx":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case "taken and reset":
		s.take(s.to, id)
		return errors.Join(s.conn.Conn().Close(), errors.New("gone"))
	}
	s.take(s.to, id)
	return nil
}

// ServeHTTP answers webhooks and robots.
func (o *outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	id, address := r.Header.Get("Webhook-Id"), r.URL.Path
	switch answer := o.next(address, id); answer {
	case "429":
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
	case "redirect":
		http.Redirect(w, r, "https://127.0.0.1/elsewhere", http.StatusTemporaryRedirect)
	case "taken and hang":
		o.take(address, id)
		select {
		case <-o.stop:
		case <-r.Context().Done():
		}
	case "10 MB":
		o.take(address, id)
		for range 10 << 10 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	case "ok":
		o.take(address, id)
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	default: // what a robot says inside 200
		_, _ = io.WriteString(w, answer)
	}
}

// Issue "Chasing with teeth": servers that refuse, hang and break the line lose
// no formal notice and double none, but for repetitions under the same id. What
// was given up is seen, and is sent again on order.
func TestServersThatMisbehaveLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newMailhouse(t)
	o := newOutside(t)
	channels, err := notify.New(notify.Options{
		Mail:   &notify.Mail{Server: notify.NewSecret("smtp+plain://" + o.mail), From: "督办系统 <duban@example.org>", Timeout: 10 * time.Second},
		Listed: []string{"127.0.0.1"}, Timeout: 500 * time.Millisecond, Clock: h.clock,
		TLS: &tls.Config{RootCAs: o.roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	})
	require.NoError(t, err)
	const whsec = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	type fate struct {
		kind, secret string
		script       []string
		state        string
		// tries and taken are how often it came and was taken before it was over.
		tries, taken int
	}
	fates := map[string]fate{
		"fine@example.org":  {kind: "email", state: "sent", tries: 1, taken: 1},
		"later@example.org": {kind: "email", script: []string{"4xx", "4xx", "ok"}, state: "sent", tries: 3, taken: 1},
		"gone@example.org":  {kind: "email", script: []string{"5xx"}, state: "dead", tries: 1},
		"reset@example.org": {kind: "email", script: []string{"taken and reset", "ok"}, state: "sent", tries: 2, taken: 2},
		"never@example.org": {kind: "email", script: []string{"4xx"}, state: "dead", tries: 10},
		"/rate":             {kind: "webhook", secret: whsec, script: []string{"429", "ok"}, state: "sent", tries: 2, taken: 1},
		"/broken":           {kind: "webhook", secret: whsec, script: []string{"500", "500", "ok"}, state: "sent", tries: 3, taken: 1},
		"/hang":             {kind: "webhook", secret: whsec, script: []string{"taken and hang", "ok"}, state: "sent", tries: 2, taken: 2},
		"/redirect":         {kind: "webhook", secret: whsec, script: []string{"redirect"}, state: "dead", tries: 1},
		"/large":            {kind: "webhook", secret: whsec, script: []string{"10 MB"}, state: "sent", tries: 1, taken: 1},
	}
	// Two people get the same paper, so that none has too many addresses.
	people := []string{h.people.Leader.Account, h.people.Signer.Account, h.people.Head.Account}
	ids := map[string]string{}
	n := 0
	for address, f := range fates {
		o.scripts[address] = f.script
		full := address
		if f.kind == "webhook" {
			full = o.web + address
		}
		kept, err := h.PutAddress(ctx, store.Address{Account: people[n%3], Kind: f.kind, Address: full, Secret: f.secret, Author: "x"})
		require.NoError(t, err)
		ids[address] = kept.ID
		n++
	}
	for i, account := range people {
		h.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, $2, $3, 'extension_asked', false, $4)`,
			h.one.ID, 500+i, "account:"+account, h.clock())
	}
	sender := activities.New(activities.Options{
		Logger: slog.New(slog.DiscardHandler), Sender: &activities.SenderOptions{Messages: h.Store, Channel: channels}, Clock: h.clock,
	})
	drain := func() {
		for range 200 {
			if _, err := sender.Page(ctx); err != nil {
				require.NoError(t, err)
			}
			var next *time.Time
			require.NoError(t, h.sql.QueryRow(ctx, `SELECT min(next_at) FROM messages WHERE state IN ('queued', 'sending', 'held')`).Scan(&next))
			if next == nil {
				return
			}
			if next.After(h.clock()) {
				h.to(*next)
			}
		}
		t.Fatal("it never ends")
	}
	drain()
	for address, f := range fates {
		var id, state string
		require.NoError(t, h.sql.QueryRow(ctx, `SELECT id::text, state FROM messages WHERE address_id = $1`, ids[address]).Scan(&id, &state))
		require.Equal(t, f.state, state, address)
		require.Len(t, o.tries[address], f.tries, address)
		require.Len(t, o.taken[address], f.taken, address)
		for _, came := range o.tries[address] {
			require.Equal(t, id, came, "%s: another id at another try", address)
		}
	}
	// Each is in the inbox once.
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM mailings`))

	// What was given up is seen and goes again, under the old id.
	dead, err := h.Messages(ctx, store.MessageDead, "", 10)
	require.NoError(t, err)
	require.Len(t, dead, 3)
	o.mu.Lock()
	o.scripts = map[string][]string{}
	o.mu.Unlock()
	for _, m := range dead {
		_, err := h.ResendMessage(ctx, m.ID, h.people.Admin.Account, h.clock())
		require.NoError(t, err)
		_, err = h.ResendMessage(ctx, m.ID, h.people.Admin.Account, h.clock())
		require.ErrorIs(t, err, store.ErrNotDead)
	}
	drain()
	require.Equal(t, 10, h.count(t, `SELECT count(*) FROM messages WHERE state = 'sent'`))
	require.Equal(t, o.tries["/redirect"][0], o.taken["/redirect"][0])
}

// A robot says no inside a 200; what it says decides whether it is tried again.
func TestRobotsThatSayNoAreTriedAgainOrGivenUp(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newMailhouse(t)
	o := newOutside(t)
	channels, err := throughTLS(o.roots, h.clock)
	require.NoError(t, err)
	h.fill(t, 1, 1)
	h.exec(t, `UPDATE addresses SET account_id = NULL, kind = 'wecom', address = $1 WHERE id = 'a1'`, o.web+"/cgi-bin/webhook/send?key=73febdcb-1b38-4d1b-a994-790f21fc8d30")
	o.scripts["/cgi-bin/webhook/send"] = []string{`{"errcode":45009,"errmsg":"freq"}`, `{"errcode":-1,"errmsg":"busy"}`, "ok"}
	day := days(1)[0]
	h.to(morningOf(day))
	a := activities.New(activities.Options{
		Logger: slog.New(slog.DiscardHandler), Sender: &activities.SenderOptions{Messages: h.Store, Channel: channels}, Clock: h.clock,
	})
	for range 20 {
		_, err := a.Page(ctx)
		require.NoError(t, err)
		h.to(h.clock().Add(10 * time.Minute))
	}
	require.Len(t, o.taken["/cgi-bin/webhook/send"], 1, "one digest a day for the group")
	require.Len(t, o.tries["/cgi-bin/webhook/send"], 3)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE kind = 'wecom' AND state = 'sent'`))
	require.Zero(t, h.count(t, `SELECT count(*) FROM mailings WHERE account_id IS NULL AND content LIKE '%N0%'`), "a group learns no case")
}

// More mailings than a person gets in an hour are held, the administrator is
// told once, and all arrive later, each once.
func TestAFloodIsStoppedAndLosesNothing(t *testing.T) {
	t.Parallel()
	h := newMailhouse(t)
	h.fill(t, 1, 1)
	h.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before)
		SELECT md5('case1')::uuid, i, 'unit:u1', 'stay_granted', false, $1 FROM generate_series(1, 25) i`, h.clock())
	h.run(t, 10)
	sent := `SELECT count(*) FROM messages WHERE account_id = 's1' AND state = 'sent'`
	require.Equal(t, 10, h.count(t, sent))
	require.Equal(t, 15, h.count(t, `SELECT count(*) FROM messages WHERE account_id = 's1' AND state = 'held'`))
	alerts := `SELECT count(*) FROM mailings WHERE kind = 'alert' AND account_id = $1`
	require.Equal(t, 1, h.count(t, alerts, h.people.Admin.Account))
	h.to(h.clock().Add(30 * time.Minute))
	h.run(t, 10)
	require.Equal(t, 10, h.count(t, sent), "not yet")
	h.to(h.clock().Add(31 * time.Minute))
	h.run(t, 10)
	require.Equal(t, 20, h.count(t, sent))
	h.to(h.clock().Add(61 * time.Minute))
	h.run(t, 10)
	require.Equal(t, 25, h.count(t, sent))
	require.Equal(t, 1, h.count(t, alerts, h.people.Admin.Account), "told once")
	h.run(t, 10)
	require.Zero(t, h.count(t, `SELECT count(*) FROM floods WHERE ended_at IS NULL`), "the flood is over")
	for id, n := range h.got {
		require.Equal(t, 1, n, id)
	}
	require.Len(t, h.got, 25)
}

// What was done before the morning is not chased, and the record says so; what
// has no reader says so too; a substitute reads for who is away.
func TestWhatIsNotSentSaysWhy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newMailhouse(t)
	h.fill(t, 3, 3)
	day := days(1)[0]
	h.chase(t, 0, 3, morningOf(day))
	h.exec(t, `UPDATE case_states SET state = jsonb_set(state, '{clocks}', '[]') WHERE case_id = md5('case1')::uuid`)
	h.exec(t, `UPDATE accounts SET disabled_at = now() WHERE id = 's1'`) // the secretary of case 3's unit
	h.exec(t, `INSERT INTO accounts (id, name, roles, unit_id) VALUES ('v3', '代收', '{unit_contact}', 'u3')`)
	_, err := h.AddSubstitute(ctx, store.Substitute{Account: "s3", Substitute: "v3", Since: day, Until: day, Author: "s3"})
	require.NoError(t, err)
	h.to(morningOf(day))
	h.run(t, 0)
	why := func(i string) (way, suppressed, account string) {
		require.NoError(t, h.sql.QueryRow(ctx, `SELECT way, coalesce(suppressed, ''), account_id FROM mailing_letters WHERE case_id = md5('case' || $1)::uuid AND seq = 1000`, i).
			Scan(&way, &suppressed, &account))
		return way, suppressed, account
	}
	way, suppressed, _ := why("1") // unit u2
	require.Equal(t, []string{"holder", store.SuppressedDone}, []string{way, suppressed})
	way, suppressed, _ = why("3") // unit u1
	require.Equal(t, []string{"nobody", store.SuppressedNobody}, []string{way, suppressed})
	way, suppressed, account := why("2") // unit u3
	require.Equal(t, []string{"substitute", "", "v3"}, []string{way, suppressed, account})
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM mailings WHERE account_id = 'v3' AND kind = 'digest'`))
}
