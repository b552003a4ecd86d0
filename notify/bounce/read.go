package bounce

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-message"
)

const (
	// MaxBytes is how much of a mail is read. What was sent comes last in a
	// bounce, and may be cut.
	MaxBytes = 256 << 10

	maxHeader = 64 << 10
	// maxFields is how many fields one header may have; each costs memory.
	maxFields = 1000
	maxDepth  = 4
	maxParts  = 32
	// maxStatus is how much of a report is read, maxProse of its words for people.
	maxStatus = 32 << 10
	maxProse  = 4 << 10
)

// Read reads a mail. One that is no report is an empty Report; one that is made
// to cost too much is a *Refusal.
func Read(mail io.Reader) (Report, error) {
	raw, err := io.ReadAll(io.LimitReader(mail, MaxBytes))
	if err != nil {
		return Report{}, err
	}
	raw = withoutEnvelope(raw)
	if crowded(raw) {
		return Report{}, tooWide()
	}
	whole, _ := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if whole == nil {
		return Report{}, tooWide() // it repeats the mail, which the refusal must not
	}
	s := scan{}
	if err := s.part(whole, 0); err != nil {
		return Report{}, err
	}
	if s.status == nil {
		return Report{}, nil
	}
	return s.report(whole.Header), nil
}

// withoutEnvelope leaves out the line with which some servers hand a mail to a
// program.
func withoutEnvelope(raw []byte) []byte {
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		if _, rest, found := bytes.Cut(raw, []byte("\n")); found {
			return rest
		}
	}
	return raw
}

// crowded reports whether somewhere in a mail so many lines in a row look like
// fields that a header of theirs would cost much.
func crowded(raw []byte) bool {
	fields := 0
	for line := range bytes.Lines(raw) {
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0:
			fields = 0
		case bytes.IndexByte(line, ':') >= 0:
			if fields++; fields > maxFields {
				return true
			}
		}
	}
	return false
}

// A scan is what was found in the parts of a mail.
type scan struct {
	parts int
	// status is the report, words what is said to people, sent the header of
	// what was sent; each the first of its kind, nil when there is none.
	status []byte
	words  []byte
	sent   *original
}

// part looks at a part and, if it is made of parts, at those. It looks into no
// mail inside the mail: a report in there is not about us.
func (s *scan) part(e *message.Entity, depth int) error {
	kind, params, _ := e.Header.ContentType()
	kind = strings.ToLower(kind)
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		if depth >= maxDepth {
			return tooDeep()
		}
		if params["boundary"] == "" {
			return noBoundary()
		}
		return s.inside(e.MultipartReader(), depth)
	case depth == 0: // a report never stands alone
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		if s.status == nil {
			s.status = atMost(e.Body, maxStatus)
		}
	case kind == "message/rfc822", kind == "message/global", kind == "text/rfc822-headers", kind == "message/global-headers", kind == "message/rfc822-headers":
		if s.sent == nil {
			s.sent = readOriginal(io.LimitReader(e.Body, maxHeader))
		}
	case kind == "text/plain":
		if s.words == nil {
			s.words = atMost(e.Body, maxProse)
		}
	}
	return nil
}

func (s *scan) inside(parts message.MultipartReader, depth int) error {
	for {
		e, err := parts.NextPart()
		if errors.Is(err, io.EOF) || e == nil {
			return nil // where a mail breaks off, or goes wrong, it ends: what stood before it counts
		}
		// An unknown encoding or charset leaves the part as it came.
		if s.parts++; s.parts > maxParts {
			return tooMany()
		}
		if err := s.part(e, depth+1); err != nil {
			return err
		}
	}
}

// atMost is the beginning of a part. One that cannot be decoded to its end is
// taken as far as it can.
func atMost(r io.Reader, limit int64) []byte {
	text, _ := io.ReadAll(io.LimitReader(r, limit)) // as far as it can
	if text == nil {
		return []byte{}
	}
	return text
}

// report makes the report of what was found.
func (s *scan) report(header message.Header) Report {
	st := readStatus(s.status)
	r := Report{Message: s.which(header, st)}
	h := sha256.New()
	for _, text := range []string{header.Get("Message-Id"), header.Get("Date"), strings.TrimSpace(strings.ReplaceAll(string(s.status), "\r", ""))} {
		h.Write([]byte(text + "\x00"))
	}
	h.Sum(r.Digest[:0])
	for _, one := range st.recipients {
		switch one.fate() {
		case failed:
			r.Failed = append(r.Failed, one.recipient(st, s.words))
		case delayed:
			r.Delayed = true
		case neither:
		}
	}
	return r
}

// which is the message the report is about: by what came back of it, by the id
// of its envelope, or by what the report answers.
func (s *scan) which(header message.Header, st status) string {
	if s.sent != nil {
		// What came back of a mail says which it was, and no other field does.
		if id := firstID(s.sent.ours, s.sent.id); id != "" || s.sent.id != "" {
			return id
		}
	}
	return firstID(st.envelope, header.Get("In-Reply-To"), header.Get("References"))
}
