package bounce

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"duban/notify"
)

// Options says which mailbox is read. The server is the operator's choice, so no
// guard stands before it.
type Options struct {
	// URL is imaps://user:password@host:993/INBOX for TLS from the first byte;
	// imap://…:143 where the server must offer STARTTLS; or imap+plain:// without
	// TLS, on this machine only. Ports and INBOX are the defaults.
	URL notify.Secret
	// TLS is for a house with certificates of its own. Defaults to the system's.
	TLS *tls.Config
	// Timeout bounds one page as a whole. Defaults to 90 seconds.
	Timeout time.Duration
}

// pageSize is how many mails one page reads.
const pageSize = 50

// A Mailbox is where mail servers send back what they could not deliver. What is
// unread in it is read once and marked as read; nothing is moved and nothing
// deleted.
type Mailbox struct {
	at      place
	tls     *tls.Config
	timeout time.Duration
}

// Open reads the settings; it connects to nothing yet.
func Open(o Options) (*Mailbox, error) {
	at, err := readPlace(o.URL.Reveal())
	if err != nil {
		return nil, err
	}
	m := &Mailbox{at: at, tls: &tls.Config{MinVersion: tls.VersionTLS12}, timeout: o.Timeout}
	if o.TLS != nil {
		m.tls = o.TLS.Clone()
	}
	if m.tls.ServerName == "" {
		m.tls.ServerName = at.host
	}
	if m.timeout <= 0 {
		m.timeout = 90 * time.Second
	}
	return m, nil
}

// String names the mailbox without its password.
func (m *Mailbox) String() string { return m.at.scheme + "://" + m.at.address + "/" + m.at.folder }

// GoString is String: a password is not printed by accident.
func (m *Mailbox) GoString() string { return m.String() }

// A Page is how far a reading came.
type Page struct {
	// After is the number of the last mail that was looked at.
	After uint32
	// More: there are more unread mails after it.
	More bool
}

// A Take takes a mail, of which it gets no more than MaxBytes. It reports
// whether the mail is done with; one that is not stays unread and comes again.
type Take func(ctx context.Context, mail []byte) (done bool, err error)

// Page hands on a page of the unread mails after a number, the oldest first, and
// marks each as read when, and only when, whoever takes it is done with it. Who
// dies between finds the same mail again. It ends at the first that cannot be
// taken.
func (m *Mailbox) Page(ctx context.Context, after uint32, take Take) (page Page, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()
	page.After = after
	conn, err := m.dial(ctx)
	if err != nil {
		return page, fmt.Errorf("reach mailbox of bounces: %w", err)
	}
	defer conn.Close()
	// The library knows no context: a reading that is called off loses its line.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	client, unread, err := m.enter(conn, after)
	if err != nil {
		return page, fmt.Errorf("enter mailbox of bounces: %w", errors.Join(err, ctx.Err()))
	}
	defer client.Close()
	if len(unread) > pageSize {
		unread, page.More = unread[:pageSize], true
	}
	for _, uid := range unread {
		mail, err := fetch(client, uid)
		if err != nil {
			return page, fmt.Errorf("read mail %d of bounces: %w", uid, errors.Join(err, ctx.Err()))
		}
		done := false
		if mail != nil { // else somebody took it away meanwhile
			if done, err = take(ctx, mail); err != nil {
				return page, err
			}
		}
		if done {
			if err := see(client, uid); err != nil {
				return page, fmt.Errorf("mark mail %d of bounces as read: %w", uid, errors.Join(err, ctx.Err()))
			}
		}
		page.After = uint32(uid)
	}
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_ = client.Logout().Wait() // whether it likes our leaving changes nothing
	return page, nil
}

func (m *Mailbox) dial(ctx context.Context) (net.Conn, error) {
	if m.at.scheme == imapTLS {
		return (&tls.Dialer{Config: m.tls}).DialContext(ctx, "tcp", m.at.address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", m.at.address)
}

// enter logs in and lists what is unread after a number. Whoever gave the line
// closes it, and the client with it.
func (m *Mailbox) enter(conn net.Conn, after uint32) (client *imapclient.Client, unread []imap.UID, err error) {
	if m.at.scheme == imapStartTLS {
		if client, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: m.tls}); err != nil {
			return nil, nil, err
		}
	} else {
		client = imapclient.New(conn, nil)
	}
	if err := client.WaitGreeting(); err != nil {
		return nil, nil, err
	}
	if err := client.Login(m.at.user, m.at.password).Wait(); err != nil {
		return nil, nil, err
	}
	if client.Caps().Has(imap.CapID) { // some houses let nobody in who does not say his name
		if _, err := client.ID(&imap.IDData{Name: "duban"}).Wait(); err != nil {
			return nil, nil, err
		}
	}
	if _, err := client.Select(m.at.folder, nil).Wait(); err != nil {
		return nil, nil, err
	}
	criteria := &imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}
	if after > 0 {
		criteria.UID = []imap.UIDSet{{imap.UIDRange{Start: imap.UID(after) + 1, Stop: 0}}}
	}
	found, err := client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, nil, err
	}
	for _, uid := range found.AllUIDs() {
		if uint32(uid) > after { // "after:*" has the last mail in it, whatever its number
			unread = append(unread, uid)
		}
	}
	slices.Sort(unread)
	return client, unread, nil
}

// fetch reads the beginning of a mail, without marking it; nil when it is gone.
func fetch(client *imapclient.Client, uid imap.UID) (mail []byte, err error) {
	command := client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{
		UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: MaxBytes}}},
	})
	defer func() {
		if closed := command.Close(); err == nil {
			err = closed
		}
	}()
	for one := command.Next(); one != nil; one = command.Next() {
		for item := one.Next(); item != nil; item = one.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil {
				continue
			}
			// A server may send more than it was asked for.
			if mail, err = io.ReadAll(io.LimitReader(body.Literal, MaxBytes)); err != nil {
				return nil, err
			}
		}
	}
	return mail, nil
}

func see(client *imapclient.Client, uid imap.UID) error {
	return client.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}, nil).Close()
}
