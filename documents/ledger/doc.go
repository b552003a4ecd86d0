// Package ledger writes the ledger of rectification (整改台账) as a workbook
// that offices can print and file, and that the import of findings reads again:
// it knows the rows that are cases by their numbers, and opens those put below.
//
// It is handed rows one after another and keeps none of them. It decides
// nothing, reads no record, and writes no formula: a text that a spreadsheet
// could take for one gets an apostrophe before it, which is part of the text, so
// that it stays harmless when somebody saves the sheet as CSV.
package ledger
