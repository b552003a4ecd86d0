package lot

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
)

// rosterMagic begins a sealed roster, and nothing else under the seal.
const rosterMagic = "DBR1"

// SealRoster encrypts a roster under the first key, for the draw of that number of
// that case. How long it is follows from who may come, which is no secret: the loads
// take the same room whatever they are, and are not packed with the rest.
func (k Keys) SealRoster(chance io.Reader, s SaltedRoster, of string, number int) ([]byte, error) {
	if err := s.Roster.check(); err != nil {
		return nil, err
	}
	var w, packed writer
	w.text("duban roster 1")
	w.raw(s.Eligibility[:])
	w.raw(s.Load[:])
	loads := make([]byte, 0, 4*len(s.Roster))
	packed.number(len(s.Roster))
	for _, i := range s.Roster.sorted() {
		loads = binary.BigEndian.AppendUint32(loads, uint32(i.Recent)) //nolint:gosec // check bounds it
		packed.text(i.ID)
		packed.truth(i.Lead)
		packed.recusals(i.Recusals)
	}
	w.raw(loads)
	squeezed, err := squeeze(packed.bytes)
	if err != nil {
		return nil, fmt.Errorf("seal a roster: %w", err)
	}
	w.raw(squeezed)
	return k.encrypt(chance, rosterMagic, w.bytes, func(id [keyIDSize]byte) []byte { return bound(rosterMagic, id, of, number) })
}

// OpenRoster decrypts what was sealed for the draw of that number of that case. The
// key that is missing is a *KeyError, all else a *SealError.
func (k Keys) OpenRoster(sealed []byte, of string, number int) (SaltedRoster, error) {
	text, err := k.decrypt(sealed, rosterMagic, func(id [keyIDSize]byte) []byte { return bound(rosterMagic, id, of, number) })
	if err != nil {
		return SaltedRoster{}, err
	}
	s, ok := saltedRoster(text)
	if !ok {
		return SaltedRoster{}, broken()
	}
	return s, nil
}

// saltedRoster reads what SealRoster encrypts.
func saltedRoster(text []byte) (SaltedRoster, bool) {
	r, s := reader{bytes: text}, SaltedRoster{Roster: Roster{}}
	label := r.text()
	r.array(s.Eligibility[:])
	r.array(s.Load[:])
	loads := r.raw()
	unpacked, err := io.ReadAll(flate.NewReader(bytes.NewReader(r.raw())))
	if err != nil || !r.done() || label != "duban roster 1" {
		return SaltedRoster{}, false
	}
	p := reader{bytes: unpacked}
	if n := p.number(); len(loads) != 4*n {
		return SaltedRoster{}, false
	}
	for ; len(loads) > 0 && !p.bad; loads = loads[4:] {
		i := Inspector{ID: p.text(), Lead: p.truth(), Recent: int(binary.BigEndian.Uint32(loads))}
		for n := p.number(); n > 0 && !p.bad; n-- {
			i.Recusals = append(i.Recusals, Recusal{Ground: Ground(p.text()), Reason: p.text()})
		}
		s.Roster = append(s.Roster, i)
	}
	return s, p.done() && s.Roster.check() == nil
}

func squeeze(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
