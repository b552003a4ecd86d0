package workbook

import (
	"cmp"
	"slices"
	"strings"

	"duban/characters"
)

const (
	// MaxSuggested is for how many different wrong names the nearest are looked
	// for: it takes time, and a file with more wrong names has another trouble.
	MaxSuggested = 200
	// maxSimilar is how many names are suggested.
	maxSimilar = 3
	// maxCompared is how many characters of a name are compared.
	maxCompared = 60
)

// Nearest suggests the names that are most like a wrong one, if any are.
func Nearest(wrong string, names []string) []string {
	type near struct {
		name string
		far  int
	}
	given := short(characters.Fold(wrong))
	if len(given) == 0 {
		return nil
	}
	var found []near
	for _, name := range names {
		have := short(characters.Fold(name))
		limit := max(1, (max(len(given), len(have))+1)/3)
		far := distance(given, have, limit)
		if far > limit && len(given) > 1 && (strings.Contains(string(have), string(given)) || strings.Contains(string(given), string(have))) {
			far = limit
		}
		if far <= limit {
			found = append(found, near{name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.far, b.far) })
	var best []string
	for _, n := range found[:min(len(found), maxSimilar)] {
		best = append(best, n.name)
	}
	return best
}

func short(text string) []rune {
	runes := []rune(text)
	return runes[:min(len(runes), maxCompared)]
}

// distance is in how many characters two names differ; more than the limit is
// limit+1.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j := range b {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
			least = min(least, row[j+1])
		}
		if least > limit {
			return limit + 1
		}
	}
	return row[len(b)]
}
