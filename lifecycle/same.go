package lifecycle

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"duban/characters"
)

// A FindingKey tells one finding from another: two that have the same are the
// same finding. It is made of the unit, the title, the facts and the day it was
// found on. Differences that nobody sees do not count, for a workbook that is
// saved again or copied out of a PDF may have them; neither does the campaign, for what was found
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
	for _, text := range []string{unit, characters.Fold(title), characters.Fold(facts), on.String()} {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return FindingKey(h.Sum(nil))
}

// CaseNumberKey is the key of the number of a case however it is written, such as
// 督〔2026〕0001, 督[2026]1号 or 督（２０２６）第1号; 0 when it is none.
func CaseNumberKey(text string) int64 {
	rest, ok := strings.CutPrefix(characters.Fold(text), "督(")
	year, rest, closed := strings.Cut(rest, ")")
	n := strings.TrimSuffix(strings.TrimPrefix(rest, "第"), "号")
	if !ok || !closed || len(year) != 4 || len(n) > 6 {
		return 0
	}
	y, err1 := strconv.ParseUint(year, 10, 16)
	no, err2 := strconv.ParseUint(n, 10, 32)
	if err1 != nil || err2 != nil || no == 0 {
		return 0
	}
	return int64(y)*numbersAYear + int64(no)
}

// CaseNumber is the number of a case as the record has it, however it is written;
// what is no number stays as it is.
func CaseNumber(text string) string {
	if key := CaseNumberKey(text); key != 0 {
		return caseNumber(int(key/numbersAYear), int(key%numbersAYear))
	}
	return text
}

func caseNumber(year, n int) string { return fmt.Sprintf("督〔%d〕%04d", year, n) }

// AlreadyCase is the refusal of a finding that is a case already.
func AlreadyCase(number string) *Refusal {
	return invalid("title", "already_case", "与已登记的事项"+number+"相同（单位、问题、事实、发现日期都相同），没有再次登记。",
		"The same finding is case "+number+" already; it was not opened again.")
}
