package lifecycle

import (
	"cmp"
	"fmt"
	"slices"

	"duban/calendar"
	"duban/policy"
)

// An Entry is what stands about a unit on a negative list in a year (负面清单条目).
// It rests on measures of cases, which list the unit and take it off again, and
// on acts about the entry itself, which outlives its cases.
type Entry struct {
	List policy.List `json:"list"`
	// Unit is the unit that was listed, which it stays when its duty passes on.
	Unit string `json:"unit"`
	Year int    `json:"year"`
	// Grounds are the cases it rests on, in the order of their listings.
	Grounds []Ground `json:"grounds"`
	// RunsTo is the last day it would last by itself, and EndsOn the last day it
	// lasts because a later entry of the unit prolonged it. Zero when only a
	// decision ends it.
	RunsTo calendar.Date `json:"runs_to,omitzero"`
	// Renews: a later entry of the unit, while this one stands, prolongs it.
	Renews bool          `json:"renews,omitempty"`
	EndsOn calendar.Date `json:"ends_on,omitzero"`

	// What the acts made of it.
	Acts   int            `json:"acts,omitempty"`
	Words  *ListingWords  `json:"words,omitempty"`
	Ending *EntryProposal `json:"ending,omitempty"`
	Ended  *EntryEnd      `json:"ended,omitempty"`
	Kept   *EntryKept     `json:"kept,omitempty"`
	Shown  *EntryShown    `json:"shown,omitempty"`
}

// A Ground is a listing of a case that an entry rests on.
type Ground struct {
	Case    string        `json:"case"`
	Number  string        `json:"number"`
	Measure int           `json:"measure"`
	Status  MeasureStatus `json:"status"`
	On      Date          `json:"on"`
	Basis   string        `json:"basis"`
	// Decision is the number of the decision, and DecidedOn its day.
	Decision  string `json:"decision,omitempty"`
	DecidedOn Date   `json:"decided_on,omitzero"`
	// Misdirected: the case never was this unit's.
	Misdirected bool `json:"misdirected,omitempty"`
	// Fallen: the case fell away or the listing was let be, and stays until another leader ends it.
	Fallen *Fallen `json:"fallen,omitempty"`
	// Reason is why it was let be.
	Reason string `json:"reason,omitempty"`
	// Served: the unit knows of the case.
	Served bool `json:"served,omitempty"`
}

// An EntryProposal asks that an entry be ended.
type EntryProposal struct {
	No     int    `json:"no"`
	On     Date   `json:"on"`
	By     string `json:"by"`
	Reason string `json:"reason"`
	// Leads are the listings that stood then; no other ends by it.
	Leads []string `json:"leads,omitempty"`
}

// An EntryEnd ended an entry: two people did.
type EntryEnd struct {
	On       Date   `json:"on"`
	Reason   string `json:"reason"`
	Proposer string `json:"proposer"`
	Decider  string `json:"decider"`
	// Leads are the listings it ended; one made after it stands again.
	Leads []string `json:"leads"`
}

// EntryShown is what the public may read of an entry: this text and no other.
type EntryShown struct {
	Text   string   `json:"text"`
	On     Date     `json:"on"`
	Reason string   `json:"reason"`
	Leads  []string `json:"leads"`
}

// ListingWords are what listings should say, put right. Like all acts it is about the
// listings that stood then, and says nothing of a later one.
type ListingWords struct {
	Basis    string   `json:"basis,omitempty"`
	Decision string   `json:"decision,omitempty"`
	Leads    []string `json:"leads"`
}

// An EntryState says whether an entry stands.
type EntryState string

// The states.
const (
	EntryActive    EntryState = "active"
	EntryExpired   EntryState = "expired"   // ended by itself, as the policy says
	EntryEnded     EntryState = "ended"     // ended by decision
	EntryWithdrawn EntryState = "withdrawn" // no case lists the unit any more
)

// EntryStates lists them.
func EntryStates() []EntryState {
	return []EntryState{EntryActive, EntryExpired, EntryEnded, EntryWithdrawn}
}

// ZH is the state as officials say it.
func (s EntryState) ZH() string {
	switch s {
	case EntryActive:
		return "在列"
	case EntryExpired:
		return "到期结束"
	case EntryEnded:
		return "决定结束"
	case EntryWithdrawn:
		return "已撤回"
	default:
		return string(s)
	}
}

// ListingsOf lists what a case puts on the lists or has put there, by entry: the
// list, the unit at that time, and the year of the order.
func ListingsOf(c Case) []Entry {
	var entries []Entry
	for _, m := range c.Measures {
		if m.Kind != policy.MeasureNegativeList || m.Status == Proposed || m.Status == PassedOn || m.Before == Proposed {
			continue
		}
		g := Ground{
			Case: c.ID, Number: c.Number, Measure: m.No, Status: m.Status, On: m.On, Basis: m.Basis,
			Misdirected: m.Misdirected, Fallen: m.Fallen, Reason: m.Reason, Served: c.Served && !m.Misdirected,
		}
		if m.Record != nil {
			g.Decision, g.DecidedOn = m.Record.Number, m.Record.On
		}
		key := Entry{List: m.list(), Unit: cmp.Or(m.Unit, c.Unit), Year: m.On.Year()}
		i := slices.IndexFunc(entries, key.same)
		if i < 0 {
			entries = append(entries, key)
			i = len(entries) - 1
		}
		entries[i].Grounds = append(entries[i].Grounds, g)
	}
	return entries
}

func (e Entry) same(o Entry) bool { return e.List == o.List && e.Unit == o.Unit && e.Year == o.Year }

// stands reports whether the ground lists the unit by itself.
func (g Ground) stands() bool {
	return (!g.Misdirected || g.Fallen != nil) && (g.Status == Ordered || g.Status == Done)
}

// With returns the entry resting on these grounds of a case, instead of whatever
// grounds it had of it.
func (e Entry) With(caseID string, grounds []Ground) Entry {
	e.Grounds = slices.DeleteFunc(slices.Clone(e.Grounds), func(g Ground) bool { return g.Case == caseID })
	e.Grounds = append(e.Grounds, grounds...)
	slices.SortFunc(e.Grounds, func(a, b Ground) int {
		return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Measure, b.Measure))
	})
	return e
}

// Lead is the listing by which the unit stands on the list; ok is false when
// there is none.
func (e Entry) Lead() (lead Ground, ok bool) {
	for _, g := range e.Grounds {
		if g.stands() && !e.endedWith(g) {
			return g, true
		}
	}
	for _, g := range e.Grounds {
		if g.stands() {
			return g, true
		}
	}
	return Ground{}, false
}

func (e Entry) endedWith(g Ground) bool {
	return e.Ended != nil && slices.Contains(e.Ended.Leads, g.key())
}

// key names a listing by case, measure and day: a measure that was taken over is
// another listing.
func (g Ground) key() string { return fmt.Sprint(g.Case, " ", g.Measure, " ", g.On) }

// ListedOn is the day on which the unit was first listed of the listings there are.
func (e Entry) ListedOn() Date {
	if lead, ok := e.Lead(); ok {
		return lead.On
	}
	if len(e.Grounds) > 0 {
		return e.Grounds[0].On
	}
	return Date{}
}

// Basis and Decision are those of the listing, or as corrected.
func (e Entry) Basis() string {
	if c := e.reworded(); c.Basis != "" {
		return c.Basis
	}
	lead, ok := e.Lead()
	if !ok && len(e.Grounds) > 0 {
		lead = e.Grounds[0]
	}
	return lead.Basis
}

// Decision is the number of the decision and its day; both empty while the
// number has not followed yet.
func (e Entry) Decision() (number string, on Date) {
	lead, _ := e.Lead()
	number, on = lead.Decision, lead.DecidedOn
	if c := e.reworded(); c.Decision != "" {
		number = c.Decision
	}
	return number, on
}

// reworded is what was put right of the listing that stands.
func (e Entry) reworded() ListingWords {
	lead, ok := e.Lead()
	if e.Words == nil || !ok || !slices.Contains(e.Words.Leads, lead.key()) {
		return ListingWords{}
	}
	return *e.Words
}

// Public is what the public may read of an entry that stands, nil when nothing.
func (e Entry) Public() *EntryShown {
	lead, ok := e.Lead()
	if e.Shown == nil || !ok || e.Over() || !slices.Contains(e.Shown.Leads, lead.key()) {
		return nil
	}
	return e.Shown
}

// Over reports whether the entry was ended by decision and nothing has listed the
// unit since.
func (e Entry) Over() bool {
	if e.Ended == nil {
		return false
	}
	return !slices.ContainsFunc(e.Grounds, func(g Ground) bool { return g.stands() && !e.endedWith(g) })
}

// State is how the entry stands on a day.
func (e Entry) State(on calendar.Date) EntryState {
	if _, ok := e.Lead(); !ok {
		return EntryWithdrawn
	}
	switch {
	case e.Over():
		return EntryEnded
	case !e.EndsOn.IsZero() && e.EndsOn.Before(on):
		return EntryExpired
	default:
		return EntryActive
	}
}

// Known reports whether the unit knows of a case that lists it. Before a notice is
// served none of it exists for the unit.
func (e Entry) Known() bool {
	_, stands := e.Lead()
	return slices.ContainsFunc(e.Grounds, func(g Ground) bool { return g.Served && (!stands || g.stands() || g.Status == Joined) })
}

// Lasts sets how long the entry would last by itself, by the rules its listing
// was made under.
func (e Entry) Lasts(r Rules) Entry {
	rule := r.Policy.Listing(e.List)
	e.RunsTo, e.Renews = calendar.Date{}, rule.Ends == policy.EndsAfter
	switch rule.Ends {
	case policy.EndsWithYear:
		e.RunsTo = calendar.On(e.Year, 12, 31)
	case policy.EndsAfter:
		e.RunsTo = r.Calendar.Add(e.ListedOn(), rule.After).Date
	case policy.EndsByDecision:
	}
	return e
}

// Prolong sets on what day each entry of a unit on a list ends: one that a later
// entry found still standing, and that ends after a time without a new one, lasts
// as long as that does. It puts the entries in the order of their listings.
func Prolong(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Or(a.ListedOn().Compare(b.ListedOn()), cmp.Compare(a.Year, b.Year)) })
	next := -1
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		e.EndsOn = e.RunsTo
		if _, stands := e.Lead(); !stands {
			continue
		}
		if next >= 0 && e.Renews && !entries[next].ListedOn().After(e.RunsTo) && entries[next].EndsOn.After(e.EndsOn) {
			e.EndsOn = entries[next].EndsOn
		}
		next = i
	}
}
