package evidence

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
)

// streamStart is where the content of a stream begins whose dictionary ends at a
// place; false when no stream follows.
func streamStart(data []byte, end int) (int, bool) {
	l := lexer{data: data, at: end}
	l.skip()
	if !bytes.HasPrefix(data[l.at:], []byte("stream")) {
		return 0, false
	}
	at := l.at + len("stream")
	switch rest := data[at:]; {
	case bytes.HasPrefix(rest, []byte("\r\n")):
		at += 2
	case bytes.HasPrefix(rest, []byte("\n")), bytes.HasPrefix(rest, []byte("\r")):
		at++
	}
	return at, true
}

// raw is the content of a stream as it lies in the file: to the end that its
// length says or to its last word, whichever is later.
func (f *pdfFile) raw(d pdfDict, start int) ([]byte, error) {
	data := f.sources[0][start:]
	end := bytes.Index(data, []byte("endstream"))
	if end < 0 {
		if end = bytes.Index(data, []byte("endobj")); end < 0 {
			end = len(data)
		}
	}
	const cheaply = 16 // looking for a word is that much faster than reading
	if err := f.b.spend(end / cheaply); err != nil {
		return nil, err
	}
	for _, length := range d.get("Length") {
		n, is := length.(pdfNumber)
		if !is || n < 0 || int(n) > len(data) {
			continue
		}
		if last := bytes.TrimLeft(data[n:min(len(data), int(n)+len("\r\nendstream"))], "\r\n"); bytes.HasPrefix(last, []byte("endstream")) {
			return data[:n], nil // as it should be
		}
		end = max(end, int(n))
	}
	return data[:end], nil
}

// unpack reads the objects that lie in streams of objects.
func (f *pdfFile) unpack() error {
	for _, p := range f.packs {
		value, end, err := f.parse(0, int(p.at))
		if err != nil {
			return err
		}
		d, _ := value.(pdfDict)
		start, _ := streamStart(f.sources[0], end)
		content, err := f.decoded(d, start)
		if err != nil {
			return err
		}
		if err := f.packed(d, content); err != nil {
			return err
		}
	}
	slices.SortStableFunc(f.places, func(a, b place) int { return int(a.number) - int(b.number) })
	return nil
}

// packed notes the objects of a stream: where its head says that they are, and
// one behind the other.
func (f *pdfFile) packed(d pdfDict, content []byte) error {
	source := int32(len(f.sources)) //nolint:gosec // there are fewer than places
	f.sources = append(f.sources, content)
	firsts, err := f.numbers(d.get("First"))
	if err != nil {
		return err
	}
	for _, first := range firsts {
		if first < 0 || first > len(content) {
			continue
		}
		head := lexer{data: content[:first]}
		for {
			number, is := head.value(0).(pdfNumber)
			if !is {
				break
			}
			offset, is := head.value(0).(pdfNumber)
			if !is {
				break
			}
			if at := first + int(offset); at >= 0 && at < len(content) && number >= 0 && number < 1<<30 {
				if err := f.add(place{int32(number), source, int32(at)}); err != nil { //nolint:gosec // bounded above
					return err
				}
			}
		}
	}
	l := lexer{data: content}
	for {
		l.skip()
		at := l.at
		if v := l.value(0); v == closing("") {
			break
		}
		if err := f.b.spend(l.at - at); err != nil {
			return err
		}
		if err := f.add(place{-1, source, int32(at)}); err != nil { //nolint:gosec // bounded by maxStreams
			return err
		}
	}
	if l.deep {
		return refusedComplex()
	}
	return nil
}

// numbers lists the numbers that values may stand for.
func (f *pdfFile) numbers(values []any) ([]int, error) {
	var all []int
	for _, value := range values {
		meant, err := f.resolve(value)
		if err != nil {
			return nil, err
		}
		for _, v := range meant {
			if n, is := v.(pdfNumber); is {
				all = append(all, int(n))
			}
		}
	}
	return all, nil
}

// names lists the names that values may stand for, in order.
func (f *pdfFile) names(values []any) ([]pdfName, error) {
	var all []pdfName
	for _, value := range values {
		meant, err := f.resolve(value)
		if err != nil {
			return nil, err
		}
		for _, v := range meant {
			switch v := v.(type) {
			case pdfName:
				all = append(all, v)
			case pdfArray:
				inner, err := f.names(slices.DeleteFunc(slices.Clone(v), func(e any) bool { _, list := e.(pdfArray); return list }))
				if err != nil {
					return nil, err
				}
				all = append(all, inner...)
			}
		}
	}
	return all, nil
}

// decoded is the content of a stream behind its filters. Damage behind the
// beginning is passed over, as readers do.
func (f *pdfFile) decoded(d pdfDict, start int) ([]byte, error) {
	filters, err := f.names(append(d.get("Filter"), d.get("F")...))
	if err != nil {
		return nil, err
	}
	content, err := f.raw(d, start)
	if err != nil {
		return nil, err
	}
	lengths, err := f.numbers(d.get("Length"))
	if err != nil {
		return nil, err
	}
	for _, n := range lengths {
		if n > len(content) && start+n <= len(f.sources[0]) {
			content = f.sources[0][start : start+n]
		}
	}
	for i, name := range filters {
		parameters, err := f.parameters(d, i)
		if err != nil {
			return nil, err
		}
		if content, err = f.filtered(name, parameters, content); err != nil {
			return nil, err
		}
	}
	f.unpacked += len(content)
	if f.unpacked > maxStreams {
		return nil, refusedBomb()
	}
	return content, nil
}

// parameters are those of a stream's filter.
func (f *pdfFile) parameters(d pdfDict, i int) (map[string]int, error) {
	all := map[string]int{}
	for _, value := range append(d.get("DecodeParms"), d.get("DP")...) {
		meant, err := f.resolve(value)
		if err != nil {
			return nil, err
		}
		for _, v := range meant {
			if list, is := v.(pdfArray); is {
				if i >= len(list) {
					continue
				}
				inner, err := f.resolve(list[i])
				if err != nil {
					return nil, err
				}
				if len(inner) == 0 {
					continue
				}
				v = inner[0]
			}
			dict, _ := v.(pdfDict)
			for _, p := range dict {
				if n, err := f.numbers([]any{p.value}); err != nil {
					return nil, err
				} else if len(n) > 0 {
					all[string(p.key)] = n[0]
				}
			}
		}
	}
	return all, nil
}

// filtered runs content through one filter.
func (f *pdfFile) filtered(name pdfName, parameters map[string]int, content []byte) ([]byte, error) {
	left := int64(maxStreams - f.unpacked)
	full := map[pdfName]string{
		"Fl": filter.Flate, "FlateDecode": filter.Flate, "LZW": filter.LZW, "LZWDecode": filter.LZW, "A85": filter.ASCII85, "ASCII85Decode": filter.ASCII85,
		"AHx": filter.ASCIIHex, "ASCIIHexDecode": filter.ASCIIHex, "RL": filter.RunLength, "RunLengthDecode": filter.RunLength,
	}[name]
	switch {
	case name == "Crypt":
		return nil, refusedEncrypted()
	case full == "":
		return nil, refusedUnreadable()
	case full == filter.Flate && parameters["Predictor"] < 2:
		return f.inflated(content, left)
	}
	decoder, err := filter.NewFilter(full, parameters, left)
	if err != nil {
		return nil, refusedUnreadable()
	}
	r, err := decoder.Decode(bytes.NewReader(content))
	if errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return nil, refusedBomb()
	}
	if err != nil {
		return nil, refusedUnreadable()
	}
	out, err := io.ReadAll(io.LimitReader(r, left+1))
	if err == nil {
		err = f.b.spend(len(out))
	}
	return out, err
}

// inflated is as much of a deflated stream as can be had.
func (f *pdfFile) inflated(content []byte, left int64) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, refusedUnreadable()
	}
	out, _ := io.ReadAll(io.LimitReader(r, left+1)) // what came before the damage is what readers have too
	if int64(len(out)) > left {
		return nil, refusedBomb()
	}
	return out, f.b.spend(len(out))
}
