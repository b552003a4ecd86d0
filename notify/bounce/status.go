package bounce

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A status is a report of delivery, as RFC 3464 has it.
type status struct {
	// envelope is the id under which the mail was handed over, reporter who
	// reports.
	envelope, reporter string
	recipients         []fate
}

// A fate is what a report says of one recipient.
type fate struct{ final, first, action, code, said, remote string }

// maxRecipients is how many recipients of a report are read; what we send has
// one.
const maxRecipients = 20

// readStatus reads a report. Servers forget the blank lines that should stand
// between its parts, so that fields and not lines say where a recipient begins.
func readStatus(text []byte) status {
	var st status
	var now *fate
	for name, value := range fields(bytes.NewReader(text)) {
		switch name {
		case "":
			now = nil
			continue
		case "original-envelope-id":
			st.envelope = value
			continue
		case "reporting-mta":
			st.reporter = value
			continue
		case "final-recipient", "original-recipient", "action", "status", "diagnostic-code", "remote-mta":
		default:
			continue
		}
		if now == nil || name == "final-recipient" && now.final != "" {
			if len(st.recipients) == maxRecipients {
				break
			}
			st.recipients = append(st.recipients, fate{})
			now = &st.recipients[len(st.recipients)-1]
		}
		now.set(name, value)
	}
	return st
}

func (f *fate) set(name, value string) {
	switch name {
	case "final-recipient":
		f.final = value
	case "original-recipient":
		f.first = value
	case "action":
		f.action = value
	case "status":
		f.code = value
	case "diagnostic-code":
		f.said = value
	case "remote-mta":
		f.remote = value
	}
}

// What became of a mail for one recipient, as far as we care.
type outcome int

const (
	neither outcome = iota
	delayed
	failed
)

// fate says what it was. The action decides: a server that gave up after days of
// 4.4.1 has failed, one that says 4.4.1 and goes on has not. Only where it says
// nothing does the code decide.
func (f *fate) fate() outcome {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(f.action)), " ")
	class, _, _ := strings.Cut(f.status(), ".")
	switch {
	case word == "failed" && class != "2", word == "" && class == "5":
		return failed
	case word == "delayed", word == "" && class == "4":
		return delayed
	}
	return neither
}

var (
	codeForm  = regexp.MustCompile(`^([245]\.[0-9]{1,3}\.[0-9]{1,3})\b`)
	saidForm  = regexp.MustCompile(`\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b`)
	replyForm = regexp.MustCompile(`(?:^|[\s;:(#])([245][0-9]{2})(?:[\s\-]|$)`)
)

// status is the code, from the field for it or from what the server said.
func (f *fate) status() string {
	if found := codeForm.FindStringSubmatch(strings.TrimSpace(f.code)); found != nil {
		return found[1]
	}
	if found := saidForm.FindStringSubmatch(f.said); found != nil {
		return found[1]
	}
	return ""
}

// recipient is a recipient as it is told. The words for people stand in where
// the server's own are missing.
func (f *fate) recipient(st status, words []byte) Recipient {
	r := Recipient{Status: f.status(), Text: clean(untyped(f.said), maxText), Server: clean(untyped(f.remote), maxServer)}
	for _, one := range []string{f.final, f.first} {
		if a := address(one); a != "" && !slices.Contains(r.Addresses, a) {
			r.Addresses = append(r.Addresses, a)
		}
	}
	if found := replyForm.FindStringSubmatch(untyped(f.said)); found != nil {
		r.Reply, _ = strconv.Atoi(found[1]) // three digits
	}
	if r.Text == "" {
		r.Text = clean(string(words), maxText)
	}
	if r.Server == "" {
		r.Server = clean(untyped(st.reporter), maxServer)
	}
	return r
}

// untyped leaves out what kind of name or text it is: "dns; mx.example.org".
func untyped(value string) string {
	kind, rest, found := strings.Cut(value, ";")
	if !found || strings.ContainsAny(strings.TrimSpace(kind), " \t.") {
		return strings.TrimSpace(value)
	}
	return strings.TrimSpace(rest)
}

// maxAddress is the longest address there is.
const maxAddress = 320

// address is an address without what servers put around it.
func address(value string) string {
	a := strings.ToLower(strings.Trim(untyped(value), "<> \t"))
	if len(a) > maxAddress || !strings.Contains(a, "@") {
		return ""
	}
	return a
}
