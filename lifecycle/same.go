package lifecycle

import (
	"fmt"
	"hash/fnv"
	"strings"
	"unicode"
)

// A FindingKey tells one finding from another: two that have the same are the
// same finding. It is made of the unit, the title, the facts and the day it was
// found on. Blanks and the width of characters do not count, for a workbook that
// is saved again may change them; neither does the campaign, for what was found
// does not become another thing by being filed elsewhere.
//
// A case keeps the keys of all it ever said: a draft that was amended and a case
// that went to another unit are still the findings they were opened as.
type FindingKey [16]byte

// Key is the key of the finding that would be registered.
func (b OpenCase) Key() FindingKey { return findingKey(b.Unit, b.Title, b.Facts, b.FoundOn) }

// FindingKey is the key of what the case says now.
func (c Case) FindingKey() FindingKey {
	return findingKey(c.Unit, c.Finding.Title, c.Finding.Facts, c.Finding.FoundOn)
}

func findingKey(unit, title, facts string, on Date) FindingKey {
	h := fnv.New128a()
	for _, text := range []string{unit, strings.Map(narrow, title), strings.Map(narrow, facts), on.String()} {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return FindingKey(h.Sum(nil))
}

// narrow is a character without its width; -1 when it is a blank.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case unicode.IsSpace(r), r == '\u200b', r == '\u2060', r == '\ufeff':
		return -1
	}
	return r
}

// AlreadyCase is the refusal of a finding that is a case already.
func AlreadyCase(number string) *Refusal {
	return invalid("title", "already_case", "与已登记的事项"+number+"相同（单位、问题、事实、发现日期都相同），没有再次登记。",
		"The same finding is case "+number+" already; it was not opened again.")
}
