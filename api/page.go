package api

// onePage shows a page of what was found, of which one more was asked for than goes on
// it, and says after what the next begins: nothing when there is none. at is where one
// stands.
func onePage[T, Shown, At any](found []T, limit int, at func(T) At, show func(T) Shown) (items []Shown, next At) {
	if len(found) > limit {
		found = found[:limit]
		next = at(found[limit-1])
	}
	items = make([]Shown, len(found)) // [], and not null, when there is nothing
	for i, one := range found {
		items[i] = show(one)
	}
	return items, next
}
