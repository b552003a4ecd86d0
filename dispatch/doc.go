// Package dispatch is the one door for commands: it has the record execute
// them and then has the case's workflow told.
//
// Telling is a hint, never the truth. What is to be told is a row in the
// record, written in the command's own transaction; the teller reads it when it
// is about to signal. So nothing here waits for the engine: with the engine
// away commands are answered, and what was not told is told when it is back.
//
// Three tickers live here and not in the engine, because nothing may depend on
// the thing it heals: the left-over tellings, the watchdog over late alarms and
// the API's sign of life.
//
// The package decides nothing about a case and keeps nothing that the record
// does not have.
package dispatch
