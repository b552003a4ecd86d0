package policy

import "fmt"

func checkCodes(c Codes, f *file) {
	checkTable(c.Methods, "codes.methods", f)
	checkTable(c.Dimensions, "codes.dimensions", f)
	checkTable(c.Categories, "codes.categories", f)
	checkTable(c.RootCauses, "codes.root_causes", f)
	checkTable(c.Severities, "codes.severities", f)
	checkCodesOf(len(c.Matters), func(i int) string { return c.Matters[i].Code }, "codes.matters", f)
	for i, m := range c.Matters {
		if _, ok := c.Category(m.Category); !ok {
			f.refuse(at("codes.matters", i)+".category", "expected a code from codes.categories", "codes.categories")
		}
	}
}

func checkTable(table []Code, path string, f *file) {
	if len(table) == 0 {
		f.refuse(path, "expected at least one code")
	}
	checkCodesOf(len(table), func(i int) string { return table[i].Code }, path, f)
}

// checkCodesOf checks the codes of a table of n entries.
func checkCodesOf(n int, code func(int) string, path string, f *file) {
	first := map[string]int{}
	for i := range n {
		field := at(path, i) + ".code"
		if !isCode(code(i)) {
			f.refuse(field, "expected 1 to 32 letters A to Z, digits or _")
			continue
		}
		if earlier, ok := first[code(i)]; ok {
			f.refuse(field, fmt.Sprintf("given twice: first on line %d", f.line(at(path, earlier)+".code")))
			continue
		}
		first[code(i)] = i
	}
}

// isCode says whether a code can stand in a URL, a file name and a database.
func isCode(code string) bool {
	for _, r := range code {
		letter := 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
		if !letter && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return code != "" && len(code) <= 32
}
