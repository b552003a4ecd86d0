// Package directory writes the whole directory (regions, categories, areas and
// who answers for them, units, posts, and the names of accounts) as a workbook,
// and reads it back as a plan of what is to change.
//
// It never guesses: a name that is not quite right is an error that names the
// nearest ones, and a name that is nearly one that exists is no new thing until
// somebody says so. It never overwrites in silence: what a unit is called now is
// a rename from a day on, and another holder of a post begins a term. It takes
// nothing away: a row that is not there and a cell that is empty change nothing.
// It holds no token, writes no record, and changes nothing itself.
package directory
