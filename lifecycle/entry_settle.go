package lifecycle

import (
	"slices"

	"duban/calendar"
)

// SettleEntry keeps or ends an entry whose ground fell away: its case was voided, sent
// on, its objection upheld, or its listing waived. Another leader than who had it fall
// away does (决定去留).
type SettleEntry struct {
	Keep   bool   `json:"keep" doc:"Whether the entry stays; otherwise it ends"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// An EntryKept says that an entry stays although grounds of it fell away.
type EntryKept struct {
	On     Date   `json:"on"`
	By     string `json:"by"`
	Reason string `json:"reason"`
	// Leads are the listings it is about; one that falls away later is another question.
	Leads []string `json:"leads"`
}

// Unsettled are the grounds that fell away and about which no leader has decided.
func (e Entry) Unsettled() []Ground {
	var list []Ground
	for _, g := range e.Grounds {
		kept := e.Kept != nil && slices.Contains(e.Kept.Leads, g.key())
		if g.Fallen != nil && g.stands() && !e.endedWith(g) && !kept {
			list = append(list, g)
		}
	}
	return list
}

// MaySettle reports whether a person may decide whether an entry that stands on a day
// is kept: a leader who did not have any of it fall away.
func (e Entry) MaySettle(a Actor, on calendar.Date) bool {
	return a.Has(ActSettle.Who()...) && e.State(on) == EntryActive && !e.ownVoid(a)
}

// ownVoid reports whether the person had the case of a ground fall away.
func (e Entry) ownVoid(a Actor) bool {
	return slices.ContainsFunc(e.Grounds, func(g Ground) bool { return g.stands() && g.Fallen != nil && g.Fallen.By == a.Account })
}

func (b *SettleEntry) decide(t *turn, e Entry, _ []string) error {
	switch {
	case len(e.Unsettled()) == 0:
		return notAllowed("nothing_fallen", "该条目所依据的事项没有撤销，或者去留已经决定；要结束该条目，请先提出结束。",
			"Nothing that the entry rests on fell away without an answer; to end it, propose that.")
	case e.ownVoid(t.actor):
		return ownVoid()
	}
	return t.text("reason", b.Reason, maxText)
}

// apply decides of the listings that had fallen away then, and of none that did later.
func (b *SettleEntry) apply(e *Entry, act EntryAct) {
	if b.Keep {
		kept := EntryKept{On: act.On, By: act.Actor.Account, Reason: b.Reason, Leads: act.Fallen}
		if e.Kept != nil {
			kept.Leads = append(slices.Clone(e.Kept.Leads), kept.Leads...)
		}
		e.Kept = &kept
		return
	}
	// Of an entry that rests on other listings too, those that fell away end.
	e.ending(EntryEnd{On: act.On, Reason: b.Reason, Proposer: act.FallenBy, Decider: act.Actor.Account, Leads: act.Fallen})
}

func keysOf(grounds []Ground) []string {
	var keys []string
	for _, g := range grounds {
		keys = append(keys, g.key())
	}
	return keys
}
