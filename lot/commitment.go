package lot

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"duban/calendar"
)

// Version is that of the commitments Commit makes. How a version is computed
// never changes; another way is another version.
const Version = 1

// A Part is something a commitment commits to.
type Part string

// The parts, and what can be wrong besides.
const (
	PartNonce  Part = "nonce"
	PartCase   Part = "case"
	PartNumber Part = "number"
	PartWindow Part = "window"
	PartDate   Part = "date"
	PartTeam   Part = "team"
	PartRoster Part = "roster"
	// PartCommitment is the commitment itself.
	PartCommitment Part = "commitment"
)

// A Commitment fixes a plan without telling anything of it. It is appended to
// the record at the draw and may be read by anyone.
//
// It hides the date only because of the nonce. A window has some 40 working
// days, and case, window, number and the roster are known to many: a hash of
// the date without 32 secret bytes in it would be looked up in a table of 40
// rows, and one of the team in a table of a few hundred. With them, every part
// is a pseudo-random function's value under a key that nobody else has, and
// that of one day looks like that of any other. So the nonce is drawn anew for
// each draw, and kept as secret as the date until the arrival.
//
// Hash covers the parts, and each part covers one thing, so that a reveal that
// does not match can be told what of it does not. In version 1
//
//	nonce = SHA-256(fields("duban look-back 1", "nonce", nonce))
//	part  = HMAC-SHA256(nonce, fields("duban look-back 1", name, value…))
//	hash  = SHA-256(fields("duban look-back 1", "hash", nonce, case, number, window, date, team, roster))
//
// where fields writes each field after its length in four bytes, big-endian;
// numbers are eight bytes, big-endian; dates are 2026-03-02; the window is two
// dates; the team is its lead, the number of the others, and the others in the
// order of their bytes.
type Commitment struct {
	Version int    `json:"version" doc:"Version of how it is made, which docs/draw.md sets out."`
	Hash    Digest `json:"hash" doc:"SHA-256 over the parts, in hexadecimal: what was told beforehand"`
	Parts   Parts  `json:"parts" doc:"The sealed values, each as a hash"`
}

// Parts are the commitments to each thing by itself.
type Parts struct {
	Nonce  Digest `json:"nonce" doc:"Hash of the random bits"`
	Case   Digest `json:"case" doc:"Hash of the case's id"`
	Number Digest `json:"number" doc:"Hash of the draw's number"`
	Window Digest `json:"window" doc:"Hash of the window"`
	Date   Digest `json:"date" doc:"Hash of the day"`
	Team   Digest `json:"team" doc:"Hash of the team"`
	Roster Digest `json:"roster" doc:"Hash of the roster"`
}

const commitmentLabel = "duban look-back 1"

// Commit returns the commitment to a plan. The order of the team's others does
// not matter.
func Commit(p Plan) (Commitment, error) {
	if err := p.check(); err != nil {
		return Commitment{}, err
	}
	parts := p.parts()
	return Commitment{Version: Version, Hash: parts.hash(), Parts: parts}, nil
}

func (p Plan) parts() Parts {
	part := func(name Part, value func(*writer)) Digest {
		var w writer
		w.text(commitmentLabel)
		w.text(string(name))
		value(&w)
		return keyed(p.Nonce[:], w.bytes)
	}
	var w writer
	w.text(commitmentLabel)
	w.text(string(PartNonce))
	w.raw(p.Nonce[:])
	return Parts{
		Nonce:  sha256.Sum256(w.bytes),
		Case:   part(PartCase, func(w *writer) { w.text(p.Case) }),
		Number: part(PartNumber, func(w *writer) { w.number(p.Number) }),
		Window: part(PartWindow, func(w *writer) { w.date(p.Window.Opens); w.date(p.Window.Closes) }),
		Date:   part(PartDate, func(w *writer) { w.date(p.Date) }),
		Team:   part(PartTeam, func(w *writer) { w.team(p.Team) }),
		Roster: part(PartRoster, func(w *writer) { w.raw(p.Roster[:]) }),
	}
}

func (w *writer) team(t Team) {
	t = t.canonical()
	w.text(t.Lead)
	w.number(len(t.Others))
	for _, id := range t.Others {
		w.text(id)
	}
}

func (p Parts) hash() Digest {
	var w writer
	w.text(commitmentLabel)
	w.text("hash")
	for _, part := range p.list() {
		w.raw(part[:])
	}
	return sha256.Sum256(w.bytes)
}

// A Mismatch is one thing of a reveal that is not what was committed to.
type Mismatch struct {
	Part Part   `json:"part" doc:"Which value does not agree"`
	ZH   string `json:"zh" doc:"What does not agree, in Chinese"`
	EN   string `json:"en" doc:"What does not agree, in English"`
}

// A MismatchError says that a reveal is not what was committed to.
type MismatchError struct {
	Mismatches []Mismatch
}

// Error returns the English sentences.
func (e *MismatchError) Error() string {
	said := make([]string, len(e.Mismatches))
	for i, m := range e.Mismatches {
		said[i] = m.EN
	}
	return strings.Join(said, "; ")
}

// ZH returns the Chinese sentences.
func (e *MismatchError) ZH() string {
	said := make([]string, len(e.Mismatches))
	for i, m := range e.Mismatches {
		said[i] = m.ZH
	}
	return strings.Join(said, "")
}

// A Kept is what the record holds beside a commitment: what a reveal has to
// agree with.
type Kept struct {
	Case   string
	Number int
	// Roster is the roster of the draw as far as it lies open, nil when it is not at
	// hand.
	Roster *ShownRoster
}

// Verify recomputes a commitment from a reveal and returns nil when everything
// is as it was committed to, and a *MismatchError naming all that is not. It
// needs nothing but its arguments, so anyone can do it anywhere.
//
// Beside the parts it looks at what cannot be: a commitment of another case or
// draw than the record keeps it under, a date outside the window, and, where
// the roster is at hand, one that is not the committed one, and an inspector
// who is not on it, is recused or leads without the role.
//
// When the nonce is not the committed one nothing else can be judged, and only
// the nonce is named.
func Verify(c Commitment, r Reveal, kept Kept) error {
	var found []Mismatch
	say := func(part Part, zh, en string) {
		for _, m := range found {
			if m.Part == part {
				return
			}
		}
		found = append(found, Mismatch{Part: part, ZH: zh, EN: en})
	}
	if c.Version != Version {
		say(PartCommitment, fmt.Sprintf("密封校验码版本%d无法识别。", c.Version),
			fmt.Sprintf("version %d of the commitment is unknown", c.Version))
		return &MismatchError{Mismatches: found}
	}
	if c.Parts.hash() != c.Hash {
		say(PartCommitment, "密封校验码与其各分项不符，校验码记录已被改动。", "the commitment's hash does not match its parts: the record of it was altered")
	}
	p := r.plan()
	is, was := p.parts(), c.Parts
	if is.Nonce != was.Nonce {
		say(PartNonce, "随机数与密封校验码不符，其余各项无从核对。", "the nonce is not the committed one, so nothing else can be judged")
		return &MismatchError{Mismatches: found}
	}
	if is.Case != was.Case || r.Case != kept.Case {
		say(PartCase, "事项与密封校验码不符。", "the case is not the committed one")
	}
	if is.Number != was.Number || r.Number != kept.Number {
		say(PartNumber, "抽签次序与密封校验码不符。", "the draw number is not the committed one")
	}
	if is.Window != was.Window {
		say(PartWindow, "回头看时段与密封校验码不符。", "the window is not the committed one")
	}
	if is.Date != was.Date {
		say(PartDate, "日期与密封校验码不符。", "the date is not the committed one")
	}
	if is.Team != was.Team {
		say(PartTeam, "检查组与密封校验码不符。", "the team is not the committed one")
	}
	rosterIs := is.Roster == was.Roster && (kept.Roster == nil || kept.Roster.Digest() == r.Roster)
	if !rosterIs {
		say(PartRoster, "名册与密封校验码不符。", "the roster is not the committed one")
	}
	if !r.Window.Contains(r.Date) {
		say(PartDate, "日期不在回头看时段之内。", "the date lies outside the window")
	}
	if rosterIs && kept.Roster != nil && !kept.Roster.Roster.allows(r.Team) {
		say(PartTeam, "检查组有成员不在名册、应当回避或不能担任组长。", "somebody of the team is not on the roster, is recused or may not lead")
	}
	if len(found) == 0 {
		if err := p.check(); err != nil {
			say(PartCommitment, "所密封的内容本身不成立。", "what was committed to cannot have been drawn: "+err.Error())
		}
	}
	if len(found) > 0 {
		return &MismatchError{Mismatches: found}
	}
	return nil
}

// allows reports whether the team can have been drawn from the roster.
func (r Roster) allows(t Team) bool {
	left := make(map[string]Inspector, len(r))
	for _, i := range r {
		if i.Eligible() {
			left[i.ID] = i
		}
	}
	for _, id := range t.Others {
		if _, ok := left[id]; !ok {
			return false
		}
	}
	return left[t.Lead].Lead
}

// Arrival is what was recorded on the spot.
type Arrival struct {
	Date calendar.Date
	Team Team
}

// Compare says how an arrival differs from the plan it belongs to, nil when it
// does not. A difference is no fault: a leader's reason covers another day, and
// not everybody need be on the spot. Whether it is covered, the rules decide.
func (r Reveal) Compare(a Arrival) []Mismatch {
	var found []Mismatch
	if a.Date != r.Date {
		found = append(found, Mismatch{
			Part: PartDate,
			ZH:   fmt.Sprintf("到场日期%s，抽定日期%s。", a.Date, r.Date),
			EN:   fmt.Sprintf("arrived on %s, drawn for %s", a.Date, r.Date),
		})
	}
	if !a.Team.same(r.Team) {
		found = append(found, Mismatch{Part: PartTeam, ZH: "到场人员与抽定的检查组不同。", EN: "who arrived is not the team that was drawn"})
	}
	return found
}

func (t Team) same(other Team) bool {
	var a, b writer
	a.team(t)
	b.team(other)
	return string(a.bytes) == string(b.bytes)
}
