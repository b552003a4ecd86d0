package lot

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// A Salt is what a part of a roster's digest is blinded with: 32 bytes of chance.
// It prints as "(sealed)" as a Nonce does.
type Salt [32]byte

// Format prints "(sealed)" under every verb.
func (Salt) Format(f fmt.State, _ rune) { hide(f) }

// MarshalText refuses: a salt is written down under a seal or in a ShownRoster.
func (Salt) MarshalText() ([]byte, error) { return nil, ErrSealed }

// A SaltedRoster is a roster as a draw commits to it. Whoever knows the roster but
// for its loads, as many do, could else find the loads by trying: the few hundred
// teams of a draw before it, which may still be sealed, until the digest comes out.
//
// It has a salt for each of two parts. Who may come, and what keeps others out, can
// be shown at the arrival. The load counts the teams of all draws before, so it is
// shown once all of them lie open.
//
// Without salts it is of version 1, whose digest is that of the roster alone. In
// version 2
//
//	eligibility = HMAC-SHA256(eligibility salt, fields("duban lot roster 2", "eligibility", n, {id, lead, n, {ground, reason}…}…))
//	load        = HMAC-SHA256(load salt, fields("duban lot roster 2", "load", n, {id, recent}…))
//	digest      = SHA-256(fields("duban lot roster 2", eligibility, load))
//
// where n counts what follows, the inspectors are in the order of the bytes of their
// ids, and a truth is the byte 1 or 0.
type SaltedRoster struct {
	Roster      Roster
	Eligibility Salt
	Load        Salt
}

// NewSaltedRoster draws the salts of a roster.
func NewSaltedRoster(chance io.Reader, r Roster) (SaltedRoster, error) {
	s := SaltedRoster{Roster: r}
	for _, salt := range []*Salt{&s.Eligibility, &s.Load} {
		if _, err := io.ReadFull(chance, salt[:]); err != nil {
			return SaltedRoster{}, fmt.Errorf("draw a salt: %w", err)
		}
	}
	return s, nil
}

// Format prints "(sealed)" under every verb.
func (SaltedRoster) Format(f fmt.State, _ rune) { hide(f) }

// MarshalJSON refuses; Shown makes what may be written down.
func (SaltedRoster) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

// Digest is what a plan holds of the roster.
func (s SaltedRoster) Digest() Digest { return s.Shown(true).Digest() }

// Shown is the roster as it may be shown: with the load, or with the digest in its
// place. There is nothing to show of one without salts while its load is hidden.
func (s SaltedRoster) Shown(load bool) ShownRoster {
	salted := s.Eligibility != Salt{}
	switch {
	case !salted && load:
		return ShownRoster{Roster: s.Roster.sorted()}
	case !salted:
		return ShownRoster{}
	}
	eligibility, loaded := Digest(s.Eligibility), Digest(s.Load)
	shown := ShownRoster{Roster: s.Roster.sorted(), EligibilitySalt: &eligibility}
	if load {
		shown.LoadSalt = &loaded
		return shown
	}
	digest := s.Roster.load(loaded)
	shown.LoadDigest = &digest
	for i := range shown.Roster {
		shown.Roster[i].Recent = 0
	}
	return shown
}

// A ShownRoster is a roster as far as it lies open: what a draw is checked with.
type ShownRoster struct {
	Roster Roster `json:"roster" doc:"The inspectors, in the order of their accounts"`
	// EligibilitySalt is nil in version 1.
	EligibilitySalt *Digest `json:"eligibility_salt,omitempty" doc:"Random bits of the roster's first digest, in hexadecimal; none in version 1"`
	// LoadSalt is there when the load is, LoadDigest in its place when it is not, and
	// every Recent is 0 then.
	LoadSalt   *Digest `json:"load_salt,omitempty" doc:"Random bits of the digest of how often each inspector went lately, in hexadecimal; there once those counts are shown"`
	LoadDigest *Digest `json:"load_digest,omitempty" doc:"SHA-256 of the counts of how often each inspector went lately, in hexadecimal"`
}

// Whole reports whether the load is shown.
func (s ShownRoster) Whole() bool { return s.LoadDigest == nil }

// Digest is that of the SaltedRoster it is of. What has a load and a digest in its
// place, or neither, is of none.
func (s ShownRoster) Digest() Digest {
	var load Digest
	switch {
	case s.EligibilitySalt == nil && s.LoadSalt == nil && s.LoadDigest == nil:
		return s.Roster.Digest()
	case s.EligibilitySalt == nil || (s.LoadSalt == nil) == (s.LoadDigest == nil):
		return Digest{}
	case s.LoadSalt != nil:
		load = s.Roster.load(*s.LoadSalt)
	case slices.ContainsFunc(s.Roster, func(i Inspector) bool { return i.Recent != 0 }):
		return Digest{}
	default:
		load = *s.LoadDigest
	}
	eligibility := s.Roster.eligibility(*s.EligibilitySalt)
	var w writer
	w.text(rosterLabel)
	w.raw(eligibility[:])
	w.raw(load[:])
	return sha256.Sum256(w.bytes)
}

const rosterLabel = "duban lot roster 2"

// eligibility blinds who may come and what keeps others out.
func (r Roster) eligibility(salt Digest) Digest {
	var w writer
	w.text(rosterLabel)
	w.text("eligibility")
	w.number(len(r))
	for _, i := range r.sorted() {
		w.text(i.ID)
		w.truth(i.Lead)
		w.recusals(i.Recusals)
	}
	return keyed(salt[:], w.bytes)
}

// load blinds how often each was drawn lately.
func (r Roster) load(salt Digest) Digest {
	var w writer
	w.text(rosterLabel)
	w.text("load")
	w.number(len(r))
	for _, i := range r.sorted() {
		w.text(i.ID)
		w.number(i.Recent)
	}
	return keyed(salt[:], w.bytes)
}

func (w *writer) recusals(list []Recusal) {
	w.number(len(list))
	for _, recusal := range list {
		w.text(string(recusal.Ground))
		w.text(recusal.Reason)
	}
}

// keyed is the HMAC-SHA256 of a text.
func keyed(key, text []byte) Digest {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return Digest(mac.Sum(nil))
}
