package lot

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"duban/calendar"
)

// The bounds of what is written into a commitment or under a seal. They keep a
// plan within the fixed size of a sealed one.
const (
	// MaxID is the longest identifier of a case, person or unit, in bytes.
	MaxID = 128
	// MaxTeam is the largest team.
	MaxTeam = 12
	// MaxReason is the longest reason of a recusal or an exclusion, in bytes.
	MaxReason = 4000
	// MaxRoster is the longest roster.
	MaxRoster = 20_000
)

// A writer writes fields so that no two lists of fields give the same bytes:
// each after its length in four bytes, big-endian. JSON would not do, which has
// several ways to write the same text.
type writer struct {
	bytes []byte
}

func (w *writer) raw(b []byte) {
	// Every field is bounded far below 4 GB before it is written.
	w.bytes = binary.BigEndian.AppendUint32(w.bytes, uint32(len(b))) //nolint:gosec // see above
	w.bytes = append(w.bytes, b...)
}

func (w *writer) text(s string) { w.raw([]byte(s)) }

// number writes a negative one as its complement, so that it differs from all
// others although none is allowed.
func (w *writer) number(n int) {
	w.raw(binary.BigEndian.AppendUint64(nil, uint64(int64(n)))) //nolint:gosec // see above
}

func (w *writer) date(d calendar.Date) { w.text(d.String()) }

// truth writes a yes or no.
func (w *writer) truth(b bool) {
	if b {
		w.raw([]byte{1})
		return
	}
	w.raw([]byte{0})
}

// A reader reads what a writer wrote. After the first fault it reads nothing
// but nothing, and ok is false.
type reader struct {
	bytes []byte
	bad   bool
}

func (r *reader) raw() []byte {
	if r.bad || len(r.bytes) < 4 {
		r.bad = true
		return nil
	}
	n, rest := int64(binary.BigEndian.Uint32(r.bytes)), r.bytes[4:]
	if n > int64(len(rest)) {
		r.bad = true
		return nil
	}
	r.bytes = rest[n:]
	return rest[:n]
}

func (r *reader) text() string { return string(r.raw()) }

func (r *reader) number() int {
	b := r.raw()
	if len(b) != 8 {
		r.bad = true
		return 0
	}
	n := binary.BigEndian.Uint64(b)
	if n > math.MaxInt32 {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *reader) truth() bool {
	b := r.raw()
	if len(b) != 1 || b[0] > 1 {
		r.bad = true
		return false
	}
	return b[0] == 1
}

func (r *reader) date() calendar.Date {
	d, err := calendar.ParseDate(r.text())
	if err != nil {
		r.bad = true
	}
	return d
}

// array reads a field of exactly the length of into.
func (r *reader) array(into []byte) {
	b := r.raw()
	if len(b) != len(into) {
		r.bad = true
		return
	}
	copy(into, b)
}

func (r *reader) done() bool { return !r.bad && len(r.bytes) == 0 }

// checkID refuses what cannot be an identifier.
func checkID(field, id string) error {
	if id == "" || len(id) > MaxID || !utf8.ValidString(id) {
		return invalid(field, "编号不能为空，且不得超过128字节。", "an identifier is empty, longer than 128 bytes or not text")
	}
	return nil
}

// checkReason refuses an empty or endless reason.
func checkReason(field, reason string) error {
	if reason == "" || len(reason) > MaxReason || !utf8.ValidString(reason) {
		return invalid(field, "须写明理由，且不得超过4000字节。", "a reason is missing, longer than 4000 bytes or not text")
	}
	return nil
}
