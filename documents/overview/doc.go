// Package overview writes what managers ask of all cases at once (统计) as a
// workbook: a sheet with the sums, and one with the cases behind them.
//
// It is handed rows and sums nothing up. It reads no record, and what a
// spreadsheet could take for a formula stays a text.
package overview
