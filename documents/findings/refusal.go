package findings

import "duban/documents/workbook"

// A Refusal is a file that was not read, or not to its end, with the reason in
// one sentence for the person who sent it.
type Refusal = workbook.Refusal

// A Fault is what is wrong with one cell or one row.
type Fault = workbook.Fault

// CodeMerged is the code of a merged cell. A sheet tells of those only at its
// end, so the fault does not come with its row.
const CodeMerged = "merged"

// MaxFile is how many bytes a workbook may have.
const MaxFile = workbook.MaxFile

// MaxFaults is how many faults a reading lists; the others are counted.
const MaxFaults = workbook.MaxFaults

func refuse(code, zh, en string) *Refusal { return workbook.Refuse(code, zh, en) }
