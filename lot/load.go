package lot

import (
	"io"
	"slices"
)

// A Load counts by month and person the look-backs people were drawn for. It
// counts what is still sealed too, so it lies under the seal itself: two of them
// compared would name a team.
type Load map[string]map[string]int

// Add counts a team in a month such as 2026-11, and forgets the months before
// the first that still counts.
func (l Load) Add(month, first string, t Team) {
	for m := range l {
		if m < first {
			delete(l, m)
		}
	}
	if l[month] == nil {
		l[month] = map[string]int{}
	}
	for _, id := range append([]string{t.Lead}, t.Others...) {
		l[month][id]++
	}
}

// Recent sums what counts since the first month, by person.
func (l Load) Recent(first string) map[string]int {
	recent := map[string]int{}
	for month, people := range l {
		if month < first {
			continue
		}
		for id, n := range people {
			recent[id] += n
		}
	}
	return recent
}

// loadBlock is what a sealed load's length is a multiple of, so that one draw
// more does not show in it.
const loadBlock = 4096

// SealLoad encrypts a load under the first key.
func (k Keys) SealLoad(chance io.Reader, l Load) ([]byte, error) {
	var w writer
	w.number(len(l))
	for _, month := range sortedKeys(l) {
		w.text(month)
		w.number(len(l[month]))
		for _, id := range sortedKeys(l[month]) {
			w.text(id)
			w.number(l[month][id])
		}
	}
	var whole writer
	whole.raw(w.bytes)
	text := make([]byte, (len(whole.bytes)+loadBlock-1)/loadBlock*loadBlock)
	copy(text, whole.bytes)
	return k.encrypt(chance, loadMagic, text, boundLoad)
}

// boundLoad is what the sealed load is tied to: it is the only one.
func boundLoad(id [keyIDSize]byte) []byte { return append([]byte(loadMagic), id[:]...) }

// OpenLoad decrypts a load. It fails with a *KeyError without its key and with a
// *SealError when it was altered.
func (k Keys) OpenLoad(sealed []byte) (Load, error) {
	text, err := k.decrypt(sealed, loadMagic, boundLoad)
	if err != nil {
		return nil, err
	}
	outer := reader{bytes: text}
	r := reader{bytes: outer.raw()}
	l := Load{}
	for range r.number() {
		month, people := r.text(), map[string]int{}
		for range r.number() {
			id := r.text()
			people[id] = r.number()
			if r.bad {
				return nil, broken()
			}
		}
		l[month] = people
	}
	if outer.bad || !r.done() {
		return nil, broken()
	}
	return l, nil
}

const loadMagic = "DBO1"

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
