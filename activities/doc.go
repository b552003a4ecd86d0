// Package activities is the only I/O a workflow does: it asks the record, and
// sends what the record says is to leave the house.
//
// An activity decides nothing about a case and answers with codes, never with
// a driver's text: what it returns stays in a history for months and is shown
// to whoever may look at the engine. The real error goes to the log.
package activities
