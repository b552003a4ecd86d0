package api

import (
	"html"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// Programs write a file's name into a request in several ways, each of which is
// meant to carry Chinese. A name is read as it was meant before anything looks
// for its extension.

// fileName is the name as it was sent, path and all.
func fileName(part *multipart.Part) string {
	header := part.Header.Get("Content-Disposition")
	_, params, err := mime.ParseMediaType(header)
	name := params["filename"]
	if err != nil || name == "" {
		name = looseName(header)
	}
	return meantName(name)
}

// meantName undoes what a program did to a name to send it: the encoded words of
// mail (RFC 2047), the percent signs of an address, the entities of a page.
func meantName(name string) string {
	if strings.Contains(name, "=?") {
		words := mime.WordDecoder{CharsetReader: charset}
		if meant, err := words.DecodeHeader(name); err == nil {
			return meant
		}
	}
	if meant, err := url.PathUnescape(name); err == nil && meant != name && utf8.ValidString(meant) && foreign(meant) && !foreign(name) {
		return meant
	}
	if entity.MatchString(name) {
		return html.UnescapeString(name)
	}
	return name
}

// entity is a character as a page writes it that cannot write it otherwise.
var entity = regexp.MustCompile(`&#(?:\d{2,7}|[xX][0-9a-fA-F]{2,6});`)

// foreign reports whether a name has a character beyond ASCII.
func foreign(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf })
}

// charset reads names in the encodings that the standards for the web know.
func charset(label string, in io.Reader) (io.Reader, error) {
	known, err := htmlindex.Get(label)
	if err != nil {
		return nil, err
	}
	return known.NewDecoder().Reader(in), nil
}

var (
	// extended is a name as RFC 5987 has it, in another coding than UTF-8 too.
	extended = regexp.MustCompile(`(?i)filename\*\s*=\s*"?([\w\-]+)'[^']*'([^";]+)`)
	// bare is a name that breaks the rules for one: not in quotes, or with quotes
	// in it.
	bare = regexp.MustCompile(`(?i)filename\s*=\s*(?:"(.*)"|([^;]+))`)
)

// looseName finds a name in a header that breaks the rules.
func looseName(header string) string {
	if m := extended.FindStringSubmatch(header); m != nil {
		raw, err := url.PathUnescape(m[2])
		if known, unknown := htmlindex.Get(m[1]); err == nil && unknown == nil {
			if meant, err := known.NewDecoder().String(raw); err == nil {
				return meant
			}
		}
	}
	if m := bare.FindStringSubmatch(header); m != nil {
		return strings.TrimSpace(m[1] + m[2])
	}
	return ""
}
