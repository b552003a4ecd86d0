// Package archtest holds the arrows between packages: which of our own
// packages a package may import, which packages a library may live in, and
// what must not be reachable from the rules by any way.
//
// The linter refuses a wrong import in the line it stands in; this test also
// sees the ways that lead through other packages. It holds production code
// only: tests may import what they like.
package archtest
