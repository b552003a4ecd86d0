package lot

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// SealedSize is the length of every sealed plan, whatever it holds: what is
// always the same tells nothing.
const SealedSize = headerSize + planSize + tagSize

const (
	sealMagic  = "DBL1"
	keyIDSize  = 8
	nonceSize  = 12
	tagSize    = 16
	headerSize = HeaderSize + nonceSize
	// planSize holds the largest plan there may be; the rest is zeros.
	planSize = 2304
)

// A Key seals plans. It lives outside the database, in a file only the program
// may read or wherever a command fetches it from; reading it is the caller's.
type Key struct {
	raw [32]byte
}

// NewKey draws a key.
func NewKey(chance io.Reader) (Key, error) {
	var k Key
	if _, err := io.ReadFull(chance, k.raw[:]); err != nil {
		return Key{}, fmt.Errorf("draw a key: %w", err)
	}
	return k, nil
}

// ParseKey reads the 64 lower-case hexadecimal digits of a key file, with or
// without white space around them. Its errors quote nothing of them.
func ParseKey(text []byte) (Key, error) {
	var k Key
	if err := readHex(k.raw[:], bytes.TrimSpace(text)); err != nil {
		return Key{}, &KeyError{Fault: KeyMalformed, zh: "封存密钥应为64位小写十六进制数。", en: "a sealing key is 64 lower-case hexadecimal digits"}
	}
	if k == (Key{}) {
		return Key{}, &KeyError{Fault: KeyMalformed, zh: "封存密钥不得全为零。", en: "a sealing key of zeros is none"}
	}
	return k, nil
}

// Reveal returns the digits ParseKey reads, for the one place that writes a key
// file.
func (k Key) Reveal() []byte { return hexText(k.raw[:]) }

// ID names the key without telling anything of it: the first eight bytes of
// SHA-256(fields("duban sealing key 1", key)), in hexadecimal.
func (k Key) ID() string {
	id := k.id()
	return string(hexText(id[:]))
}

func (k Key) id() [keyIDSize]byte {
	var w writer
	w.text("duban sealing key 1")
	w.raw(k.raw[:])
	sum := sha256.Sum256(w.bytes)
	return [keyIDSize]byte(sum[:keyIDSize])
}

// Format prints "(sealed)" under every verb.
func (Key) Format(f fmt.State, _ rune) { hide(f) }

// MarshalText refuses.
func (Key) MarshalText() ([]byte, error) { return nil, ErrSealed }

// A KeyFault is what is wrong with the keys.
type KeyFault string

// The faults.
const (
	KeyMissing   KeyFault = "missing"   // there is no key at all
	KeyWrong     KeyFault = "wrong"     // there are keys, but not the one it was sealed under
	KeyMalformed KeyFault = "malformed" // what was handed in is no key
)

// A KeyError says that the keys cannot do what was asked. The case goes on: a
// leader is told, and a witnessed redraw is the way out.
type KeyError struct {
	Fault KeyFault
	// ID is the key that is needed, where it is known.
	ID string
	zh string
	en string
}

// Error returns the English sentence.
func (e *KeyError) Error() string { return e.en }

// ZH returns the Chinese sentence.
func (e *KeyError) ZH() string { return e.zh }

// A SealError says that a sealed plan is not what was sealed for this case and
// draw: altered, cut short, or another's put in its place.
type SealError struct {
	zh string
	en string
}

// Error returns the English sentence.
func (e *SealError) Error() string { return e.en }

// ZH returns the Chinese sentence.
func (e *SealError) ZH() string { return e.zh }

// CanSeal fails with a *KeyError when there is no key to seal with.
func (k Keys) CanSeal() error {
	if len(k) == 0 || k[0] == (Key{}) {
		return &KeyError{Fault: KeyMissing, zh: "没有封存密钥，无法封存回头看方案。", en: "there is no key to seal the plan with"}
	}
	return nil
}

func broken() *SealError {
	return &SealError{
		zh: "封存的回头看方案已损坏、被改动，或不属于本案本次抽签，请领导决定是否在见证下重新抽签。",
		en: "the sealed plan is damaged, altered or another draw's",
	}
}

// PlanGone says that a plan whose key is at hand does not lie where it was put.
func PlanGone() *SealError {
	return &SealError{
		zh: "封存的回头看方案不在封存之处，可能已被删除或者改动，请领导决定是否在见证下重新抽签。",
		en: "the sealed plan is not where it was put: it was taken away or altered",
	}
}

// Keys are the keys at hand, the newest first. The first seals; all open. To
// change keys, put the new one first, open and seal again what is still
// sealed, then leave out the old one.
type Keys []Key

// Seal encrypts the plan under the first key with AES-256-GCM. The case, the
// draw number and the header are bound to it, so it opens in its own place and
// nowhere else. The result is SealedSize bytes, and no two are alike.
//
// The twelve bytes of chance in each allow some four thousand million plans
// under a key before two might share them.
func (k Keys) Seal(chance io.Reader, p Plan) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	text, err := p.padded()
	if err != nil {
		return nil, err
	}
	return k.encrypt(chance, sealMagic, text, func(id [keyIDSize]byte) []byte { return bound(sealMagic, id, p.Case, p.Number) })
}

// encrypt puts a text under the first key: after what it is, the key's id and twelve
// bytes of chance. What it is bound to is a matter of what it is.
func (k Keys) encrypt(chance io.Reader, magic string, text []byte, bound func(id [keyIDSize]byte) []byte) ([]byte, error) {
	if err := k.CanSeal(); err != nil {
		return nil, err
	}
	id := k[0].id()
	sealed := make([]byte, 0, headerSize+len(text)+tagSize)
	sealed = append(sealed, magic...)
	sealed = append(sealed, id[:]...)
	sealed = sealed[:headerSize]
	if _, err := io.ReadFull(chance, sealed[headerSize-nonceSize:]); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	gcm, err := k[0].gcm()
	if err != nil {
		return nil, err
	}
	return gcm.Seal(sealed, sealed[headerSize-nonceSize:], text, bound(id)), nil
}

// decrypt is what encrypt put under a key. The key that is missing or wrong is a
// *KeyError, all else a *SealError.
func (k Keys) decrypt(sealed []byte, magic string, bound func(id [keyIDSize]byte) []byte) ([]byte, error) {
	if len(sealed) < headerSize || string(sealed[:len(magic)]) != magic {
		return nil, broken()
	}
	id := [keyIDSize]byte(sealed[len(magic):])
	key, err := k.find(id)
	if err != nil {
		return nil, err
	}
	gcm, err := key.gcm()
	if err != nil {
		return nil, err
	}
	text, err := gcm.Open(nil, sealed[headerSize-nonceSize:headerSize], sealed[headerSize:], bound(id))
	if err != nil {
		return nil, broken()
	}
	return text, nil
}

// Open decrypts what was sealed for the draw of that number of that case. The
// key that is missing or wrong is a *KeyError, all else a *SealError.
func (k Keys) Open(sealed []byte, of string, number int) (Plan, error) {
	if len(sealed) != SealedSize {
		return Plan{}, broken()
	}
	text, err := k.decrypt(sealed, sealMagic, func(id [keyIDSize]byte) []byte { return bound(sealMagic, id, of, number) })
	if err != nil {
		return Plan{}, err
	}
	p, ok := unpadded(text)
	if !ok || p.Case != of || p.Number != number {
		return Plan{}, broken()
	}
	return p, nil
}

// SealedUnder returns the id of the key a plan, a roster or a load was sealed under,
// for whoever looks for what an old key still holds. It takes no more than the
// beginning, HeaderSize bytes.
func SealedUnder(sealed []byte) (id string, ok bool) {
	if len(sealed) < HeaderSize || !slices.Contains([]string{sealMagic, rosterMagic, loadMagic}, string(sealed[:len(sealMagic)])) {
		return "", false
	}
	return string(hexText(sealed[len(sealMagic):HeaderSize])), true
}

// HeaderSize is how much of what is sealed says what it is and under which key.
const HeaderSize = len(sealMagic) + keyIDSize

// RosterHeaders are what rosters begin with that are sealed under each of the keys.
func (k Keys) RosterHeaders() [][]byte {
	headers := make([][]byte, len(k))
	for i, key := range k {
		id := key.id()
		headers[i] = append([]byte(rosterMagic), id[:]...)
	}
	return headers
}

// Has reports whether the key of this id is at hand.
func (k Keys) Has(id string) bool {
	for _, key := range k {
		if key != (Key{}) && key.ID() == id {
			return true
		}
	}
	return false
}

// Lacks says that the key of this id is not at hand.
func (k Keys) Lacks(id string) *KeyError {
	if len(k) == 0 {
		return &KeyError{
			Fault: KeyMissing, ID: id,
			zh: "没有封存密钥（需要密钥" + id + "），无法启封。请领导决定是否在见证下重新抽签。",
			en: "there is no key; key " + id + " is needed",
		}
	}
	return &KeyError{
		Fault: KeyWrong, ID: id,
		zh: "现有密钥均不能启封（需要密钥" + id + "）。请领导决定是否在见证下重新抽签。",
		en: "none of the keys opens it; key " + id + " is needed",
	}
}

func (k Keys) find(id [keyIDSize]byte) (Key, error) {
	for _, key := range k {
		if key != (Key{}) && key.id() == id {
			return key, nil
		}
	}
	return Key{}, k.Lacks(string(hexText(id[:])))
}

func (k Key) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.raw[:])
	if err != nil {
		return nil, fmt.Errorf("use key %s: %w", k.ID(), err)
	}
	return cipher.NewGCM(block)
}

// bound is what a sealed plan or roster is tied to.
func bound(magic string, id [keyIDSize]byte, of string, number int) []byte {
	var w writer
	w.text(magic)
	w.raw(id[:])
	w.text(of)
	w.number(number)
	return w.bytes
}

// padded writes the plan as one field and fills it up with zeros.
func (p Plan) padded() ([]byte, error) {
	var w writer
	w.text("duban plan 1")
	w.text(p.Case)
	w.number(p.Number)
	w.date(p.Window.Opens)
	w.date(p.Window.Closes)
	w.date(p.Date)
	w.team(p.Team)
	w.raw(p.Roster[:])
	w.raw(p.Nonce[:])
	var whole writer
	whole.raw(w.bytes)
	if len(whole.bytes) > planSize {
		return nil, invalid("plan", "方案过大，无法封存。", "the plan is too large to be sealed")
	}
	return append(whole.bytes, make([]byte, planSize-len(whole.bytes))...), nil
}

// unpadded reads what padded wrote, and nothing that differs from it in a bit.
func unpadded(text []byte) (Plan, bool) {
	outer := reader{bytes: text}
	r := reader{bytes: outer.raw()}
	label := r.text()
	p := Plan{Case: r.text(), Number: r.number()}
	p.Window.Opens, p.Window.Closes, p.Date = r.date(), r.date(), r.date()
	p.Team.Lead = r.text()
	n := r.number()
	if n > MaxTeam {
		return Plan{}, false
	}
	for range n {
		p.Team.Others = append(p.Team.Others, r.text())
	}
	r.array(p.Roster[:])
	r.array(p.Nonce[:])
	if outer.bad || !r.done() || label != "duban plan 1" || p.check() != nil {
		return Plan{}, false
	}
	again, err := p.padded()
	return p, err == nil && bytes.Equal(again, text)
}
