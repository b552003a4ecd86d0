// Package characters says which characters a text may have, and when two texts
// are the same to whoever reads them.
//
// What is allowed is said once, for everything that takes a text in and for
// everything that prints one: what was registered can be signed, exported and
// imported again. A text is kept as it was typed. It is compared by its Fold,
// which is never shown to anybody.
package characters
