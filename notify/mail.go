package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Mail says how e-mail leaves the house. The server is the operator's choice,
// so no guard stands before it.
type Mail struct {
	// Server is smtp://user:password@host:587, where the server must offer
	// STARTTLS; smtps://…:465 for TLS from the first byte; or
	// smtp+plain://host:25 without TLS, user and password. The ports shown are
	// the defaults.
	Server Secret
	// From is who it comes from: 督办系统 <duban@example.org>.
	From string
	// TLS is for a house with certificates of its own. Defaults to the system's.
	TLS *tls.Config
	// Timeout bounds one try as a whole. Defaults to 30 seconds.
	Timeout time.Duration
}

// The forms of Mail.Server.
const (
	smtpStartTLS = "smtp"
	smtpTLS      = "smtps"
	smtpPlain    = "smtp+plain"
)

// mails sends e-mail.
type mails struct {
	from    *mail.Address
	scheme  string
	address string
	timeout time.Duration
	tls     *tls.Config
	options []gomail.Option
	host    string
}

// newMails reads the settings. Its errors do not repeat the password.
func newMails(m Mail) (*mails, error) {
	u, err := url.Parse(m.Server.Reveal())
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the mail server must be written as smtp://user:password@host:port")
	}
	ports := map[string]int{smtpStartTLS: 587, smtpTLS: 465, smtpPlain: 25} //nolint:mnd // well known
	port, known := ports[u.Scheme]
	if !known {
		return nil, errors.New("the mail server must begin with smtp://, smtps:// or smtp+plain://")
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil || port < 1 || port > maxPort {
			return nil, errors.New("the mail server's port is no port")
		}
	}
	if u.Scheme == smtpPlain && u.User != nil {
		return nil, errors.New("no password is sent to a mail server without TLS")
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil || !mailForm.MatchString(from.Address) {
		return nil, errors.New("the sender of e-mail must be written as 督办系统 <duban@example.org>")
	}
	s := &mails{
		from: from, scheme: u.Scheme, host: u.Hostname(), address: net.JoinHostPort(u.Hostname(), strconv.Itoa(port)),
		timeout: m.Timeout, tls: m.TLS,
	}
	if s.timeout <= 0 {
		s.timeout = 30 * time.Second
	}
	if s.tls == nil {
		s.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	s.tls = s.tls.Clone()
	if s.tls.ServerName == "" {
		s.tls.ServerName = s.host
	}
	policy := gomail.NoTLS // or none any more
	if s.scheme == smtpStartTLS {
		policy = gomail.TLSMandatory
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	s.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(s.tls), gomail.WithTimeout(s.timeout),
		gomail.WithHELO(domain), gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	if password, given := u.User.Password(); given {
		s.options = append(s.options, gomail.WithUsername(u.User.Username()), gomail.WithPassword(password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	return s, nil
}

// Send sends a message to one recipient.
func (s *mails) Send(caller context.Context, m Message) error {
	if err := m.check(); err != nil {
		return err
	}
	letter, err := s.write(m)
	if err != nil {
		return &SendError{Fate: Permanent, Code: "address_form", ZH: "电子邮件地址无法使用，请重新登记。", cause: err}
	}
	ctx, cancel := context.WithTimeout(caller, s.timeout)
	defer cancel()
	// The connection is ours, so that a try that is called off ends at once, and
	// one that fails half-way leaves nothing open.
	conn, err := s.dial(ctx)
	if err != nil {
		return unreachable(caller, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	client, err := gomail.NewClient(s.host, append(s.options, gomail.WithDialContextFunc(
		func(context.Context, string, string) (net.Conn, error) { return conn, nil }))...)
	if err != nil {
		return &SendError{Code: "mail_settings", ZH: "邮件服务器设置有误，请联系系统管理员。", RetryAfter: ours, Held: true, cause: err}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return unreachable(caller, err)
	}
	if err := client.SendWithSMTPClient(session, letter); err != nil {
		return undelivered(caller, err)
	}
	// It was taken. Whether the server likes our leaving changes nothing.
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_ = client.CloseWithSMTPClient(session)
	return nil
}

// IDHeader is the field of an e-mail that carries the message's id besides the
// Message-ID, so that the message is known when it comes back.
const IDHeader = "X-Duban-Message"

// write makes the letter: the same bytes at every try.
func (s *mails) write(m Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingB64))
	if err := validateMail(Target{Address: m.To.Address}); err != nil {
		return nil, err
	}
	letter.FromMailAddress(s.from)
	letter.ToMailAddress(&mail.Address{Name: clean(m.To.Name), Address: m.To.Address.Reveal()})
	_, domain, _ := strings.Cut(s.from.Address, "@")
	letter.SetMessageIDWithValue(m.ID + "@" + domain)
	letter.SetDateWithValue(m.CreatedAt)
	letter.Subject(m.subject())
	// Nobody's notice of absence answers a machine.
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetGenHeader("X-Auto-Response-Suppress", "All")
	// Some servers put a Message-ID of their own in place of ours.
	letter.SetGenHeader(IDHeader, m.ID)
	letter.SetBodyString(gomail.TypeTextPlain, Cut(clean(m.Text), maxText))
	return letter, nil
}

func (s *mails) dial(ctx context.Context) (net.Conn, error) {
	if s.scheme == smtpTLS {
		return (&tls.Dialer{Config: s.tls}).DialContext(ctx, "tcp", s.address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
}

const (
	// ours is how long a fault that only an operator can mend is left alone.
	ours = 15 * time.Minute
	// away is how long a mail server is left alone that is out of order.
	away = 5 * time.Minute
)

// unreachable is a session that did not come about. Whatever the server said, it
// was not about the message, which waits as long as that takes: over a holiday of
// eight days, or until somebody mends our password.
func unreachable(caller context.Context, err error) *SendError {
	if calledOff(caller) {
		return stopped(Temporary, err)
	}
	e := &SendError{Code: "mail_server", ZH: "邮件服务器暂时连不上。", RetryAfter: away, Held: true, cause: err}
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		e.Status = said.Code
		if said.Code >= smtpRefused {
			e.Code, e.ZH, e.RetryAfter = "mail_login", "邮件服务器拒绝了本系统，请系统管理员核对账号和密码。", ours
		}
	}
	return e
}

// smtpRefused is the first number that means never.
const smtpRefused = 500

// undelivered is a letter that the server did not say it took. Until its recipient
// is named, what fails is the server's fault or ours, and the letter waits.
func undelivered(caller context.Context, err error) *SendError {
	e := &SendError{Code: "mail_connection", ZH: "与邮件服务器的连接中断。", cause: err}
	said, ok := errors.AsType[*gomail.SendError](err)
	if ok && said.Reason == gomail.ErrSMTPMailFrom {
		e.RetryAfter, e.Held = away, true
	}
	if ok && said.ErrorCode() != 0 {
		e.Status, e.Code = said.ErrorCode(), "mail_later"
		e.ZH = fmt.Sprintf("邮件服务器暂不接收（%d），将稍后重发。", e.Status)
		switch {
		case e.Status < smtpRefused:
		case e.Held: // it is us it does not want, or our password
			e.Code, e.ZH, e.RetryAfter = "mail_sender", "邮件服务器拒绝本系统的发件地址，请系统管理员核对。", ours
		default:
			e.Fate, e.Code = Permanent, "mail_refused"
			e.ZH = fmt.Sprintf("邮件被拒收（%d），请核对地址。", e.Status)
		}
		return e
	}
	// The whole letter was on its way and no answer came back.
	if ok && said.Reason == gomail.ErrSMTPDataClose {
		e.Fate = Uncertain
	}
	if calledOff(caller) {
		return stopped(e.Fate, err)
	}
	return e
}
