package evidence

import (
	"bytes"
	"slices"
)

// A PDF is read as the most lenient reader would: every object that stands in
// it, whether its cross-reference table names it or not, in streams of objects
// too. A reader that finds the table broken makes its own by looking for
// objects, so that what no table names may run as well; and of an object that
// was replaced an older reader may show the older form.

// headerOfPDF is where a PDF begins; -1 when it is none. Readers look for it in
// the first 1,024 bytes, since mail and web systems put marks and lines there.
func headerOfPDF(head []byte) int {
	const within = 1024
	return bytes.Index(head[:min(len(head), within+len("%PDF-"))], []byte("%PDF-"))
}

const (
	// maxObjects is more than any paper's: a scan of a thousand pages has some
	// thousands.
	maxObjects = 1_000_000
	// maxStreams is what streams of objects may unpack to together.
	maxStreams = 128 << 20
)

// A place is where an object stands.
type place struct {
	number, source, at int32
}

// A pdfFile is a PDF that is being judged.
type pdfFile struct {
	b *budget
	// sources are the file, and what its streams of objects unpacked to.
	sources [][]byte
	places  []place
	// packs are the places of streams that hold objects.
	packs    []place
	unpacked int
}

func judgePDF(b *budget, content []byte) ([]string, error) {
	at := headerOfPDF(content)
	preamble, _, _ := bytes.Cut(bytes.ToLower(content[:min(len(content), headLength)]), []byte("obj"))
	if at < 0 || carrier(content) || slices.ContainsFunc(pageMarks(), func(mark string) bool { return bytes.Contains(preamble, []byte(mark)) }) ||
		isZip(bytes.NewReader(content), int64(len(content))) {
		return nil, refusedDisguise()
	}
	f := &pdfFile{b: b, sources: [][]byte{content}}
	if err := f.scan(); err != nil {
		return nil, err
	}
	if len(f.places) == 0 {
		return nil, refusedBroken()
	}
	slices.SortStableFunc(f.places, func(a, b place) int { return int(a.number) - int(b.number) })
	if err := f.unpack(); err != nil {
		return nil, err
	}
	return []string{mediaPDF}, f.judge()
}

// scan finds every object of the file, and every dictionary outside one: a
// trailer, and what a reader may take for part of the object before.
func (f *pdfFile) scan() error {
	data, outside := f.sources[0], 0
	for i := 0; i+3 <= len(data); i++ {
		var end int
		var err error
		switch {
		case data[i] == 'o' && data[i+1] == 'b' && data[i+2] == 'j' && (i == 0 || data[i-1] != 'd'):
			end, err = f.note(i+3, numberBefore(data[:i]))
		case data[i] == '<' && data[i+1] == '<' && i >= outside:
			end, err = f.note(i, -1)
		default:
			continue
		}
		if err != nil {
			return err
		}
		outside = max(outside, end)
	}
	return nil
}

// note keeps the place of an object of the file and says where it ends.
func (f *pdfFile) note(at int, number int32) (int, error) {
	value, end, err := f.parse(0, at)
	if err != nil {
		return 0, err
	}
	here := place{number, 0, int32(at)} //nolint:gosec // a file is smaller than 2 GiB
	if err := f.add(here); err != nil {
		return 0, err
	}
	d, is := value.(pdfDict)
	if is && d.has("Encrypt") && (number < 0 || d.has("Root") || d.has("W")) { // a trailer, or a table
		return 0, refusedEncrypted()
	}
	start, follows := streamStart(f.sources[0], end)
	if !is || !follows {
		return end, nil
	}
	if d.has("First") && d.has("N") { // readers go by these, whatever its type says
		f.packs = append(f.packs, here)
	}
	content, err := f.raw(d, start)
	return start + len(content), err
}

func (f *pdfFile) add(p place) error {
	if len(f.places) >= maxObjects {
		return refusedComplex()
	}
	f.places = append(f.places, p)
	return nil
}

// numberBefore is the number of the object whose keyword follows; -1 when there
// is none.
func numberBefore(data []byte) int32 {
	at := len(data)
	back := func(is func(byte) bool) string {
		end := at
		for at > 0 && end-at < 20 && is(data[at-1]) {
			at--
		}
		return string(data[at:end])
	}
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	back(isSpace)
	if back(digit) == "" {
		return -1
	}
	back(isSpace)
	var number int32
	for _, c := range back(digit) {
		if number > 1<<26 {
			return -1
		}
		number = number*10 + c - '0'
	}
	return number
}

// parse reads the object at a place, and says where it ends.
func (f *pdfFile) parse(source, at int) (any, int, error) {
	l := lexer{data: f.sources[source], at: at}
	value := l.value(0)
	if err := f.b.spend(l.at - at); err != nil {
		return nil, 0, err
	}
	if l.deep {
		return nil, 0, refusedComplex()
	}
	return value, l.at, nil
}

// resolve lists what a value may stand for: itself, or every object that has the
// number it names.
func (f *pdfFile) resolve(value any) ([]any, error) {
	ref, is := value.(pdfRef)
	if !is {
		return []any{value}, nil
	}
	var all []any
	for _, p := range f.at(int32(ref)) { //nolint:gosec // the lexer bounds it
		v, _, err := f.parse(int(p.source), int(p.at))
		if err != nil {
			return nil, err
		}
		if _, is := v.(pdfRef); !is {
			all = append(all, v)
		}
	}
	return all, nil
}

// at lists the places of a number's objects.
func (f *pdfFile) at(number int32) []place {
	from, found := slices.BinarySearchFunc(f.places, number, func(p place, n int32) int { return int(p.number) - int(n) })
	if !found {
		return nil
	}
	to := from
	for to < len(f.places) && f.places[to].number == number {
		to++
	}
	return f.places[from:to]
}
