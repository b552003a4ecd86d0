// Package imaptest is a mailbox for tests: a real IMAP server on loopback, its
// mails in memory. It is no model of any server out there, and no test of one.
package imaptest

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/stretchr/testify/require"
)

// User and Password let one in.
const (
	User     = "duban@example.org"
	Password = "hunter2"
)

// A Mailbox is the server, and what was asked of it.
type Mailbox struct {
	// Address is where it listens.
	Address string
	user    *imapmemserver.User

	mu sync.Mutex
	// fail answers a command by its name.
	fail map[string]error
	seen []imap.UID
}

// Start starts a server, with STARTTLS and no other way in when it has a
// certificate.
func Start(t testing.TB, certificate *tls.Config) *Mailbox {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return serve(t, l, certificate)
}

// StartTLS starts one that speaks TLS from the first byte.
func StartTLS(t testing.TB, certificate *tls.Config) *Mailbox {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return serve(t, tls.NewListener(l, certificate), nil)
}

func serve(t testing.TB, l net.Listener, certificate *tls.Config) *Mailbox {
	t.Helper()
	m := &Mailbox{Address: l.Addr().String(), user: imapmemserver.NewUser(User, Password), fail: map[string]error{}}
	require.NoError(t, m.user.Create("INBOX", nil))
	store := imapmemserver.New()
	store.AddUser(m.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{Session: store.NewSession(), m: m}, nil, nil
		},
		TLSConfig: certificate, InsecureAuth: certificate == nil, Logger: quiet{},
	})
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

// URL is the mailbox's, in a scheme.
func (m *Mailbox) URL(scheme string) string {
	u := url.URL{Scheme: scheme, User: url.UserPassword(User, Password), Host: m.Address, Path: "/INBOX"}
	return u.String()
}

// Put puts a mail in.
func (m *Mailbox) Put(t testing.TB, mail []byte) {
	t.Helper()
	_, err := m.user.Append("INBOX", literal{bytes.NewReader(mail), int64(len(mail))}, &imap.AppendOptions{})
	require.NoError(t, err)
}

type literal struct {
	io.Reader

	size int64
}

func (l literal) Size() int64 { return l.size }

// Unread is how many mails are unread.
func (m *Mailbox) Unread(t testing.TB) int {
	t.Helper()
	s, err := m.user.Status("INBOX", &imap.StatusOptions{NumUnseen: true})
	require.NoError(t, err)
	return int(*s.NumUnseen)
}

// All is how many mails there are.
func (m *Mailbox) All(t testing.TB) int {
	t.Helper()
	s, err := m.user.Status("INBOX", &imap.StatusOptions{NumMessages: true})
	require.NoError(t, err)
	return int(*s.NumMessages)
}

// Marked lists the mails that were marked, in order.
func (m *Mailbox) Marked() []imap.UID {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.seen)
}

// Fail makes a command fail from now on; nil mends it. The commands are select,
// search, fetch and store.
func (m *Mailbox) Fail(command string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail[command] = err
}

func (m *Mailbox) failure(command string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fail[command]
}

// A session is one of the library's, with what a test wants to go wrong.
type session struct {
	imapserver.Session

	m *Mailbox
}

func (s *session) Select(mailbox string, o *imap.SelectOptions) (*imap.SelectData, error) {
	if err := s.m.failure("select"); err != nil {
		return nil, err
	}
	return s.Session.Select(mailbox, o)
}

func (s *session) Search(kind imapserver.NumKind, c *imap.SearchCriteria, o *imap.SearchOptions) (*imap.SearchData, error) {
	if err := s.m.failure("search"); err != nil {
		return nil, err
	}
	return s.Session.Search(kind, c, o)
}

func (s *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	if err := s.m.failure("fetch"); err != nil {
		return err
	}
	return s.Session.Fetch(w, set, o)
}

func (s *session) Store(w *imapserver.FetchWriter, set imap.NumSet, flags *imap.StoreFlags, o *imap.StoreOptions) error {
	if err := s.m.failure("store"); err != nil {
		return err
	}
	if uids, ok := set.(imap.UIDSet); ok {
		if all, known := uids.Nums(); known {
			s.m.mu.Lock()
			s.m.seen = append(s.m.seen, all...)
			s.m.mu.Unlock()
		}
	}
	return s.Session.Store(w, set, flags, o)
}
