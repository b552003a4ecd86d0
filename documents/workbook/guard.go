package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
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
	errDeclaration = errors.New("a declaration, comment or section")
)

// A guard stands between a part and the XML decoder, which would keep a text
// or a tag in memory however long it is. It refuses what is too long, and what
// no spreadsheet program writes: document types, comments and sections.
type guard struct {
	r     io.Reader
	begun bool
	// opened: the last byte was a <.
	opened bool
	// since is how many bytes there were since the last <.
	since int
	// heading: the XML declaration is not over.
	heading bool
	last    byte
}

// Read implements io.Reader.
func (g *guard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	rest := p[:n]
	for len(rest) > 0 {
		if bad := g.step(&rest); bad != nil {
			return 0, bad
		}
	}
	return n, err
}

func (g *guard) step(rest *[]byte) error {
	b := *rest
	switch {
	case g.heading:
		g.since++
		if g.last == '?' && b[0] == '>' {
			g.heading = false
		} else if b[0] == '<' || g.since > 1024 {
			return errDeclaration
		}
		g.last, *rest = b[0], b[1:]
		return nil
	case g.opened:
		g.opened = false
		switch {
		case b[0] == '?' && !g.begun:
			g.heading = true
		case b[0] == '!' || b[0] == '?':
			return errDeclaration
		}
		g.begun = true
		g.since++
		*rest = b[1:]
		return nil
	}
	i := bytes.IndexByte(b, '<')
	if i < 0 {
		i = len(b)
		g.since += i
		*rest = nil
	} else {
		if g.since+i > maxToken {
			return errLongToken
		}
		g.opened, g.since = true, 0
		*rest = b[i+1:]
	}
	if g.since > maxToken {
		return errLongToken
	}
	return nil
}

// walk reads a part's elements. On an element's start it calls enter, on its
// end leave, and for text between them text; any may be nil.
type walk struct {
	enter func(path []string, attributes []xml.Attr) error
	text  func(path []string, text []byte) error
	leave func(path []string) error
}

func (w walk) run(r io.Reader) error {
	decoder := xml.NewDecoder(&guard{r: r})
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
