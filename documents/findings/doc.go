// Package findings reads a campaign's findings from an .xlsx workbook, writes
// the template they are filled in, and gives a workbook back with its errors
// marked.
//
// The reader is strict and never guesses: a unit whose name is not quite right
// is an error that names the nearest ones. It refuses a file that is hidden in
// part, and in a row whatever a person did not type as a value; what package
// workbook cannot vouch for never comes here. It holds one row at a time, so its
// memory does not grow with the file. It opens no case and knows no database.
package findings
