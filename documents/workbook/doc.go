// Package workbook reads and writes .xlsx files for the packages beside it,
// which know what stands in them.
//
// The reader refuses a file it cannot vouch for as a whole: old or encrypted
// formats, macros, links to other files, and whatever would cost more memory or
// disk than its content is worth. It holds one row at a time, so its memory does
// not grow with the file: parts of the file that nobody asks for are never
// unpacked. That is why it reads the XML itself; a library that loads sheets
// cannot tell of formulas and merged cells without holding all of them. The
// writer streams as well, and gives the same bytes for the same cells, which the
// library does not once a workbook has several sheets.
//
// It knows no sheet, no column and no record, and it guesses nothing.
package workbook
