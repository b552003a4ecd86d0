package lot

import "io"

// Below lets the tests see that every number is as likely as any other.
func Below(chance io.Reader, n uint64) (uint64, error) { return below(chance, n) }

// Padded and Unpadded let the tests see what is encrypted.
func Padded(p Plan) ([]byte, error) { return p.padded() }

// Unpadded reads what Padded wrote.
func Unpadded(text []byte) (Plan, bool) { return unpadded(text) }

// Forged is a commitment to what Commit refuses.
func Forged(p Plan) Commitment {
	parts := p.parts()
	return Commitment{Version: Version, Hash: parts.hash(), Parts: parts}
}
