package evidence

import (
	"encoding/xml"
	"regexp"
	"strings"
)

// A scanner looks through the elements of an Office part for what acts: fields,
// formulas, actions, connections. A field may be written over many runs, and
// lie in another's code.
type scanner struct {
	fields []field
	// formula is the text of the formula that is being read; nil outside one.
	formula *strings.Builder
	// text says that the characters belong to a run.
	text, code bool
}

// A field is one that has begun and not ended.
type field struct {
	// code is what stands as its code; mixed has the text between as well, and
	// the results of fields in it. Programs differ in which they go by.
	code, mixed []byte
	result      bool
}

// isFormula reports whether an element has a formula as its text.
func isFormula(name string) bool {
	switch name {
	case "f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula":
		return true
	}
	return false
}

func (s *scanner) see(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		return s.end(t.Name.Local)
	case xml.CharData:
		s.chars(string(t))
	}
	return nil
}

func (s *scanner) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "fldSimple":
		return judgeField(attribute(e, "instr"))
	case "fldChar":
		return s.fieldChar(attribute(e, "fldCharType"))
	case "instrText", "delInstrText":
		s.code = true
	case "t":
		s.text = true
	case "altChunk", "subDoc":
		return refusedEmbedded(e.Name.Local)
	case "ddeLink":
		return refusedCommand(attribute(e, "ddeService") + " " + attribute(e, "ddeTopic"))
	case "oleLink":
		return refusedOutside(attribute(e, "progId"))
	case "connection", "queryTable":
		if every := attribute(e, "interval"); truth(attribute(e, "refreshOnLoad")) || every != "" && every != "0" {
			return refusedOutside(attribute(e, "name"))
		}
	case "webPr":
		if !truth(attribute(e, "xml")) { // a query; where the XML of a map came from is only noted
			return refusedOutside(attribute(e, "url"))
		}
	case "hlinkClick", "hlinkHover", "hlinkMouseOver":
		return judgeAction(attribute(e, "action"))
	}
	if isFormula(e.Name.Local) {
		s.formula = &strings.Builder{}
	}
	return judgeAttributes(e)
}

func (s *scanner) end(name string) error {
	switch {
	case name == "instrText", name == "delInstrText":
		s.code = false
	case name == "t":
		s.text = false
	case isFormula(name) && s.formula != nil:
		formula := s.formula.String()
		s.formula = nil
		return judgeFormula(formula)
	}
	return nil
}

func (s *scanner) chars(text string) {
	if s.formula != nil {
		s.formula.WriteString(text)
	}
	if !s.code && !s.text {
		return
	}
	// The code of a field takes in the results of those that lie in it.
	for i := len(s.fields) - 1; i >= 0; i-- {
		if !s.fields[i].result {
			s.fields[i].mixed = append(s.fields[i].mixed, text...)
			if s.code {
				s.fields[i].code = append(s.fields[i].code, text...)
			}
			return
		}
	}
}

// fieldChar is a beginning, the middle or the end of a field.
func (s *scanner) fieldChar(kind string) error {
	if kind == "begin" {
		s.fields = append(s.fields, field{})
		const deepest = 64 // Word goes to 20
		s.fields = s.fields[max(0, len(s.fields)-deepest):]
		return nil
	}
	if len(s.fields) == 0 {
		return nil
	}
	last := &s.fields[len(s.fields)-1]
	if kind == "separate" {
		last.result = true
		return last.judge()
	}
	if kind != "end" {
		return nil
	}
	ended := *last
	s.fields = s.fields[:len(s.fields)-1]
	return ended.judge()
}

func (f field) judge() error {
	if err := judgeField(string(f.code)); err != nil {
		return err
	}
	return judgeField(string(f.mixed))
}

func truth(value string) bool {
	return value == "1" || strings.EqualFold(value, "true") || value == "on"
}

// judgeAttributes looks at attributes that act wherever they stand.
func judgeAttributes(e xml.StartElement) error {
	for _, a := range e.Attr {
		switch {
		case a.Name.Local == "action" && strings.Contains(strings.ToLower(a.Value), "ppaction:"):
			if err := judgeAction(a.Value); err != nil {
				return err
			}
		case a.Name.Local == "src" && a.Name.Space != "" && elsewhere(a.Value), a.Name.Local == "src" && e.Name.Space == "v" && elsewhere(a.Value):
			return refusedOutside(a.Value)
		case a.Name.Local == "onLoad", a.Name.Local == "onAction", a.Name.Local == "onChange": // of the ribbon
			return refusedMacros()
		case a.Name.Local == "href" && e.Name.Space == "v" && harmful(a.Value):
			return refusedLink(a.Value)
		}
	}
	return nil
}

// judgeAction looks at what a click in a presentation does.
func judgeAction(action string) error {
	action = strings.ToLower(action)
	for _, runs := range []string{"ppaction://program", "ppaction://macro"} {
		if strings.HasPrefix(strings.TrimSpace(action), runs) {
			return refusedCommand(action)
		}
	}
	return nil
}

// judgeField looks at the code of a field of Word: its first word says what it
// does.
func judgeField(code string) error {
	code = strings.TrimLeft(code, " \t\r\n\u00a0\u3000\u200b\ufeff\"")
	word, rest, _ := strings.Cut(strings.Map(func(r rune) rune {
		switch r {
		case '\t', '\r', '\n', '\u00a0', '\u3000', '\u201c', '\u201d':
			return ' '
		}
		return r
	}, code), " ")
	switch strings.ToUpper(strings.Trim(word, `"`)) {
	case "DDE", "DDEAUTO":
		return refusedCommand(word + " " + rest)
	case "LINK": // LINK Excel.Sheet.12 "C:\\table.xlsx"
		if to := arguments(rest); len(to) < 2 || !document(to[1]) {
			return refusedOutside(rest)
		}
	case "CONTROL":
		return refusedMacros()
	case "INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "RD", "DATABASE":
		for _, argument := range arguments(rest) {
			if elsewhere(argument) {
				return refusedOutside(argument)
			}
		}
	case "HYPERLINK":
		if to := arguments(rest); len(to) > 0 && !strings.HasPrefix(to[0], `\`) && harmful(to[0]) {
			return refusedLink(to[0])
		}
	}
	return nil
}

var argument = regexp.MustCompile(`"([^"]*)"?|(\S+)`)

// arguments are what follows a field's word. Word doubles the backslashes.
func arguments(rest string) []string {
	var all []string
	for _, m := range argument.FindAllStringSubmatch(strings.NewReplacer("“", `"`, "”", `"`).Replace(rest), -1) {
		one := m[1] + m[2]
		if strings.Contains(one, `\\`) {
			one = strings.ReplaceAll(one, `\\`, `\`)
		}
		all = append(all, one)
	}
	return all
}
