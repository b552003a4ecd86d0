package lifecycle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// An EntryKind names an act on an entry of a list. It stands in addresses and in
// the record: never rename.
type EntryKind string

// The acts.
const (
	ActProposeEnd EntryKind = "propose_end"
	ActDecideEnd  EntryKind = "decide_end"
	ActCorrect    EntryKind = "correct"
	ActSettle     EntryKind = "settle"
	ActShow       EntryKind = "show"
	ActHide       EntryKind = "hide"
)

// An entryRow registers a kind of act: its name in Chinese, who may do it, and the type of
// its body.
type entryRow struct {
	kind EntryKind
	zh   string
	who  []Role
	new  func() EntryBody
}

// entryActs registers each kind of act.
var entryActs = []entryRow{ //nolint:gochecknoglobals // an immutable table, never assigned again
	{ActProposeEnd, "提出结束", []Role{Officer, Head, Leader}, act[ProposeEnd]},
	{ActDecideEnd, "决定结束", []Role{Leader}, act[DecideEnd]},
	{ActSettle, "决定去留", []Role{Leader}, act[SettleEntry]},
	{ActCorrect, "更正", []Role{Leader}, act[CorrectListing]},
	{ActShow, "公开", []Role{Leader}, act[ShowEntry]},
	{ActHide, "不公开", []Role{Leader}, act[HideEntry]},
}

var entryRows = register(entryActs, func(r entryRow) (EntryKind, any) { return r.kind, r.new() }) //nolint:gochecknoglobals // as the table

// act makes a new body of an act, ready to be decoded into.
func act[T any, P interface {
	*T
	EntryBody
}]() EntryBody {
	return P(new(T))
}

// EntryKinds lists the acts.
func EntryKinds() []EntryKind {
	kinds := make([]EntryKind, len(entryActs))
	for i, r := range entryActs {
		kinds[i] = r.kind
	}
	return kinds
}

// ZH is the act as officials say it, and the kind itself when there is no such act.
func (k EntryKind) ZH() string {
	if r, ok := entryRows.byKind[k]; ok {
		return r.zh
	}
	return string(k)
}

// Who lists the roles that may do it.
func (k EntryKind) Who() []Role { return slices.Clone(entryRows.byKind[k].who) }

// EntryKindOf names the act that a body is of.
func EntryKindOf(body EntryBody) EntryKind { return entryRows.kindOf(body) }

// An EntryBody is what a person wants of an entry.
type EntryBody interface {
	decide(t *turn, e Entry, names []string) error
	apply(e *Entry, act EntryAct)
}

// ProposeEnd asks that an entry be ended before it ends by itself.
type ProposeEnd struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// DecideEnd ends an entry that another person proposed to end, or does not.
type DecideEnd struct {
	// No is the proposal, so that nobody decides another one than he read.
	No      int    `json:"no" minimum:"1" doc:"Number of the proposal"`
	Granted bool   `json:"granted" doc:"Whether the entry ends"`
	Reason  string `json:"reason" minLength:"1" maxLength:"10000"`
}

// CorrectListing puts right what an entry says of its basis or its decision.
type CorrectListing struct {
	Basis    string `json:"basis,omitempty" maxLength:"10000" doc:"What the entry rests on, from now on; unchanged when left out"`
	Decision string `json:"decision,omitempty" maxLength:"100" doc:"Number of the decision"`
	Reason   string `json:"reason" minLength:"1" maxLength:"10000"`
}

// ShowEntry lets the public read of an entry: its unit, list, year, day and
// decision, and this text of the facts. It names no person.
type ShowEntry struct {
	Text   string `json:"text" minLength:"1" maxLength:"10000" doc:"What is said of the facts; names no person"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// HideEntry lets the public read nothing of it (拟不公开).
type HideEntry struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// NewEntryBody returns an empty body for a kind of act, ready to be decoded into, and
// whether there is such a kind.
func NewEntryBody(kind EntryKind) (EntryBody, bool) {
	r, ok := entryRows.byKind[kind]
	if !ok {
		return nil, false
	}
	return r.new(), true
}

// An EntryAct is one thing that a person did about an entry: part of the record
// of law, like an event of a case.
type EntryAct struct {
	No    int
	At    time.Time
	On    Date
	Actor Actor
	Body  EntryBody
	// Leads are the listings that stood then.
	Leads []string
	// Fallen are, where it settles what becomes of them, those whose ground had fallen
	// away, and FallenBy who had the first of them fall away.
	Fallen   []string
	FallenBy string
}

type actContent struct {
	Leads    []string        `json:"leads,omitempty"`
	Fallen   []string        `json:"fallen,omitempty"`
	FallenBy string          `json:"fallen_by,omitempty"`
	Data     json.RawMessage `json:"data"`
}

// Content is the act's content as it is stored.
func (a EntryAct) Content() ([]byte, error) {
	data, err := json.Marshal(a.Body)
	if err != nil {
		return nil, fmt.Errorf("encode act %d: %w", a.No, err)
	}
	return json.Marshal(actContent{Leads: a.Leads, Fallen: a.Fallen, FallenBy: a.FallenBy, Data: data})
}

// WithContent returns the act of a kind with stored content read back.
func (a EntryAct) WithContent(kind EntryKind, content []byte) (EntryAct, error) {
	body, ok := NewEntryBody(kind)
	if !ok {
		return EntryAct{}, fmt.Errorf("decode act %d: unknown kind %q", a.No, kind)
	}
	var v actContent
	if err := json.Unmarshal(content, &v); err != nil {
		return EntryAct{}, fmt.Errorf("decode act %d: %w", a.No, err)
	}
	if err := json.Unmarshal(v.Data, body); err != nil {
		return EntryAct{}, fmt.Errorf("decode act %d: %w", a.No, err)
	}
	a.Leads, a.Fallen, a.FallenBy, a.Body = v.Leads, v.Fallen, v.FallenBy, body
	return a, nil
}

// DecideEntry decides an act on an entry as of the instant. Names are the persons
// of the unit's directory, none of whom the public may read. It returns a *Refusal
// and no act when the rules turn it down.
func DecideEntry(e Entry, names []string, a Actor, body EntryBody, at time.Time, r Rules) (EntryAct, error) {
	t := newTurn(Case{}, Command{Actor: a}, at, r)
	if !a.Has(EntryKindOf(body).Who()...) {
		return EntryAct{}, forbidden("wrong_role", "您的角色不能办理“"+EntryKindOf(body).ZH()+"”。", "Your role may not do this.")
	}
	if state := e.State(t.today); state != EntryActive && !EntryKindOf(body).afterwards(state) {
		return EntryAct{}, notAllowed("entry_over", "该条目"+state.ZH()+"，不能办理“"+EntryKindOf(body).ZH()+"”。", "The entry does not stand any more.")
	}
	if err := body.decide(t, e, names); err != nil {
		return EntryAct{}, err
	}
	act := EntryAct{No: e.Acts + 1, At: t.at, On: t.today, Actor: Actor{Account: a.Account, Name: a.Name}, Body: body}
	for _, g := range e.Grounds {
		if g.stands() {
			act.Leads = append(act.Leads, g.key())
		}
	}
	if EntryKindOf(body) == ActSettle {
		fallen := e.Unsettled()
		act.Fallen, act.FallenBy = keysOf(fallen), fallen[0].Fallen.By
	}
	return act, nil
}

// afterwards reports whether the act is for an entry that does not stand any more, too.
// What ended by itself stands in its year's list for ever: the list of a year is
// announced in the next.
func (k EntryKind) afterwards(state EntryState) bool {
	return k == ActHide || k == ActCorrect || k == ActShow && state == EntryExpired
}

// After is the entry as its cases have it, with nothing but these acts folded in.
func (e Entry) After(acts ...EntryAct) Entry {
	e = Entry{List: e.List, Unit: e.Unit, Year: e.Year, Grounds: e.Grounds, RunsTo: e.RunsTo, Renews: e.Renews, EndsOn: e.EndsOn}
	for _, act := range acts {
		e = e.Apply(act)
	}
	return e
}

// Proposed is the proposal to end the entry that waits for a decision; nil when there is
// none. One of whose listings none stands any more asks for nothing.
func (e Entry) Proposed() *EntryProposal {
	p := e.Ending
	if p == nil || len(p.Leads) == 0 { // one of before its listings were kept with it
		return p
	}
	if !slices.ContainsFunc(e.Grounds, func(g Ground) bool { return g.stands() && !e.endedWith(g) && slices.Contains(p.Leads, g.key()) }) {
		return nil
	}
	return p
}

// ending is the entry with more of its listings ended.
func (e *Entry) ending(end EntryEnd) {
	if e.Ended != nil {
		more := slices.DeleteFunc(slices.Clone(end.Leads), func(lead string) bool { return slices.Contains(e.Ended.Leads, lead) })
		end.Leads = append(slices.Clone(e.Ended.Leads), more...)
	}
	e.Ended = &end
}

// Apply folds an act into the entry.
func (e Entry) Apply(act EntryAct) Entry {
	e.Acts = act.No
	act.Body.apply(&e, act)
	return e
}

func (b *ProposeEnd) decide(t *turn, e Entry, _ []string) error {
	if e.Proposed() != nil {
		return notAllowed("end_proposed", "已有人提出结束该条目，请先作出决定。", "Ending the entry is proposed already; decide on that first.")
	}
	return t.text("reason", b.Reason, maxText)
}

func (b *DecideEnd) decide(t *turn, e Entry, _ []string) error {
	switch {
	case e.Proposed() == nil || e.Ending.No != b.No:
		return invalid("no", "unknown_proposal", "没有这项结束的提议。", "There is no such proposal.")
	case e.ownVoid(t.actor):
		return ownVoid()
	case e.Ending.By == t.actor.Account:
		return forbidden("own_proposal", "提出结束的人不能自行决定。", "Whoever proposed to end the entry may not decide it himself.")
	}
	return t.text("reason", b.Reason, maxText)
}

func (b *CorrectListing) decide(t *turn, _ Entry, names []string) error {
	if strings.TrimSpace(b.Basis) == "" && strings.TrimSpace(b.Decision) == "" {
		return invalid("basis", "nothing_to_correct", "请填写要更正的依据或者决定文号。", "Say what the basis or the decision's number should be.")
	}
	return all(t.optional("basis", b.Basis, maxText), t.optional("number", b.Decision, maxName), nobody("number", b.Decision, names),
		t.text("reason", b.Reason, maxText))
}

func (b *ShowEntry) decide(t *turn, e Entry, names []string) error {
	number, _ := e.Decision()
	if number == "" {
		return notAllowed("no_decision", "列入决定尚无文号，不能公开。", "The decision has no number yet, so the entry is not for the public.")
	}
	return all(t.text("text", b.Text, maxText), t.text("reason", b.Reason, maxText), nobody("text", b.Text, names), nobody("number", number, names))
}

// nobody refuses a text that the public reads and that names one of the persons,
// however the name is set: papers space out names of two characters.
func nobody(field, text string, names []string) error {
	text = unspaced(text)
	for _, name := range names {
		if strings.Contains(text, unspaced(name)) {
			return invalid(field, "person_named", "公开内容不得出现个人姓名（"+name+"）。", "What the public reads names no person ("+name+").")
		}
	}
	return nil
}

// unspaced is a text without white space and what is not seen at all.
func unspaced(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
}

func (b *HideEntry) decide(t *turn, _ Entry, _ []string) error {
	return t.text("reason", b.Reason, maxText)
}

func (b *ProposeEnd) apply(e *Entry, act EntryAct) {
	e.Ending = &EntryProposal{No: act.No, On: act.On, By: act.Actor.Account, Reason: b.Reason, Leads: act.Leads}
}

func (b *DecideEnd) apply(e *Entry, act EntryAct) {
	if b.Granted {
		// A listing that came after the proposal was not asked about.
		leads := slices.DeleteFunc(slices.Clone(act.Leads), func(lead string) bool {
			return len(e.Ending.Leads) > 0 && !slices.Contains(e.Ending.Leads, lead)
		})
		e.ending(EntryEnd{On: act.On, Reason: b.Reason, Proposer: e.Ending.By, Decider: act.Actor.Account, Leads: leads})
	}
	e.Ending = nil
}

func (b *CorrectListing) apply(e *Entry, act EntryAct) {
	have := e.reworded() // what an earlier one put right stays right
	e.Words = &ListingWords{Basis: cmp.Or(b.Basis, have.Basis), Decision: cmp.Or(b.Decision, have.Decision), Leads: act.Leads}
}

func (b *ShowEntry) apply(e *Entry, act EntryAct) {
	e.Shown = &EntryShown{Text: b.Text, On: act.On, Reason: b.Reason, Leads: act.Leads}
}

func (*HideEntry) apply(e *Entry, _ EntryAct) { e.Shown = nil }
