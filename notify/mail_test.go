package notify_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"duban/notify"
)

// A mailbox is a fake mail server on loopback, and what it took.
type mailbox struct {
	address string
	// mail, rcpt and data answer those commands; a nil takes them.
	mail func(from string) error
	rcpt func(to string) error
	data func(conn net.Conn) error

	mu     sync.Mutex
	taken  []string
	tries  int
	logins []string
	// opened and left count the sessions begun and ended.
	opened, left int
}

func (b *mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	b.mu.Lock()
	b.opened++
	b.mu.Unlock()
	return &session{b, c}, nil
}

func (b *mailbox) letters() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.taken...)
}

type session struct {
	*mailbox

	conn *smtp.Conn
}

func (*session) Reset() {}

func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Logout is called once the line is closed.
func (s *session) Logout() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left++
	return nil
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.mu.Lock()
		s.logins = append(s.logins, user+":"+password)
		s.mu.Unlock()
		if password != "hunter2" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.mail == nil {
		return nil
	}
	return s.mail(from)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.rcpt == nil {
		return nil
	}
	return s.rcpt(to)
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.tries++
	s.mu.Unlock()
	if s.data != nil {
		if err := s.data(s.conn.Conn()); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.taken = append(s.taken, string(text))
	s.mu.Unlock()
	return nil
}

// open starts the server, with TLS when it has a certificate.
func (b *mailbox) open(t *testing.T, config *tls.Config, change ...func(*smtp.Server)) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := smtp.NewServer(b)
	server.Domain, server.TLSConfig = "mail.example.org", config
	server.ErrorLog = quietLog{}
	for _, c := range change {
		c(server)
	}
	b.address = l.Addr().String()
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return b
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

// mailing makes a registry that sends by the server.
func mailing(t *testing.T, server string, change ...func(*notify.Mail)) *notify.Registry {
	t.Helper()
	m := notify.Mail{Server: notify.NewSecret(server), From: "督办系统 <duban@example.org>", Timeout: 10 * time.Second}
	for _, c := range change {
		c(&m)
	}
	r, err := notify.New(notify.Options{Mail: &m})
	require.NoError(t, err)
	return r
}

func letter() notify.Message { return message(target(notify.Email, "zhang@example.org", "")) }

// An e-mail arrives as it was written, and a second try is the same letter byte
// for byte, so that whoever has it twice can tell.
func TestALetterIsTheSameAtEveryTry(t *testing.T) {
	t.Parallel()
	b := (&mailbox{}).open(t, nil)
	r := mailing(t, "smtp+plain://"+b.address)
	m := letter()
	m.Subject = "催办：\r\nBcc: somebody@example.org " + strings.Repeat("很长", 200)
	require.NoError(t, r.Send(t.Context(), m))
	require.NoError(t, r.Send(t.Context(), m))
	taken := b.letters()
	require.Len(t, taken, 2)
	require.Equal(t, taken[0], taken[1])

	got, err := mail.ReadMessage(strings.NewReader(taken[0]))
	require.NoError(t, err)
	require.Equal(t, "<letter-7.secretary@example.org>", got.Header.Get("Message-ID"))
	require.Empty(t, got.Header.Get("Bcc"))
	require.Equal(t, "auto-generated", got.Header.Get("Auto-Submitted"))
	require.Empty(t, got.Header.Get("User-Agent"))
	words := new(mime.WordDecoder)
	subject, err := words.DecodeHeader(got.Header.Get("Subject"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(subject, "催办： Bcc: somebody@example.org 很长"), subject)
	require.True(t, strings.HasSuffix(subject, "…（全文见系统）"))
	from, err := got.Header.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, &mail.Address{Name: "督办系统", Address: "duban@example.org"}, from[0])
	to, err := got.Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "督查室", Address: "zhang@example.org"}}, to)
	date, err := got.Header.Date()
	require.NoError(t, err)
	require.True(t, date.Equal(m.CreatedAt), "when there was something to tell")
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, got.Body))
	require.NoError(t, err)
	require.Equal(t, m.Text, strings.ReplaceAll(string(body), "\r\n", "\n"))
}

// What a mail server can do to us, and what becomes of the letter.
func TestWhatAMailServerAnswers(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	refusing := func(code int) func(string) error {
		return func(string) error {
			return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "no"}
		}
	}
	for name, c := range map[string]struct {
		box    *mailbox
		code   string
		status int
		fate   notify.Fate
		held   bool
	}{
		"250":             {box: &mailbox{}},
		"451 sender":      {box: &mailbox{mail: refusing(451)}, code: "mail_later", status: 451, held: true},
		"530 sender":      {box: &mailbox{mail: refusing(530)}, code: "mail_sender", status: 530, held: true},
		"550 sender":      {box: &mailbox{mail: refusing(550)}, code: "mail_sender", status: 550, held: true},
		"421 recipient":   {box: &mailbox{rcpt: refusing(421)}, code: "mail_later", status: 421},
		"450 recipient":   {box: &mailbox{rcpt: refusing(450)}, code: "mail_later", status: 450},
		"451 greylisting": {box: &mailbox{rcpt: refusing(451)}, code: "mail_later", status: 451},
		"550 recipient":   {box: &mailbox{rcpt: refusing(550)}, code: "mail_refused", status: 550, fate: notify.Permanent},
		"553 recipient":   {box: &mailbox{rcpt: refusing(553)}, code: "mail_refused", status: 553, fate: notify.Permanent},
		"452 letter":      {box: &mailbox{data: func(net.Conn) error { return refusing(452)("") }}, code: "mail_later", status: 452},
		"554 letter":      {box: &mailbox{data: func(net.Conn) error { return refusing(554)("") }}, code: "mail_refused", status: 554, fate: notify.Permanent},
		"reset at the recipient": {
			box: &mailbox{}, code: "mail_connection",
		},
		"reset after the letter": {
			box: &mailbox{data: func(conn net.Conn) error { return errors.Join(conn.Close(), errors.New("gone")) }}, code: "mail_connection", fate: notify.Uncertain,
		},
		"slow after the letter": {box: &mailbox{data: func(net.Conn) error { <-stop; return nil }}, code: "mail_connection", fate: notify.Uncertain},
		"slow at the recipient": {box: &mailbox{rcpt: func(string) error { <-stop; return nil }}, code: "mail_connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := c.box
			if name == "reset at the recipient" {
				box = &mailbox{}
				var at net.Conn
				box.rcpt = func(string) error { return at.Close() }
				box.open(t, nil, func(s *smtp.Server) {
					s.Backend = smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
						at = conn.Conn()
						return box.NewSession(conn)
					})
				})
			} else {
				box.open(t, nil)
			}
			r := mailing(t, "smtp+plain://"+box.address, func(m *notify.Mail) {
				if strings.HasPrefix(name, "slow") {
					m.Timeout = 300 * time.Millisecond
				}
			})
			err := r.Send(t.Context(), letter())
			if c.code == "" {
				require.NoError(t, err)
				require.Len(t, box.letters(), 1)
				return
			}
			e := failure(t, err)
			require.Equal(t, []any{c.code, c.status, c.fate, c.held}, []any{e.Code, e.Status, e.Fate, e.Held}, "%v", err)
		})
	}
}

// F24: a formal letter is neither lost nor doubled by a connection that breaks
// after it was taken: the sender tries again, and it is the same letter.
func TestALetterWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	b := &mailbox{}
	b.data = func(conn net.Conn) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.tries == 1 {
			b.taken = append(b.taken, "taken, and the answer lost")
			return errors.Join(conn.Close(), errors.New("gone"))
		}
		return nil
	}
	b.open(t, nil)
	r := mailing(t, "smtp+plain://"+b.address)
	schedule, at := notify.DefaultSchedule(), now
	tries := 0
	var verdict notify.Verdict
	for verdict.Outcome = notify.Again; verdict.Outcome == notify.Again; at = verdict.At {
		tries++
		verdict = schedule.Judge(r.Send(t.Context(), letter()), tries, at)
		require.Equal(t, tries == 1, verdict.MayHaveArrived)
	}
	require.Equal(t, notify.Sent, verdict.Outcome)
	require.Equal(t, 2, tries)
	require.Len(t, b.letters(), 2)
	require.Contains(t, b.letters()[1], "Message-ID: <letter-7.secretary@example.org>")
}

// Once the letter was taken, nothing the server does makes it a failure.
func TestALetterThatWasTakenIsSent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		// By hand: it closes the line as soon as it has said yes.
		_, _ = io.WriteString(conn, "220 mail\r\n")
		text := make([]byte, 0, 1<<16)
		replies := []string{"250 mail\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"}
		for {
			part := make([]byte, 4096)
			n, err := conn.Read(part)
			if err != nil {
				return
			}
			text = append(text, part[:n]...)
			if len(replies) > 0 {
				_, _ = io.WriteString(conn, replies[0])
				replies = replies[1:]
			} else if strings.HasSuffix(string(text), "\r\n.\r\n") {
				_, _ = io.WriteString(conn, "250 taken\r\n")
				_ = conn.Close()
				return
			}
		}
	}()
	require.NoError(t, mailing(t, "smtp+plain://"+l.Addr().String()).Send(t.Context(), letter()))
}

// The password goes over TLS only, and one that is refused is the operator's to
// mend: what waits is kept.
func TestLoggingInAtTheMailServer(t *testing.T) {
	t.Parallel()
	certificate := serve(t, nil)
	roots := func(m *notify.Mail) { m.TLS = certificate.roots() }
	encrypted := &tls.Config{Certificates: certificate.TLS.Certificates, MinVersion: tls.VersionTLS12}

	b := (&mailbox{}).open(t, encrypted)
	require.NoError(t, mailing(t, "smtp://duban:hunter2@"+b.address, roots).Send(t.Context(), letter()))
	require.Equal(t, []string{"duban:hunter2"}, b.logins)
	require.Len(t, b.letters(), 1)

	e := failure(t, mailing(t, "smtp://duban:wrong@"+b.address, roots).Send(t.Context(), letter()))
	require.Equal(t, []any{"mail_login", 535, notify.Temporary, true}, []any{e.Code, e.Status, e.Fate, e.Held})
	require.Positive(t, e.RetryAfter)
	require.NotContains(t, e.Error(), "wrong")

	implicit := (&mailbox{}).open(t, nil, func(s *smtp.Server) { s.Domain = "mail.example.org" })
	l, err := tls.Listen("tcp", "127.0.0.1:0", encrypted)
	require.NoError(t, err)
	server := smtp.NewServer(implicit)
	server.AllowInsecureAuth = true // it does not see that the line is TLS
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	require.NoError(t, mailing(t, "smtps://duban:hunter2@"+l.Addr().String(), roots).Send(t.Context(), letter()))
	require.Equal(t, []string{"duban:hunter2"}, implicit.logins)

	plain := (&mailbox{}).open(t, nil, func(s *smtp.Server) { s.AllowInsecureAuth = true })
	e = failure(t, mailing(t, "smtp://duban:hunter2@"+plain.address, roots).Send(t.Context(), letter()))
	require.Equal(t, notify.Temporary, e.Fate, "no STARTTLS, no password")
	require.Empty(t, plain.logins)
	require.Eventually(t, func() bool {
		plain.mu.Lock()
		defer plain.mu.Unlock()
		return plain.opened == plain.left
	}, time.Minute, time.Millisecond, "no line is left open")
	e = failure(t, mailing(t, "smtp://duban:hunter2@"+b.address).Send(t.Context(), letter()))
	require.Equal(t, []any{"mail_server", notify.Temporary}, []any{e.Code, e.Fate}, "a stranger's certificate")
	require.Len(t, b.logins, 2)
}

// A server that is away, silent or unfriendly says nothing of the letter.
func TestAMailServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	e := failure(t, mailing(t, "smtp+plain://"+gone.Addr().String()).Send(t.Context(), letter()))
	require.Equal(t, []any{"mail_server", notify.Temporary, true}, []any{e.Code, e.Fate, e.Held})

	for greeting, code := range map[string]string{"": "mail_server", "421 busy\r\n": "mail_server", "554 we know you\r\n": "mail_login"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		closed := make(chan struct{})
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, greeting)
			_, _ = io.ReadAll(conn) // until the other side has had enough
			_ = conn.Close()
			close(closed)
		}()
		r := mailing(t, "smtp+plain://"+l.Addr().String(), func(m *notify.Mail) { m.Timeout = 300 * time.Millisecond })
		e := failure(t, r.Send(t.Context(), letter()))
		require.Equal(t, []any{code, notify.Temporary, true}, []any{e.Code, e.Fate, e.Held}, greeting)
		<-closed // and left no connection behind
		require.NoError(t, l.Close())
	}
}

// ADR 18: what only an operator can mend leaves everything waiting, over the eight
// days of a spring festival as over a night.
func TestAMailServerThatIsAwayLeavesEverythingWaiting(t *testing.T) {
	t.Parallel()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	strangers := (&mailbox{mail: func(string) error { return smtp.ErrAuthRequired }}).open(t, nil)
	for _, server := range []string{gone.Addr().String(), strangers.address} {
		failed := mailing(t, "smtp+plain://"+server).Send(t.Context(), letter())
		require.Error(t, failed)
		tries := 0
		for at := now; at.Before(now.AddDate(0, 0, 8)); {
			v := notify.DefaultSchedule().Judge(failed, tries+1, at)
			require.Equal(t, notify.Again, v.Outcome, "%s: given up after %s", v.Code, at.Sub(now))
			require.GreaterOrEqual(t, v.At.Sub(at), 5*time.Minute, "the server is left alone")
			if v.Counts {
				tries++
			}
			at = v.At
		}
	}
}

// A sender that is being stopped does not wait for a slow server.
func TestALetterIsCalledOff(t *testing.T) {
	t.Parallel()
	stop, arrived := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(stop) })
	b := (&mailbox{data: func(net.Conn) error { close(arrived); <-stop; return nil }}).open(t, nil)
	r := mailing(t, "smtp+plain://"+b.address, func(m *notify.Mail) { m.Timeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	e := failure(t, r.Send(ctx, letter()))
	require.Equal(t, []any{"stopped", notify.Uncertain}, []any{e.Code, e.Fate})
}

// An address that slipped through is refused before anybody is asked.
func TestALetterToNobody(t *testing.T) {
	t.Parallel()
	b := (&mailbox{}).open(t, nil)
	m := letter()
	m.To.Address = notify.NewSecret("zhang@example.org>\r\nRCPT TO:<li@example.org")
	e := failure(t, mailing(t, "smtp+plain://"+b.address).Send(t.Context(), m))
	require.Equal(t, []any{"address_form", notify.Permanent}, []any{e.Code, e.Fate})
	require.Empty(t, b.letters())
}
