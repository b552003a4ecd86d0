// Package e2e tests the whole system: the real programs, a real PostgreSQL and
// a real engine, with everything being killed that can be. It holds tests only.
//
// The programs are named by DUBAN_BIN and DUBAN_ENGINE_BIN; make builds them.
package e2e
