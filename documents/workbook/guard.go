package workbook

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	// maxToken is how long one text or tag may be: Excel's longest cell has
	// 32,767 characters.
	maxToken = 256 << 10
	// maxDepth is more than any part of a workbook nests.
	maxDepth = 64
)

var (
	errLongToken   = errors.New("a text or tag is too long")
	errDeclaration = errors.New("a document type, or what begins and does not end")
)

// A guard stands between a part and the XML decoder, which would keep a text
// or a tag in memory however long it is. It refuses what is too long, and document
// types, which no spreadsheet program writes. Comments and instructions say nothing
// of the cells and are left out.
type guard struct {
	in *bufio.Reader
	// out is what is to be handed on before more is looked at.
	out []byte
	// end is what ends the section, comment or instruction that is being read;
	// skipped: it is left out.
	end     string
	skipped bool
	// since is how many bytes there were since something began.
	since int
}

const section = "<![CDATA["

// Read implements io.Reader.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.out) == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, g.out)
	g.out = g.out[n:]
	return n, nil
}

// next looks at what comes next.
func (g *guard) next() error {
	head, err := g.in.Peek(len(section))
	if len(head) == 0 {
		if g.end != "" {
			return errDeclaration
		}
		return err
	}
	opened := g.end == "" && head[0] == '<'
	if opened {
		if err := g.open(head); err != nil {
			return err
		}
	}
	b, _ := g.in.Peek(g.in.Buffered())
	n := len(b)
	if g.end == "" {
		from := 0
		if opened {
			from = 1
		}
		if i := bytes.IndexByte(b[from:], '<'); i >= 0 {
			n = from + i
		}
	} else if i := bytes.Index(b, []byte(g.end)); i >= 0 {
		n = i + len(g.end)
	} else if err == nil { // the end may begin here and go on later
		n -= len(g.end) - 1
	}
	if g.since += n; g.since > maxToken {
		if g.skipped {
			return errDeclaration
		}
		return errLongToken
	}
	if !g.skipped {
		g.out = b[:n]
	}
	if g.end != "" && bytes.HasSuffix(b[:n], []byte(g.end)) {
		g.end, g.skipped, g.since = "", false, 0
	}
	_, err = g.in.Discard(n)
	return err
}

// open tells what begins with a <.
func (g *guard) open(head []byte) error {
	g.since = 0
	switch {
	case bytes.HasPrefix(head, []byte("<!--")):
		g.end, g.skipped = "-->", true
		_, err := g.in.Discard(len("<!--"))
		return err
	case bytes.HasPrefix(head, []byte("<?")):
		g.end, g.skipped = "?>", true
	case string(head) == section:
		g.end = "]]>"
	case bytes.HasPrefix(head, []byte("<!")):
		return errDeclaration
	}
	return nil
}

// inUTF8 reads a part in whatever encoding of Unicode it is.
func inUTF8(r io.Reader) io.Reader {
	in := bufio.NewReader(r)
	head, _ := in.Peek(2)
	from := encoding.Nop
	switch string(head) {
	case "<\x00":
		from = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "\x00<":
		from = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "\xff\xfe", "\xfe\xff", "\xef\xbb":
	default:
		return in
	}
	return transform.NewReader(in, unicode.BOMOverride(from.NewDecoder()))
}

// walk reads a part's elements. On an element's start it calls enter, on its
// end leave, and for text between them text; any may be nil.
type walk struct {
	enter func(path []string, attributes []xml.Attr) error
	text  func(path []string, text []byte) error
	leave func(path []string) error
}

func (w walk) run(r io.Reader) error {
	decoder := xml.NewDecoder(&guard{in: bufio.NewReaderSize(inUTF8(r), 32<<10)})
	path := make([]string, 0, maxDepth)
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) && len(path) == 0 {
			return nil
		}
		if err != nil {
			return corruptBy(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(path) == maxDepth {
				return Corrupt()
			}
			path = append(path, token.Name.Local)
			if w.enter != nil {
				err = w.enter(path, token.Attr)
			}
		case xml.EndElement:
			if len(path) == 0 || path[len(path)-1] != token.Name.Local {
				return Corrupt()
			}
			if w.leave != nil {
				err = w.leave(path)
			}
			path = path[:len(path)-1]
		case xml.CharData:
			if w.text != nil {
				err = w.text(path, token)
			}
		}
		if err != nil {
			return err
		}
	}
}

// corruptBy is the refusal of a part that could not be read to its end.
func corruptBy(err error) error {
	if errors.Is(err, errLongToken) {
		return Refuse("text_too_long", "有单元格的内容过长，无法读取。", "A cell's text is too long to be read.")
	}
	return Corrupt()
}

func attribute(attributes []xml.Attr, name string) string {
	for _, a := range attributes {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func truth(value string) bool { return value == "1" || value == "true" }
