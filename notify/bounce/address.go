package bounce

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// The forms of Options.URL.
const (
	imapStartTLS = "imap"
	imapTLS      = "imaps"
	imapPlain    = "imap+plain"
)

// A place is where a mailbox is, and who may read it.
type place struct {
	scheme, host, address, user, password, folder string
}

const maxPort = 65535

// readPlace reads a URL. Its errors do not repeat the password.
func readPlace(text string) (place, error) {
	form := errors.New("the mailbox of bounces must be written as imaps://user:password@host/INBOX")
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return place{}, form // the error of url.Parse repeats the password
	}
	ports := map[string]int{imapStartTLS: 143, imapTLS: 993, imapPlain: 143} //nolint:mnd // well known
	port, known := ports[u.Scheme]
	if !known {
		return place{}, errors.New("the mailbox of bounces must begin with imaps://, imap:// or imap+plain://")
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil || port < 1 || port > maxPort {
			return place{}, errors.New("the port of the mailbox of bounces is no port")
		}
	}
	password, given := u.User.Password()
	if !given || u.User.Username() == "" {
		return place{}, errors.New("the mailbox of bounces needs a user and a password")
	}
	p := place{
		scheme: u.Scheme, host: u.Hostname(), address: net.JoinHostPort(u.Hostname(), strconv.Itoa(port)),
		user: u.User.Username(), password: password, folder: strings.Trim(u.Path, "/"),
	}
	if p.folder == "" {
		p.folder = "INBOX"
	}
	if ip, err := netip.ParseAddr(p.host); p.scheme == imapPlain && (err != nil || !ip.IsLoopback()) {
		return place{}, errors.New("no password is sent to a mailbox without TLS; imap+plain:// is for 127.0.0.1 and ::1 only")
	}
	return p, nil
}
