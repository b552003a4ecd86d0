package evidence

import (
	"regexp"
	"slices"
	"strings"
)

// judge looks at every object for what it does.
func (f *pdfFile) judge() error {
	for _, p := range f.places {
		value, end, err := f.parse(int(p.source), int(p.at))
		if err != nil {
			return err
		}
		// An object that is nothing but the name of an action is what a
		// dictionary elsewhere points to.
		if name, is := value.(pdfName); is {
			if err := f.action(name, nil); err != nil {
				return err
			}
		}
		if err := f.look(value); err != nil {
			return err
		}
		if d, is := value.(pdfDict); is && p.source == 0 {
			if _, is := streamStart(f.sources[0], end); is {
				if err := f.stream(d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// look looks through a value and what lies in it.
func (f *pdfFile) look(value any) error {
	switch v := value.(type) {
	case pdfArray:
		for _, one := range v {
			if err := f.look(one); err != nil {
				return err
			}
		}
	case pdfDict:
		if err := f.dict(v); err != nil {
			return err
		}
		for _, p := range v {
			if err := f.look(p.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// dict looks at what the keys of one dictionary do.
func (f *pdfFile) dict(d pdfDict) error {
	for _, p := range d {
		if err := f.key(d, p); err != nil {
			return err
		}
	}
	return nil
}

func (f *pdfFile) key(d pdfDict, p pdfPair) error {
	switch p.key {
	case "S":
		if name, is := p.value.(pdfName); is {
			return f.action(name, d)
		}
	case "JS":
		// A font or picture may have the name as well; then it is no action.
		if _, is := p.value.(pdfString); is || d.has("S") {
			return refusedMacros()
		}
	case "OnInstantiate", "RichMediaContent", "RichMediaSettings":
		return refusedMacros()
	case "JavaScript":
		return f.tree(p.value, refusedMacros())
	case "EmbeddedFiles":
		return f.tree(p.value, refusedEmbedded("EmbeddedFiles"))
	case "EF":
		if e, is := p.value.(pdfDict); !is || len(e) > 0 {
			return refusedEmbedded(f.fileName(d))
		}
	case "OpenAction":
		return f.automatic(p.value, 0)
	case "AA":
		return f.triggers(p.value)
	case "XFA":
		return f.xfa(p.value)
	case "FS":
		if p.value == pdfName("URL") {
			return refusedOutside(f.fileName(d))
		}
	}
	return nil
}

// tree refuses a tree of names that has any.
func (f *pdfFile) tree(value any, refused error) error {
	meant, err := f.resolve(value)
	if err != nil {
		return err
	}
	for _, v := range meant {
		d, _ := v.(pdfDict)
		for _, key := range []pdfName{"Names", "Kids"} {
			for _, list := range d.get(key) {
				lists, err := f.resolve(list)
				if err != nil {
					return err
				}
				for _, l := range lists {
					if a, is := l.(pdfArray); is && len(a) > 0 {
						return refused
					}
				}
			}
		}
	}
	return nil
}

// action looks at an action by its type; d is its dictionary where it is known.
func (f *pdfFile) action(name pdfName, d pdfDict) error {
	switch name {
	case "JavaScript", "RichMediaExecute":
		return refusedMacros()
	case "Launch":
		return refusedCommand(f.fileName(d))
	case "SubmitForm", "ImportData":
		return refusedForm()
	case "GoToR", "GoToE", "Thread":
		if to := f.fileName(d); elsewhere(to) || program(to) {
			return refusedLink(to)
		}
	case "URI":
		for _, to := range f.texts(d.get("URI")) {
			if harmful(to) {
				return refusedLink(to)
			}
		}
	}
	return nil
}

// texts lists the strings that values may stand for.
func (f *pdfFile) texts(values []any) []string {
	var all []string
	for _, value := range values {
		meant, _ := f.resolve(value)
		for _, v := range meant {
			if s, is := v.(pdfString); is {
				all = append(all, s.plain())
			}
		}
	}
	return all
}

// fileName is the file that a dictionary names, by whatever key.
func (f *pdfFile) fileName(d pdfDict) string {
	for _, key := range []pdfName{"UF", "F", "Win", "Unix", "Mac", "DOS"} {
		for _, value := range d.get(key) {
			meant, _ := f.resolve(value)
			for _, v := range meant {
				switch v := v.(type) {
				case pdfString:
					return v.plain()
				case pdfDict:
					if names := f.texts(append(append(v.get("UF"), v.get("F")...), v.get("Unix")...)); len(names) > 0 {
						return names[0]
					}
				}
			}
		}
	}
	return ""
}

// triggers looks at what happens by itself: everything that an additional action
// belongs to, but a click.
func (f *pdfFile) triggers(value any) error {
	meant, err := f.resolve(value)
	if err != nil {
		return err
	}
	for _, v := range meant {
		d, _ := v.(pdfDict)
		for _, p := range d {
			if p.key == "D" || p.key == "U" {
				continue
			}
			if err := f.automatic(p.value, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// automatic looks at an action that nobody asked for, and the next ones.
func (f *pdfFile) automatic(value any, depth int) error {
	const chain = 20
	if depth > chain {
		return refusedComplex()
	}
	meant, err := f.resolve(value)
	if err != nil {
		return err
	}
	for _, v := range meant {
		if list, is := v.(pdfArray); is && depth > 0 {
			for _, one := range list {
				if err := f.automatic(one, depth+1); err != nil {
					return err
				}
			}
		}
		d, is := v.(pdfDict)
		if !is {
			continue
		}
		types, err := f.names(d.get("S"))
		if err != nil {
			return err
		}
		for _, name := range types {
			switch name {
			case "URI":
				return refusedOutside(strings.Join(f.texts(d.get("URI")), " "))
			case "GoToR", "GoToE":
				return refusedCommand(f.fileName(d))
			}
		}
		for _, next := range d.get("Next") {
			if err := f.automatic(next, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// stream looks at a stream's dictionary: its content may lie elsewhere.
func (f *pdfFile) stream(d pdfDict) error {
	for _, value := range d.get("F") {
		if name, is := value.(pdfName); !is || name == "" {
			if to := f.fileName(d); to != "" {
				return refusedOutside(to)
			}
		}
	}
	return nil
}

// script is the beginning of a script, or of what sends a form, in a form of XML.
var script = regexp.MustCompile(`(?i)<(?:[\w.\-]+:)?(?:script|submit|execute|exObject)[\s/>]`)

// xfa looks through a form of XML, whose parts are one text.
func (f *pdfFile) xfa(value any) error {
	meant, err := f.resolve(value)
	if err != nil {
		return err
	}
	var form []byte
	for _, v := range meant {
		parts := []any{value}
		if list, is := v.(pdfArray); is {
			parts = list // names, each with its part
		}
		for _, part := range parts {
			ref, is := part.(pdfRef)
			if !is {
				continue
			}
			for _, p := range f.at(int32(ref)) { //nolint:gosec // the lexer bounds it
				content, err := f.streamAt(p)
				if err != nil {
					return err
				}
				form = append(form, content...)
			}
		}
	}
	form = slices.DeleteFunc(form, func(b byte) bool { return b == 0 }) // UTF-16
	if script.Match(form) || strings.Contains(string(form), "<!ENTITY") {
		return refusedMacros()
	}
	return nil
}

// streamAt is the content of the stream at a place; none when it is no stream.
func (f *pdfFile) streamAt(p place) ([]byte, error) {
	if p.source != 0 {
		return nil, nil
	}
	value, end, err := f.parse(0, int(p.at))
	if err != nil {
		return nil, err
	}
	d, is := value.(pdfDict)
	start, follows := streamStart(f.sources[0], end)
	if !is || !follows {
		return nil, nil
	}
	return f.decoded(d, start)
}
