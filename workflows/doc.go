// Package workflows keeps time for the record: a workflow for each case, from
// discovery to archive, and a few that look after many.
//
// A workflow decides nothing. It waits, passes what fell due to the record and
// goes on from the answer; a rule, a policy or a calendar can change without
// breaking a case that has been open for a year, because a replay only repeats
// recorded outcomes. Its history holds ids, kinds and instants, never content,
// and of a case's stage only what its unit may see.
//
// Nothing here may be lost for ever: whatever happens to a workflow, the record
// tells of its case again.
package workflows
