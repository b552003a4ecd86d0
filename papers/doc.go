// Package papers has the papers of a decision written and keeps their files, at
// the address of their content, so that the paper that went out is the paper that
// is shown ever after: with the names of its day, and in the layout of its
// release. The record holds the hash.
//
// It decides nothing and knows no other way to a file than its hash. It refuses to
// let a decision pass whose paper cannot be written or kept.
package papers
