package lot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
)

// A Seed is where a replayable draw starts. It is public once the lot is drawn.
type Seed [32]byte

// NewSeed draws a seed.
func NewSeed(chance io.Reader) (Seed, error) {
	var s Seed
	if _, err := io.ReadFull(chance, s[:]); err != nil {
		return Seed{}, fmt.Errorf("draw a seed: %w", err)
	}
	return s, nil
}

// MarshalText writes 64 hexadecimal digits.
func (s Seed) MarshalText() ([]byte, error) { return hexText(s[:]), nil }

// UnmarshalText reads what MarshalText writes, and nothing else.
func (s *Seed) UnmarshalText(text []byte) error { return readHex(s[:], text) }

// A Stream is chance that can be had again: the same seed and label give the
// same bytes on every machine. Block i, counted from 0, is
//
//	HMAC-SHA256(seed, fields("duban lot stream 1", label…) ‖ i as eight bytes, big-endian)
//
// where fields writes each text after its length in four bytes, big-endian.
type Stream struct {
	seed  Seed
	label []byte
	next  uint64
	rest  []byte
}

// NewStream returns the stream of a seed under a label. Streams of different
// labels have nothing to do with each other.
func NewStream(seed Seed, label ...string) *Stream {
	var w writer
	w.text("duban lot stream 1")
	for _, l := range label {
		w.text(l)
	}
	return &Stream{seed: seed, label: w.bytes}
}

// Read fills p; it never fails.
func (s *Stream) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.rest) == 0 {
			mac := hmac.New(sha256.New, s.seed[:])
			mac.Write(s.label)
			mac.Write(binary.BigEndian.AppendUint64(nil, s.next))
			s.next++
			s.rest = mac.Sum(nil)
		}
		copied := copy(p[n:], s.rest)
		s.rest = s.rest[copied:]
		n += copied
	}
	return len(p), nil
}

func hexText(raw []byte) []byte { return hex.AppendEncode(nil, raw) }

// readHex reads lower-case hexadecimal digits of exactly the length of into.
func readHex(into, text []byte) error {
	if len(text) != hex.EncodedLen(len(into)) {
		return fmt.Errorf("%d hexadecimal digits are needed, not %d", hex.EncodedLen(len(into)), len(text))
	}
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("only the digits 0 to 9 and a to f are read")
		}
	}
	_, err := hex.Decode(into, text)
	return err
}
