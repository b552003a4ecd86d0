package bounce_test

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"duban/notify/bounce"
)

//go:embed testdata/*.eml
var corpus embed.FS

// sent is the message that the corpus is about, to the secretary of a unit.
const (
	sent      = "0b5e7a52-3c1d-4e8f-9a6b-7c8d9e0f1a2b"
	secretary = "secretary@unit.example"
)

func mail(t *testing.T, name string) []byte {
	t.Helper()
	text, err := corpus.ReadFile("testdata/" + name + ".eml")
	require.NoError(t, err)
	return text
}

func read(t *testing.T, text []byte) bounce.Report {
	t.Helper()
	r, err := bounce.Read(bytes.NewReader(text))
	require.NoError(t, err)
	return r
}

// What servers of every kind send back is read: which message it was, whom it
// did not reach, and what the server said.
func TestBouncesOfAllKindsAreRead(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bounce.Recipient{
		"postfix": {
			Addresses: []string{secretary}, Status: "5.1.1", Reply: 550, Server: "mail.unit.example",
			Text: "550 5.1.1 <secretary@unit.example>: Recipient address rejected: User unknown",
		},
		"postfix-headers-only": {
			Addresses: []string{"clerk@inner.unit.example", secretary}, Status: "5.2.2", Reply: 552, Server: "mail.unit.example", Text: "552 5.2.2 Mailbox full",
		},
		"postfix-expired": {
			Addresses: []string{secretary}, Status: "4.4.1", Server: "mx.example.org",
			Text: "connect to mail.unit.example[198.51.100.7]:25: Connection timed out",
		},
		"exchange": {
			Addresses: []string{secretary}, Status: "5.7.1", Reply: 550, Server: "EX01.unit.example",
			Text: "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required [Stage: CreateMessage]",
		},
		"qq": {
			Addresses: []string{secretary}, Status: "5.1.1", Server: "mail.example",
			Text: "抱歉，您的邮件被退回来了……收件人邮件地址（secretary@unit.example）不存在，邮件无法送达。",
		},
		"coremail": {
			Addresses: []string{secretary}, Status: "5.0.0", Reply: 550, Server: "m1.mail.example",
			Text: "550 用户不存在: User not found: secretary@unit.example",
		},
		"rewritten-id": {
			Addresses: []string{secretary}, Status: "5.4.1", Reply: 550, Server: "relay.example", Text: "550 5.4.1 Recipient address rejected: Access denied.",
		},
		"envelope-id": {Addresses: []string{secretary}, Status: "5.1.1", Server: "relay.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := read(t, mail(t, name))
			require.Equal(t, sent, r.Message)
			require.Equal(t, []bounce.Recipient{want}, r.Failed)
			require.False(t, r.Delayed)
			require.Contains(t, want.ZH(), "退信")
			// However its lines end, and whoever hands it on: it is the same bounce.
			other := append([]byte("From MAILER-DAEMON Mon Mar  2 08:30:03 2026\r\n"), bytes.ReplaceAll(mail(t, name), []byte("\n"), []byte("\r\n"))...)
			require.Equal(t, r, read(t, other))
		})
	}
}

// A notice of absence, a receipt, a report of delivery, somebody else's bounce
// that is passed on: none of them is a bounce, whatever else it looks like. A
// server that still tries has not failed.
func TestWhatIsNoBounce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"vacation", "receipt", "forwarded", "delivered", "postfix-delayed"} {
		r := read(t, mail(t, name))
		require.Empty(t, r.Failed, name)
		require.Equal(t, name == "postfix-delayed", r.Delayed, name)
	}
	prose := "Subject: 550 5.1.1\n\nStatus: 5.1.1\nAction: failed\nFinal-Recipient: rfc822;a@b.example\n"
	require.Equal(t, bounce.Report{}, read(t, []byte(prose)))
}

// report is a bounce with a report of its own.
func report(status string) []byte {
	return fmt.Appendf(nil, "From: x@y.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n%s\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <%s@example.org>\n\n--b--\n", status, sent)
}

// The action of a report decides, and its code only where it has none.
func TestWhenAReportSaysFailed(t *testing.T) {
	t.Parallel()
	for status, want := range map[string][2]bool{
		"Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1":           {true, false},
		"Final-Recipient: rfc822;a@b.example\nAction: FAILED (gave up)\nStatus: 4.4.7": {true, false},
		"Final-Recipient: rfc822;a@b.example\nStatus: 5.1.1":                           {true, false},
		"Final-Recipient: rfc822;a@b.example\nStatus: 4.1.1":                           {false, true},
		"Final-Recipient: rfc822;a@b.example\nAction: delayed\nStatus: 5.1.1":          {false, true},
		"Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 2.0.0":           {false, false},
		"Final-Recipient: rfc822;a@b.example\nAction: relayed\nStatus: 5.1.1":          {false, false},
		"Final-Recipient: rfc822;a@b.example\nDiagnostic-Code: smtp; 550 5.1.1 nobody": {true, false},
		"Final-Recipient: rfc822;a@b.example":                                          {false, false},
		"Reporting-MTA: dns; x\nAction: failed":                                        {true, false},
	} {
		r := read(t, report(status))
		require.Equal(t, want, [2]bool{len(r.Failed) > 0, r.Delayed}, status)
	}
	two := read(t, report("Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822;c@d.example\nAction: delayed\nStatus: 4.1.1"))
	require.Len(t, two.Failed, 1, "without the blank line between them")
	require.True(t, two.Delayed)
	require.Equal(t, []string{"a@b.example"}, two.Failed[0].Addresses)
}

// What came back says which message it was; a field of the report's own does
// only where nothing came back.
func TestWhatCameBackSaysWhich(t *testing.T) {
	t.Parallel()
	const other = "11111111-2222-3333-4444-555555555555"
	text := string(mail(t, "exchange"))
	answers := strings.ReplaceAll(text, "In-Reply-To: <"+sent, "In-Reply-To: <"+other)
	require.Equal(t, sent, read(t, []byte(answers)).Message)
	// Somebody else's mail came back, in answer to whatever.
	foreign := strings.ReplaceAll(strings.ReplaceAll(text, "Message-ID: <"+sent+"@", "Message-ID: <something@"), "X-Duban-Message: "+sent+"\n", "")
	require.Empty(t, read(t, []byte(foreign)).Message)
	nothing, _, _ := strings.Cut(text, "--_b4f1_\nContent-Type: message/rfc822")
	require.Equal(t, sent, read(t, []byte(nothing+"--_b4f1_--\n")).Message)
	for _, id := range []string{"x" + sent, sent + "x", "<" + sent + "@a@b>", "../" + sent} {
		require.Empty(t, read(t, bytes.ReplaceAll(report("Final-Recipient: rfc822;a@b.example\nAction: failed"), []byte("<"+sent+"@example.org>"), []byte(id))).Message, id)
	}
}

// Of what a server says no more is kept than a line, and nothing that a reader
// does not see.
func TestWhatAServerSaysIsCleaned(t *testing.T) {
	t.Parallel()
	r := read(t, report("Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; "+strings.Repeat("m", 400)+
		"\nDiagnostic-Code: smtp; 550 \x1b[31m\u202e<script>\x00 "+strings.Repeat("很", 400)))
	require.Len(t, r.Failed, 1)
	text := r.Failed[0].Text
	require.LessOrEqual(t, len(text), 500)
	require.LessOrEqual(t, len(r.Failed[0].Server), 255)
	require.True(t, utf8.ValidString(text))
	require.True(t, strings.HasPrefix(text, "550 [31m<script> 很"), text)
	require.True(t, strings.HasSuffix(text, "很…"), text)
	require.Equal(t, "用户不存在", read(t, report("Final-Recipient: rfc822;a@b.example\nAction: failed\nDiagnostic-Code: smtp; =?GBK?B?08O7p7K7tObU2g==?=")).Failed[0].Text)
}

// hostile are mails that are made to cost much, and the check that each fails; an
// empty one is read as far as it goes.
func hostile() map[string]struct {
	text []byte
	code string
} {
	deep := strings.Builder{}
	for i := range 500 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	type one = struct {
		text []byte
		code string
	}
	part := "--b\nContent-Type: text/plain\n\nx\n"
	return map[string]one{
		"deep":         {[]byte(deep.String()), "mime_depth"},
		"many parts":   {[]byte("Content-Type: multipart/report; boundary=b\n\n" + strings.Repeat(part, 5000) + "--b--\n"), "mime_parts"},
		"no boundary":  {[]byte("Content-Type: multipart/report\n\n--\n\n--\n"), "mime_boundary"},
		"long header":  {[]byte("Subject: " + strings.Repeat("x", 100<<10) + "\n\n"), "mime_header"},
		"many fields":  {[]byte(strings.Repeat("a:\n", 80<<10) + "\n"), "mime_header"},
		"fields below": {[]byte("Content-Type: multipart/report; boundary=b\n\n--b\n" + strings.Repeat("a:\n", 80<<10) + "\n\n--b--\n"), "mime_header"},
		"no header":    {[]byte("\x00\xff\xfe no header at all\n\n"), "mime_header"},
		"endless":      {bytes.Repeat([]byte("x"), 8<<20), "mime_header"},
		"cut":          {mail500(), ""},
		"many people":  {report(strings.Repeat("Final-Recipient: rfc822;a@b.example\nAction: failed\n\n", 900)), ""},
		"long line":    {report("Final-Recipient: rfc822;a@b.example\nAction: failed\nDiagnostic-Code: smtp; " + strings.Repeat("y", 200<<10)), ""},
		"long folding": {report("Final-Recipient: rfc822;a@b.example\nAction: failed\nDiagnostic-Code: smtp; 550" + strings.Repeat("\n y", 60<<10)), ""},
		"bad base64":   {[]byte("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!!\n\n--b--\n"), ""},
		"bad encoding": {[]byte("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: rot13\n\n!!!!\n\n--b--\n"), ""},
	}
}

// mail500 is a bounce that breaks off inside what came back, as one does that is
// larger than what is read.
func mail500() []byte {
	text, err := corpus.ReadFile("testdata/postfix.eml")
	if err != nil {
		panic(err)
	}
	whole, _, _ := bytes.Cut(text, []byte("\n5q2k6ZO"))
	return append(whole, bytes.Repeat([]byte("5q2k6ZO+5o6l\n"), 100<<10)...)
}

// A mail that is made to cost much is refused, or read up to a bound.
func TestHostileMailIsBounded(t *testing.T) { //nolint:paralleltest // it measures what is allocated
	for name, one := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := bounce.Read(bytes.NewReader(one.text))
		runtime.ReadMemStats(&after)
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), name)
		require.LessOrEqual(t, len(r.Failed), 20, name)
		if one.code == "" {
			require.NoError(t, err, name)
			continue
		}
		var refusal *bounce.Refusal
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, one.code, refusal.Code, name)
	}
	require.Equal(t, sent, read(t, mail500()).Message, "what came back may be cut")
	require.Len(t, read(t, mail500()).Failed, 1)
}

// Whatever comes, it is read or refused, and what is said of it is within bounds.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.eml")
	require.NoError(f, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(text)
	}
	for _, one := range hostile() {
		f.Add(one.text[:min(len(one.text), 4<<10)])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := bounce.Read(bytes.NewReader(text))
		if err != nil {
			var refusal *bounce.Refusal
			require.ErrorAs(t, err, &refusal)
			return
		}
		require.LessOrEqual(t, len(r.Failed), 20)
		if r.Message != "" {
			require.Len(t, r.Message, len(sent))
			require.Contains(t, strings.ToLower(string(text)), "content-type")
		}
		for _, one := range r.Failed {
			require.True(t, utf8.ValidString(one.Text+one.Server))
			require.LessOrEqual(t, len(one.Text), 500)
			require.LessOrEqual(t, len(one.Server), 255)
			require.LessOrEqual(t, len(one.Addresses), 2)
			require.NotContains(t, one.Text, "\n")
		}
	})
}
