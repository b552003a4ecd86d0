package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"duban/characters"
)

// warningHeader tells of what was taken and is worth a second look.
const warningHeader = "Duban-Warning"

// warn says in the answer that a text of the body has a character in private use
// (自造字): it is taken, since a person may be called so, and whoever has not the office's
// font sees an empty box, on paper too.
func warn(h http.Header, body []byte) {
	field, found := privateUse(body)
	if found == nil {
		return
	}
	zh := "“" + label(field) + "”的" + found.ZH() + "在没有相应字库的电脑和打印机上显示不出来；有标准编码的，请改用标准编码。"
	h.Set(warningHeader, fmt.Sprintf(`private_use; field="%s"; character=%d; code=U+%04X; detail*=UTF-8''%s`, field, found.At, found.Rune, url.PathEscape(zh)))
}

// privateUse is the first text of a JSON body with such a character, and the character;
// nil when there is none.
func privateUse(body []byte) (field string, found *characters.Fault) {
	if !bytes.ContainsFunc(body, func(r rune) bool { return r == '\\' || r >= 0xE000 }) {
		return "", nil // as nearly always
	}
	d := json.NewDecoder(bytes.NewReader(body))
	// Of each object and list that is open: its path, the name read last, the item.
	type open struct {
		path, name string
		list       bool
		item       int
		value      bool // the next token of an object is a value
	}
	stack := []open{{value: true}}
	for {
		token, err := d.Token()
		if err != nil {
			return "", nil
		}
		now := &stack[len(stack)-1]
		at := now.path
		switch {
		case now.list:
			at = fmt.Sprintf("%s[%d]", now.path, now.item)
		case now.name != "":
			at = join(now.path, now.name)
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '}' || t == ']' {
				if stack = stack[:len(stack)-1]; len(stack) == 0 {
					return "", nil
				}
				now = &stack[len(stack)-1]
				now.item, now.value = now.item+1, false
				continue
			}
			stack = append(stack, open{path: at, list: t == '['})
			continue
		case string:
			if !now.list && !now.value {
				now.name, now.value = printable(t), true
				continue
			}
			if f := characters.Private(t); f != nil {
				return at, f
			}
		}
		now.item, now.value = now.item+1, false
	}
}
