// Package lifecycle holds the rules: what may happen to a case, by whom, when,
// and what follows.
//
// It is pure. Decide takes a case, a command, the instant it was received and
// the rules in force, and returns the events to record or a Refusal; Apply
// folds an event into a case; Alarm says when the case must next be looked at
// although nobody touched it. Nothing here reads a clock, draws a random
// number or does I/O, so any decision of the past can be computed again and
// checked. No other package decides anything about a case.
//
// The package knows nothing about the date of a look-back before the
// inspectors stand in the room, and has no field that could hold one.
package lifecycle
