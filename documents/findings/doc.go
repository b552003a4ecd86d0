// Package findings reads a campaign's findings from an .xlsx workbook, writes
// the template they are filled in, and gives a workbook back with its errors
// marked.
//
// The reader is strict and never guesses: a unit whose name is not quite right
// is an error that names the nearest ones. It refuses a file it cannot vouch
// for as a whole (old or encrypted formats, macros, links to other files, what
// is hidden), and in a row whatever a person did not type as a value. It holds
// one row at a time, so its memory does not grow with the file: parts of the
// file that it has no use for are never unpacked. That is why it reads the XML
// itself; a library that loads sheets cannot tell of formulas and merged cells
// without holding all of them. It opens no case and knows no database.
package findings
