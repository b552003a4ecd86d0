// Package worker runs Duban's workflows and activities for a Temporal server,
// and sees to it that the Schedules are there.
//
// The server may be away at the start and for hours, may lose its namespace and
// everything in it: the worker keeps trying, and makes the Schedules again.
// What becomes of the cases meanwhile is not its business; the record and
// package dispatch see to that.
package worker
