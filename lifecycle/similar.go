package lifecycle

import (
	"slices"
	"strings"
	"unicode"

	"duban/characters"
)

// LikelyDuplicate is the similarity from which two findings about one unit are
// shown to whoever registers the second as perhaps the same (domain: E4).
const LikelyDuplicate = 0.5

// Similar is how alike two titles are, from 0 to 1: the share of neighbouring
// pairs of characters that they have in common. Punctuation, blanks and the
// width of characters do not count. It only ever leads to a question; nothing is
// merged by it.
func Similar(a, b string) float64 { return PairsOf(a).Like(PairsOf(b)) }

// Pairs are the neighbouring pairs of characters of a title, in order, for who
// compares it with many.
type Pairs []uint64

// PairsOf are those of a title; a single character is a pair by itself.
func PairsOf(title string) Pairs {
	runes := []rune(strings.Map(telling, characters.Fold(title)))
	if len(runes) == 1 {
		return Pairs{uint64(runes[0])}
	}
	pairs := make(Pairs, 0, len(runes))
	for i := 1; i < len(runes); i++ {
		pairs = append(pairs, uint64(runes[i-1])<<32|uint64(runes[i]))
	}
	slices.Sort(pairs)
	return pairs
}

// Like is how alike the titles are.
func (p Pairs) Like(q Pairs) float64 {
	common := 0
	for i, k := 0, 0; i < len(p) && k < len(q); {
		switch {
		case p[i] == q[k]:
			common++
			i++
			k++
		case p[i] < q[k]:
			i++
		default:
			k++
		}
	}
	if len(p)+len(q) == 0 {
		return 0
	}
	return 2 * float64(common) / float64(len(p)+len(q))
}

// telling leaves a letter or digit as it is; -1 is one that says nothing.
func telling(r rune) rune {
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return -1
	}
	return r
}
