package lifecycle

import (
	"hash/fnv"
	"slices"
	"time"

	"duban/policy"
)

// A Duty is something in a case that one person must do and no other, until it is
// given to another. What waits for everybody of a role is none.
type Duty struct {
	Kind DutyKind
	// Measure is the number of the measure, of a measure.
	Measure int
	// Who are the roles that may take it.
	Who []Role
}

// A DutyKind says what has to be done.
type DutyKind string

// The kinds.
const (
	DutyDraft    DutyKind = "draft"     // a draft to be finished
	DutyOfficer  DutyKind = "officer"   // the case to be seen to
	DutyMeasure  DutyKind = "measure"   // a measure to be carried out
	DutyLookBack DutyKind = "look_back" // the result of a look-back to be recorded
)

// ZH is the kind as officials say it.
func (k DutyKind) ZH() string {
	switch k {
	case DutyDraft:
		return "草稿"
	case DutyOfficer:
		return "经办"
	case DutyMeasure:
		return "督办措施"
	case DutyLookBack:
		return "登记“回头看”结果"
	default:
		return string(k)
	}
}

// Duties are what one person must do in a case. Who led a look-back that is under way
// records its result himself: nobody else stood there in his place.
func (c Case) Duties(account string) []Duty {
	var list []Duty
	if account == "" || !c.Open() {
		return nil
	}
	switch {
	case c.Stage == Draft && c.drafter() == account:
		list = append(list, Duty{Kind: DutyDraft, Who: []Role{Officer}})
	case c.Officer == account:
		list = append(list, Duty{Kind: DutyOfficer, Who: []Role{Officer}})
	}
	for _, m := range c.Measures {
		if m.Status == Ordered && m.Owner == account {
			list = append(list, Duty{Kind: DutyMeasure, Measure: m.No, Who: ownerRole(m.Kind)[:1]})
		}
	}
	if c.Stage == LookBackActive && c.Part.Lead == account {
		list = append(list, Duty{Kind: DutyLookBack})
	}
	return list
}

// drafter is whose a draft is: its author's, or the officer's it was given to.
func (c Case) drafter() string {
	if c.Officer != "" {
		return c.Officer
	}
	return c.Part.Author
}

// A Taker takes over what another had to do: in the cases named, or wherever nobody is
// named for it.
type Taker struct {
	Actor

	Cases []string `json:"cases,omitempty"`
}

// TakerOf is who takes a duty in a case; false when nobody of the takers may. Those who
// take whatever there is share it.
func TakerOf(d Duty, caseID string, takers []Taker) (Actor, bool) {
	var all []Actor
	for _, t := range takers {
		switch {
		case !t.Has(d.Who...):
		case slices.Contains(t.Cases, caseID):
			return t.Actor, true
		case len(t.Cases) == 0:
			all = append(all, t.Actor)
		}
	}
	if len(all) == 0 {
		return Actor{}, false
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(caseID))
	return all[int(h.Sum32()%uint32(len(all)))], true //nolint:gosec // G115: there are few takers
}

// A PassingOn is what one person had to do passing on to others, because the account
// was ended or does something else now.
type PassingOn struct {
	From   string  `json:"from"`
	Takers []Taker `json:"takers"`
	Reason string  `json:"reason"`
	// By is who had it passed on.
	By Actor `json:"by"`
	// Roles are those that the account still has: what goes with one of them stays.
	Roles []Role `json:"roles,omitempty"`
}

// stays reports whether a duty stays where it is.
func (p PassingOn) stays(d Duty) bool { return Actor{Roles: p.Roles}.Has(d.keepers()...) }

// keepers are the roles with which a duty is kept: a draft is an inspector's as well.
func (d Duty) keepers() []Role {
	if d.Kind == DutyDraft {
		return KindAmendDraft.Who()
	}
	if d.Kind == DutyLookBack {
		return KindRecordLookBack.Who()
	}
	return d.Who
}

// Leaving are the duties in a case that do not stay with whom they were.
func (p PassingOn) Leaving(c Case) []Duty {
	return slices.DeleteFunc(c.Duties(p.From), p.stays)
}

// MeasuresOf are the kinds of measures that a role carries out, as the record has them.
func MeasuresOf(role Role) []string {
	var kinds []string
	for _, kind := range policy.MeasureKinds() {
		if ownerRole(kind)[0] == role {
			kinds = append(kinds, string(kind))
		}
	}
	return kinds
}

// DecidePassOn gives what somebody had to do in a case to others. It returns no event
// when there is nothing, or nobody who may take it.
func DecidePassOn(c Case, p PassingOn, at time.Time, r Rules) []Event {
	t := newTurn(c, Command{Actor: p.By}, at, r)
	for _, d := range p.Leaving(c) {
		to, ok := TakerOf(d, c.ID, p.Takers)
		switch {
		case !ok:
		case d.Kind == DutyMeasure:
			t.record(&MeasureReassigned{ReassignMeasure: ReassignMeasure{No: d.Measure, Owner: to.Account, Reason: p.Reason}, Former: p.From})
		default:
			t.record(&OfficerAssigned{Assign: Assign{Officer: to.Account}, Before: p.From, Reason: p.Reason})
		}
	}
	if len(t.events) == 0 {
		return nil
	}
	t.seal()
	return t.events
}
