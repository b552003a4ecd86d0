package calendar

import (
	"math/bits"
	"sort"
)

// A daySet is a set of dates that can be counted: how many lie in a span, and
// which is the n-th, both without walking the days. One bit a day and one
// number a word, 17 KB for all 252 years.
type daySet struct {
	words  []uint64 // bit number%64 of word number/64
	before []int32  // the members in all words before each
}

func newDaySet() daySet {
	const words = lastNumber/64 + 1
	return daySet{words: make([]uint64, words), before: make([]int32, words+1)}
}

// set puts d in or takes it out. count must follow before anything is counted.
func (s daySet) set(d Date, member bool) {
	if member {
		s.words[d.number/64] |= 1 << (d.number % 64)
	} else {
		s.words[d.number/64] &^= 1 << (d.number % 64)
	}
}

func (s daySet) count() {
	for i, word := range s.words {
		s.before[i+1] = s.before[i] + int32(bits.OnesCount64(word)) //nolint:gosec // G115: at most 64
	}
}

func (s daySet) has(d Date) bool {
	return s.words[d.number/64]&(1<<(d.number%64)) != 0
}

// upTo counts the members up to and including d.
func (s daySet) upTo(d Date) int {
	mask := uint64(2)<<(d.number%64) - 1 // all ones when the bit is the last
	return int(s.before[d.number/64]) + bits.OnesCount64(s.words[d.number/64]&mask)
}

// nth returns the n-th member counted from 1: the first date when n is less,
// the last date when there are not so many.
func (s daySet) nth(n int) Date {
	if n < 1 {
		return Date{number: 1}
	}
	i := sort.Search(len(s.words), func(i int) bool { return int(s.before[i+1]) >= n })
	if i == len(s.words) {
		return Date{number: lastNumber}
	}
	word := s.words[i]
	for range n - int(s.before[i]) - 1 {
		word &= word - 1 // drop the lowest
	}
	return clamp(int64(64*i + bits.TrailingZeros64(word)))
}
