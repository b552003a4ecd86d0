package api

// onePage cuts a page off what was found, of which one more was asked for than goes on it,
// and says after what the next begins: nothing when there is none. at is where one stands.
func onePage[T any, At any](found []T, limit int, at func(T) At) (items []T, next At) {
	if len(found) <= limit {
		return found, next
	}
	return found[:limit], at(found[limit-1])
}
