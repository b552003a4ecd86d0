// Package documents writes the official papers of a case as Word files, in the
// layout of GB/T 9704: the feedback notice with its receipt slip, the receipt
// confirmation, the supervision letter, the notice of a reminder talk, the
// notices that a case is closed or withdrawn, and the blank form of a report.
//
// The same input gives the same bytes, so that a paper's hash can stand in the
// record. The package refuses a paper that lacks what it must say, and text that
// no paper can hold; it never fills a gap with dots to be completed by hand. It
// decides nothing about a case, reads no clock and does no I/O.
package documents
