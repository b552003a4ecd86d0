// Package store is the record: all SQL, and the one transaction in which a
// command or an alarm is decided and written.
//
// The record decides. Execute locks the case, applies whatever has fallen due,
// asks package lifecycle, and writes events, read model, receipt, letters and
// the telling together or not at all. Nothing here knows HTTP or Temporal, and
// no rule of the lifecycle is written in SQL.
package store
