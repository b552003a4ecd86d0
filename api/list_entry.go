package api

import (
	"encoding/json"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// A ListEntry is what stands about a unit on a negative list in a year. A unit's
// person is shown neither the basis nor the cases, and no person's name.
type ListEntry struct {
	ID       string               `json:"id" format:"uuid"`
	List     policy.List          `json:"list"`
	ListZH   string               `json:"list_zh"`
	Year     int                  `json:"year" doc:"The year for which the unit is on the list"`
	Unit     string               `json:"unit"`
	UnitName string               `json:"unit_name" doc:"What the unit was called when it was listed"`
	State    lifecycle.EntryState `json:"state" doc:"How it stands today: active, expired, ended or withdrawn"`
	StateZH  string               `json:"state_zh" doc:"The state in Chinese, for people to read"`
	ListedOn calendar.Date        `json:"listed_on"`
	// The number may follow the listing.
	Decision  string         `json:"decision,omitempty" doc:"Number of the decision, once it has one"`
	DecidedOn *calendar.Date `json:"decided_on,omitempty"`
	EndsOn    *calendar.Date `json:"ends_on,omitempty" doc:"The last day it lasts; none when only a decision ends it"`
	EndedOn   *calendar.Date `json:"ended_on,omitempty" doc:"When a decision ended it"`
	Public    *PublicText    `json:"public,omitempty" doc:"What the public may read; nothing when it is not there"`

	Basis    string         `json:"basis,omitempty"`
	Proposal *EntryProposal `json:"proposal,omitempty" doc:"That it be ended; another person decides"`
	Kept     *EntryKept     `json:"kept,omitempty" doc:"A leader decided that it stays although what it rests on fell away; none otherwise, and none for a unit"`
	Cases    []EntryCase    `json:"cases,omitempty" doc:"The cases it rests on"`
	Acts     []EntryAct     `json:"acts,omitempty" doc:"What was done about it; shown with one entry"`
}

// PublicText is what the public may read of the facts, and why.
type PublicText struct {
	Text   string        `json:"text" doc:"What is said of the facts"`
	On     calendar.Date `json:"on" doc:"The day from which it may be read"`
	Reason string        `json:"reason,omitempty"`
}

// An EntryProposal asks that an entry be ended.
type EntryProposal struct {
	No     int           `json:"no" doc:"The number of the act that proposed it, which a decision names"`
	On     calendar.Date `json:"on"`
	By     string        `json:"by" doc:"The account"`
	Reason string        `json:"reason"`
}

// An EntryKept says that an entry stays although what it rests on fell away.
type EntryKept struct {
	On     calendar.Date `json:"on" doc:"When that was decided"`
	By     string        `json:"by" doc:"Account of the leader who decided"`
	Reason string        `json:"reason"`
}

// An EntryCase is a listing that an entry rests on.
type EntryCase struct {
	Case      string                  `json:"case" format:"uuid"`
	Number    string                  `json:"number"`
	Measure   int                     `json:"measure" doc:"The case's measure"`
	Status    lifecycle.MeasureStatus `json:"status" doc:"How the measure that listed the unit stands"`
	On        calendar.Date           `json:"on" doc:"The day of the listing"`
	Basis     string                  `json:"basis"`
	Decision  string                  `json:"decision,omitempty"`
	DecidedOn *calendar.Date          `json:"decided_on,omitempty" doc:"The date of the decision"`
	Reason    string                  `json:"reason,omitempty" doc:"Why it was let be"`
	// Fallen: the case does not stand any more or the listing was let be, and it stands.
	Fallen *lifecycle.Fallen `json:"fallen,omitempty" doc:"Who had the case fall away (voided, sent on, objection upheld) or let the listing be (waived), and when; another leader decides whether the entry ends"`
}

// An EntryAct is what a person did about an entry.
type EntryAct struct {
	No        int                 `json:"no"`
	Kind      lifecycle.EntryKind `json:"kind" doc:"What was done"`
	KindZH    string              `json:"kind_zh"`
	At        time.Time           `json:"at"`
	Actor     string              `json:"actor"`
	ActorName string              `json:"actor_name"`
	Content   json.RawMessage     `json:"content" doc:"What was written then, by kind"`
}

// A PublicEntry is what the public may read of an entry.
type PublicEntry struct {
	List      policy.List    `json:"list"`
	ListZH    string         `json:"list_zh"`
	Year      int            `json:"year"`
	UnitName  string         `json:"unit_name"`
	ListedOn  calendar.Date  `json:"listed_on"`
	Decision  string         `json:"decision"`
	DecidedOn *calendar.Date `json:"decided_on,omitempty"`
	Text      string         `json:"text" doc:"What was decided to be said of the facts"`
}

// A ListedUnit is a unit that was on a list in a year, for the plan of the next.
type ListedUnit struct {
	Unit      string   `json:"unit" doc:"Who answers for it now; empty when nobody does"`
	Name      string   `json:"name" doc:"What it is called now"`
	Listed    string   `json:"listed" doc:"The unit that was listed"`
	NameThen  string   `json:"name_then" doc:"What it was called then"`
	Lists     []string `json:"lists" of:"policy.List" doc:"The lists it was on"`
	Entries   []string `json:"entries" doc:"Ids of the entries"`
	Campaigns []string `json:"campaigns" doc:"Campaigns of the next year that cover it already"`
}

// given is a date that may be none.
func given(d calendar.Date) *calendar.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

// entry is an entry as this person may see it.
func (c *call) entry(e store.ListEntry) ListEntry {
	number, on := e.Decision()
	state := e.State(e.Today)
	out := ListEntry{
		ID: e.ID, List: e.List, ListZH: e.List.ZH(), Year: e.Year, Unit: e.Unit, UnitName: e.UnitName, State: state, StateZH: state.ZH(),
		ListedOn: e.ListedOn(), Decision: number, DecidedOn: given(on), EndsOn: given(e.EndsOn),
	}
	if e.Over() {
		out.EndedOn = &e.Ended.On
	}
	if shown := e.Public(); shown != nil {
		out.Public = &PublicText{Text: shown.Text, On: shown.On}
	}
	if c.unit() {
		return out
	}
	if out.Public != nil {
		out.Public.Reason = e.Public().Reason
	}
	out.Basis = e.Basis()
	if p := e.Proposed(); p != nil {
		out.Proposal = &EntryProposal{No: p.No, On: p.On, By: p.By, Reason: p.Reason}
	}
	if k := e.Kept; k != nil {
		out.Kept = &EntryKept{On: k.On, By: k.By, Reason: k.Reason}
	}
	for _, g := range e.Grounds {
		out.Cases = append(out.Cases, EntryCase{
			Case: g.Case, Number: g.Number, Measure: g.Measure, Status: g.Status, On: g.On, Basis: g.Basis,
			Decision: g.Decision, DecidedOn: given(g.DecidedOn), Reason: g.Reason, Fallen: g.Fallen,
		})
	}
	for _, a := range e.Acts {
		kind := lifecycle.EntryKindOf(a.Body)
		content, err := json.Marshal(a.Body)
		if err != nil {
			panic("api: an act that was read cannot be written: " + err.Error())
		}
		out.Acts = append(out.Acts, EntryAct{
			No: a.No, Kind: kind, KindZH: kind.ZH(), At: a.At, Actor: a.Actor.Account, ActorName: a.Actor.Name, Content: content,
		})
	}
	return out
}

func publicEntry(e store.ListEntry) PublicEntry {
	number, on := e.Decision()
	return PublicEntry{
		List: e.List, ListZH: e.List.ZH(), Year: e.Year, UnitName: e.UnitName, ListedOn: e.ListedOn(), Decision: number, DecidedOn: given(on),
		Text: e.Public().Text,
	}
}
