package lifecycle

import (
	"hash/fnv"
	"time"

	"duban/calendar"
	"duban/policy"
)

// Rules is everything Decide needs to know that is not in the case: the policy
// and the calendar in force, how legal days lie on the time line, and when the
// system itself was away.
type Rules struct {
	Policy          *policy.Policy
	PolicyVersion   int
	Calendar        *calendar.Calendar
	CalendarVersion int
	Timeline        calendar.Timeline
	// Outages are the spans in which nobody could reach the system, as far as
	// they can touch a deadline that is being judged.
	Outages []Outage
	// Standing are the measures running or listed in other cases of the same
	// unit that this case would have to join.
	Standing []Standing
	// Holders are the posts of the case's unit, and who held them: read with Standing.
	Holders []PostHeld
	// Over are the entries of the unit that were ended by decision: who lists the
	// unit again makes a new listing.
	Over []ListYear
	// Known are the units and people that the command refers to and that exist.
	Known Known
	// Candidates are those who may look back at all, where the command names who
	// comes, and Unsealed is what was drawn, where it records an arrival.
	Candidates []Candidate
	Unsealed   Unsealed
	// Late are the recusals from the case's unit that were entered shortly before what
	// is drawn now.
	LateRecusals []LateRecusal
	// Of are the rules of the other cases a command involves, by case: each was
	// noticed under its own policy. The subject's stand in for what is not there.
	Of map[string]Rules
}

// Known is the part of the directory that a command refers to.
type Known struct {
	// Units are the ids of units that exist and are not abolished.
	Units map[string]bool
	// Accounts are the people, by id, who may act.
	Accounts map[string]Actor
	// Campaigns are the ids of campaigns that exist and are not closed.
	Campaigns map[string]bool
	// Uncovered are the ids of campaigns whose scope has neither the finding's unit
	// nor one it came from.
	Uncovered map[string]bool
	// Posts are those of the case's unit, and who held them from when to when.
	Posts []PostHeld
	// Repeated is the case that the finding is said to repeat; nil when there is
	// none of its id.
	Repeated *KnownCase
	// Lineage are the finding's unit and those it came from.
	Lineage []string
	// Same is the number of a case that is the same finding, where one that is a
	// case already is not to be opened; empty when there is none.
	Same string
	// Evidence are the ids of files of the case, as far as the actor may know of them.
	Evidence map[string]bool
}

// A PostHeld is an office of a unit, and who held it from a day on, to a day or
// until now. Account is the person's, if he can sign for the unit with it.
type PostHeld struct {
	Post, Person string
	Since, Until calendar.Date
	Unit         string
	Account      string
}

// Refs are the ids in a command's body that must exist in the directory.
type Refs struct {
	Units     []string
	Accounts  []string
	Campaigns []string
	// Scope: the body says of which unit a finding is, or of which campaign.
	Scope bool
	// Posts: the body names people by the offices they hold in the case's unit.
	Posts bool
	// Candidates: it names who comes to look back. Unsealed: and that they have come.
	Candidates, Unsealed bool
	// Repeat: the finding may repeat a case.
	Repeat *RepeatRef
	// Evidence are the ids of evidence that the body refers to.
	Evidence []string
}

// ReferencesOf lists what a command's body refers to.
func ReferencesOf(body CommandBody) Refs {
	if b, ok := body.(interface{ refers() Refs }); ok {
		return b.refers()
	}
	return Refs{}
}

// An Outage is a span without any sign of life of the API, by the database's
// clock.
type Outage struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// A Standing is a measure of another case that further cases join: one open
// talk per post-holder, one entry per list, unit and year.
type Standing struct {
	Kind policy.MeasureKind `json:"kind" doc:"What kind of measure it joined"`
	List policy.List        `json:"list,omitempty"`
	// Year is that of the entry, which the record need not say; none of a talk.
	Year    int    `json:"-"`
	Case    string `json:"case"`
	Measure int    `json:"measure" doc:"Number of that measure, as its case counts"`
	// Subject is with whom a talk is to be held, nil when the record does not say: what
	// joins it is judged by it, and does not keep it.
	Subject *PostHolder `json:"-"`
}

// A ListYear names an entry of a unit: there is one on a list in a year.
type ListYear struct {
	List policy.List
	Year int
}

// Today is the legal date at the instant.
func (r Rules) Today(at time.Time) calendar.Date { return r.Timeline.Date(at) }

// FireAt is when the alarm of a case is armed to fire: the legal instant and a
// spread of 2 to 30 minutes by a hash of the case's id, scaled with the length
// of a legal day. What was received in time is thereby decided first, and one
// midnight is not one second's work.
func (r Rules) FireAt(caseID string, legal time.Time) time.Time {
	h := fnv.New64a()
	_, _ = h.Write([]byte(caseID))
	from, to := r.Policy.Time.SpreadFrom.Std(), r.Policy.Time.SpreadTo.Std()
	spread := from
	if to > from {
		spread += time.Duration(h.Sum64() % uint64(to-from)) //nolint:gosec // G115: to is later than from, the rest less than both
	}
	return legal.Add(r.Timeline.Scale(spread))
}

// later shifts a due date by the days (from, to] that the committee, a stay or
// an outage took. Both readings are granted, natural days and working days, so
// that neither way of counting the unit's lateness contains a day it did not
// have.
func (r Rules) later(due, from, to calendar.Date) calendar.Date {
	if !to.After(from) {
		return due
	}
	natural := r.Calendar.Roll(due.AddDays(to.DaysSince(from))).Date
	working := r.Calendar.AddWorkingDays(due, r.Calendar.WorkingDaysBetween(from, to))
	return latest(natural, working)
}

// laterBut is later without the days of spans, which follow one another.
func (r Rules) laterBut(due, from, to calendar.Date, but []Span) calendar.Date {
	for _, span := range but {
		if span.From.Before(to) {
			due = r.later(due, from, span.From)
			from = latest(from, span.To)
		}
	}
	return r.later(due, from, to)
}

func latest(a, b calendar.Date) calendar.Date {
	if b.After(a) {
		return b
	}
	return a
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
