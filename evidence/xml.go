package evidence

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// isXML reports whether content begins as XML does, in UTF-8 or UTF-16.
func isXML(head []byte) bool {
	bare := strings.ReplaceAll(string(head), "\x00", "")
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		bare = strings.TrimPrefix(bare, mark)
	}
	return strings.HasPrefix(strings.TrimLeft(bare, " \t\r\n"), "<")
}

// wide reports whether XML is in UTF-16, and the byte order.
func wide(head []byte) (order unicode.Endianness, is bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		return unicode.BigEndian, true
	default:
		return unicode.LittleEndian, false
	}
}

// errEnd: a reader of tokens has seen enough.
var errEnd = errors.New("seen enough")

// tokens hands every token of XML to see, as it is written: prefixes stay
// prefixes, and nothing is fetched or replaced by what a document type says. A
// part that cannot be read is refused, for whoever opens it may read it.
func (b *budget) tokens(r io.Reader, head []byte, see func(xml.Token) error) error {
	r = b.counted(r)
	if order, is := wide(head); is {
		r = unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(r)
	}
	d := xml.NewDecoder(r)
	d.Strict = false
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(label), "utf-16") { // it was turned into UTF-8 above
			return in, nil
		}
		known, err := htmlindex.Get(label)
		if err != nil {
			return nil, fmt.Errorf("read XML in %s: %w", label, err)
		}
		return known.NewDecoder().Reader(in), nil
	}
	for {
		token, err := d.RawToken()
		var refused *Refusal
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &refused), b.ctx.Err() != nil:
			return err
		case err != nil:
			return refusedUnreadable()
		}
		if err := see(token); errors.Is(err, errEnd) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// attribute is the value of an attribute by its name, whatever its prefix.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
