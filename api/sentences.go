package api

import (
	_ "embed" // the sentences are a file
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed sentences.json
var sentencesText []byte

// Sentences are what the sources say of the types in the description: their
// comments, those of their fields, the values of their constants, and every code a
// request may be refused with. go test ./api -update writes them anew.
type Sentences struct {
	// Types and Fields are comments, by package.Type and package.Type.Field.
	Types  map[string]string `json:"types"`
	Fields map[string]string `json:"fields"`
	// Values are the constants of a named type of texts, in the order of the source.
	Values map[string][]Value `json:"values"`
	// Codes are those of refusals.
	Codes []string `json:"codes"`
}

// A Value is one constant and the comment at its end.
type Value struct {
	Value   string `json:"value"`
	Comment string `json:"comment,omitempty"`
}

// ReadSentences reads them as they are written down.
func ReadSentences(text []byte) Sentences {
	var s Sentences
	if err := json.Unmarshal(text, &s); err != nil {
		panic(fmt.Sprintf("api: read sentences.json: %v", err))
	}
	return s
}

// typeKey names a type as the sentences do.
func typeKey(t reflect.Type) string {
	return strings.TrimPrefix(t.PkgPath(), "duban/") + "." + t.Name()
}

// ofType is the sentence of a type.
func (s Sentences) ofType(t reflect.Type) string { return sentence(t.Name(), s.Types[typeKey(t)]) }

// ofField is the sentence of a field that has no doc tag.
func (s Sentences) ofField(owner reflect.Type, field string) string {
	return sentence(field, s.Fields[typeKey(owner)+"."+field])
}

// neverRename is what a comment says to those who change the sources.
var neverRename = regexp.MustCompile(` [^.]*: never rename(d)?\.`)

// sentence makes of a Go comment what a reader without the source understands: the
// name of the Go type or field that it begins with is left out.
func sentence(name, comment string) string {
	opening := regexp.MustCompile(`^(?:(?:An?|The) )?` + regexp.QuoteMeta(name) + `(?::|,? (?:is|are|was|were)\b| (?:that )?)\s*`)
	return whole(neverRename.ReplaceAllString(opening.ReplaceAllString(comment, ""), ""))
}

// whole begins a sentence with a capital and ends it with a full stop.
func whole(text string) string {
	text = strings.NewReplacer("; nil ", "; none ", " nil ", " none ").Replace(text)
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	text = string(unicode.ToUpper(first)) + text[size:]
	if last, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".。!?", last) {
		text += "."
	}
	return text
}
