package evidence

import (
	"regexp"
	"strings"
)

// functionMarks are the functions that ask something outside the workbook, as
// they begin.
func functionMarks() []string {
	return []string{"call(", "register(", "register.id(", "exec(", "rtd(", "webservice(", "image(", "dde(", "hyperlink("}
}

var (
	// asking are those functions, and no other whose name ends like theirs.
	asking = regexp.MustCompile(`(?i)(?:^|[^a-z0-9_.])(?:_xlfn\.|_xlws\.|of:)*(call|register|register\.id|exec|rtd|webservice|dde)\s*\(`)
	image  = regexp.MustCompile(`(?i)(?:^|[^a-z0-9_.])(?:_xlfn\.)*image\s*\(\s*"([^"]*)"`)
	// hyperlink is a link whose target stands in the formula.
	hyperlink = regexp.MustCompile(`(?i)(?:^|[^a-z0-9_.])hyperlink\s*\(\s*"([^"]*)"`)
	quotes    = regexp.MustCompile(`"[^"]*"|'[^']*'`)
)

// judgeFormula looks at a formula: what stands before a bar names a program that
// is asked for data (DDE), unless it stands in quotes.
func judgeFormula(formula string) error {
	if strings.Contains(quotes.ReplaceAllString(formula, "''"), "|") {
		return refusedCommand(formula)
	}
	return judgeCalls(formula)
}

// judgeCalls looks at the functions of a formula.
func judgeCalls(formula string) error {
	if m := hyperlink.FindStringSubmatch(formula); m != nil && harmful(m[1]) {
		return refusedLink(m[1])
	}
	if m := image.FindStringSubmatch(formula); m != nil && elsewhere(m[1]) {
		return refusedOutside(m[1])
	}
	bare := quotes.ReplaceAllString(formula, "''")
	if m := asking.FindStringSubmatch(bare); m != nil {
		if strings.EqualFold(m[1], "webservice") {
			return refusedOutside(formula)
		}
		return refusedCommand(formula)
	}
	return nil
}
