package bounce_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/stretchr/testify/require"

	"duban/internal/imaptest"
	"duban/notify"
	"duban/notify/bounce"
)

func open(t *testing.T, url string, config *tls.Config) *bounce.Mailbox {
	t.Helper()
	m, err := bounce.Open(bounce.Options{URL: notify.NewSecret(url), TLS: config, Timeout: 10 * time.Second})
	require.NoError(t, err)
	return m
}

// all reads every page, and takes every mail as told.
func all(t *testing.T, m *bounce.Mailbox, take bounce.Take) (mails [][]byte) {
	t.Helper()
	page := bounce.Page{More: true}
	for page.More {
		var err error
		page, err = m.Page(t.Context(), page.After, func(ctx context.Context, mail []byte) (bool, error) {
			mails = append(mails, mail)
			return take(ctx, mail)
		})
		require.NoError(t, err)
	}
	return mails
}

func done(context.Context, []byte) (bool, error) { return true, nil }

// Unread mails are handed on once, page by page, and marked as read; nothing is
// taken away. What is not done with comes again, and holds up no other.
func TestUnreadMailIsReadOnce(t *testing.T) {
	t.Parallel()
	server := imaptest.Start(t, nil)
	const mails = 120
	for i := range mails {
		server.Put(t, fmt.Appendf(nil, "Subject: %d\r\n\r\n", i))
	}
	m := open(t, server.URL("imap+plain"), nil)
	got := all(t, m, func(_ context.Context, mail []byte) (bool, error) { return !bytes.Contains(mail, []byte(": 7\r")), nil })
	require.Len(t, got, mails)
	for i, mail := range got {
		require.Equal(t, fmt.Sprintf("Subject: %d\r\n\r\n", i), string(mail))
	}
	require.Equal(t, 1, server.Unread(t))
	require.Equal(t, mails, server.All(t))
	require.Len(t, all(t, m, done), 1)
	require.Empty(t, all(t, m, done))
	require.Len(t, server.Marked(), mails)
}

// Of a large mail no more is read than counts.
func TestOfALargeMailTheBeginningIsRead(t *testing.T) {
	t.Parallel()
	server := imaptest.Start(t, nil)
	server.Put(t, bytes.Repeat([]byte("Subject: x\r\n"), 100<<10))
	got := all(t, open(t, server.URL("imap+plain"), nil), done)
	require.Len(t, got, 1)
	require.Len(t, got[0], bounce.MaxBytes)
}

// A mail is marked when it was taken, and not before: whatever fails, it comes
// again.
func TestAMailThatWasNotTakenStaysUnread(t *testing.T) {
	t.Parallel()
	server := imaptest.Start(t, nil)
	for range 3 {
		server.Put(t, mail(t, "postfix"))
	}
	m := open(t, server.URL("imap+plain"), nil)
	broken := errors.New("broken")
	taken := 0
	_, err := m.Page(t.Context(), 0, func(context.Context, []byte) (bool, error) {
		if taken++; taken == 2 {
			return true, broken
		}
		return true, nil
	})
	require.ErrorIs(t, err, broken)
	require.Equal(t, 2, taken, "it ends at the first that fails")
	require.Equal(t, []imap.UID{1}, server.Marked())
	for _, command := range []string{"select", "search", "fetch", "store"} {
		server.Fail(command, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "not now"})
		_, err := m.Page(t.Context(), 0, done)
		require.ErrorContains(t, err, "not now", command)
		server.Fail(command, nil)
		require.Equal(t, 2, server.Unread(t), command)
	}
	require.Len(t, all(t, m, done), 2)
	require.Zero(t, server.Unread(t))
}

// The password leaves only through TLS, with a certificate that is trusted; its
// error, and the mailbox as it is printed, do not repeat it.
func TestThePasswordLeavesThroughTLSOnly(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	certificate := &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	trusted := &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
	for scheme, server := range map[string]*imaptest.Mailbox{"imap": imaptest.Start(t, certificate), "imaps": imaptest.StartTLS(t, certificate)} {
		server.Put(t, mail(t, "postfix"))
		_, err := open(t, server.URL(scheme), nil).Page(t.Context(), 0, done)
		require.ErrorContains(t, err, "certificate", scheme)
		require.Equal(t, 1, server.Unread(t))
		m := open(t, server.URL(scheme), trusted)
		require.Len(t, all(t, m, done), 1, scheme)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", m, m, m, m), imaptest.Password)
	}
	// A server without STARTTLS is not told the password.
	plain := imaptest.Start(t, nil)
	_, err := open(t, plain.URL("imap"), trusted).Page(t.Context(), 0, done)
	require.Error(t, err)
	_, err = open(t, "imap+plain://duban%40example.org:wrong-secret@"+plain.Address+"/INBOX", nil).Page(t.Context(), 0, done)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "wrong-secret")
}

// A server that says nothing is left when the time is up.
func TestASilentServerIsLeft(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	m, err := bounce.Open(bounce.Options{URL: notify.NewSecret("imap+plain://a:b@" + l.Addr().String()), Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	_, err = m.Page(t.Context(), 0, done)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// Settings that cannot be are refused, without the password in the sentence.
func TestSettingsOfAMailbox(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "x", "imaps://", "imaps://host/INBOX", "imaps://user@host/INBOX", "imaps://:s3cret@host/INBOX", "pop3://user:s3cret@host",
		"imaps://user:s3cret@host:0/INBOX", "imaps://user:s3cret@host:70000", "imaps://user:s3cret@host/INBOX?x=1", "imaps://user:s3cret@host/INBOX#x",
		"imap+plain://user:s3cret@mail.example.org/INBOX", "imap+plain://user:s3cret@192.0.2.1/INBOX", "imap+plain://user:s3cret@localhost/INBOX",
		"imaps://user:s3cret%zz@host/INBOX",
	} {
		_, err := bounce.Open(bounce.Options{URL: notify.NewSecret(url)})
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "s3cret")
	}
	for url, want := range map[string]string{
		"imaps://user%40x:p%2Fw@mail.example.org": "imaps://mail.example.org:993/INBOX",
		"imap://user:pw@mail.example.org/Bounces": "imap://mail.example.org:143/Bounces",
		"imap+plain://user:pw@[::1]:1143/INBOX":   "imap+plain://[::1]:1143/INBOX",
	} {
		m, err := bounce.Open(bounce.Options{URL: notify.NewSecret(url)})
		require.NoError(t, err)
		require.Equal(t, want, m.String())
	}
}
