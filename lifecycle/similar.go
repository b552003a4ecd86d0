package lifecycle

import (
	"strings"
	"unicode"
)

// LikelyDuplicate is the similarity from which two findings about one unit are
// shown to whoever registers the second as perhaps the same (domain: E4).
const LikelyDuplicate = 0.5

// Similar is how alike two titles are, from 0 to 1: the share of neighbouring
// pairs of characters that they have in common. Punctuation, blanks and the
// width of characters do not count. It only ever leads to a question; nothing is
// merged by it.
func Similar(a, b string) float64 {
	x, y := pairs(a), pairs(b)
	common, all := 0, 0
	for pair, n := range x {
		common += min(n, y[pair])
		all += n
	}
	for _, n := range y {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(common) / float64(all)
}

// pairs counts the neighbouring characters of a text; a single character is a
// pair by itself.
func pairs(text string) map[[2]rune]int {
	runes := []rune(strings.Map(plain, text))
	counts := map[[2]rune]int{}
	if len(runes) == 1 {
		counts[[2]rune{runes[0]}]++
	}
	for i := 1; i < len(runes); i++ {
		counts[[2]rune{runes[i-1], runes[i]}]++
	}
	return counts
}

// plain is a character without its width and case; -1 when it says nothing.
func plain(r rune) rune {
	r = narrow(r)
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return -1
	}
	return unicode.ToLower(r)
}
