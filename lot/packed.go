package lot

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// Packed returns the commitment in the short form the record keeps: the version,
// a point, and the parts in their order in base64url. The hash follows from the
// parts.
func (c Commitment) Packed() string {
	var b bytes.Buffer
	for _, part := range c.Parts.list() {
		b.Write(part[:])
	}
	return "1." + base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// Unpack reads what Packed writes. It fails with a *MismatchError on anything
// else: the record of the commitment was altered then.
func Unpack(text string) (Commitment, error) {
	altered := &MismatchError{Mismatches: []Mismatch{{
		Part: PartCommitment, ZH: "密封校验码无法识别，校验码记录已被改动。", EN: "the commitment cannot be read: the record of it was altered",
	}}}
	rest, ok := strings.CutPrefix(text, "1.")
	if !ok {
		return Commitment{}, altered
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(raw) != 7*32 {
		return Commitment{}, altered
	}
	c := Commitment{Version: Version}
	p := &c.Parts
	for i, part := range []*Digest{&p.Nonce, &p.Case, &p.Number, &p.Window, &p.Date, &p.Team, &p.Roster} {
		copy(part[:], raw[32*i:])
	}
	c.Hash = c.Parts.hash()
	return c, nil
}

func (p Parts) list() []Digest {
	return []Digest{p.Nonce, p.Case, p.Number, p.Window, p.Date, p.Team, p.Roster}
}
