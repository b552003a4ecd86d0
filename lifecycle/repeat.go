package lifecycle

import (
	"slices"
	"time"
)

// A RepeatOf says which archived case a finding repeats. Only what
// is archived can be repeated: a case that is open is merged with, and one that
// is closed can still be taken up again.
type RepeatOf struct {
	Case string `json:"case"`
	Repeated
}

// Repeated is what the record keeps of the case that a finding repeats. It is
// archived, so none of it changes any more.
type Repeated struct {
	Number string `json:"number" doc:"Number of the earlier case"`
	Title  string `json:"title" doc:"Title of the earlier case"`
	// Unit is whose it was: the finding's unit, or one whose duty passed on to it.
	Unit     string `json:"unit"`
	ClosedOn Date   `json:"closed_on" doc:"The day on which the earlier case was closed"`
	// Count is which repeat the finding is, from 1: one more than the case that it
	// repeats was itself.
	Count int `json:"count"`
}

// A KnownCase is what Decide needs to know of a case that a finding is said to
// repeat.
type KnownCase struct {
	ID, Number, Title, Unit string
	Stage                   Stage
	ClosedAt                time.Time
	// Parent is the number of the case it was merged into.
	Parent string
	// Count is which repeat it is itself; 0 when it is none.
	Count int
}

// A RepeatRef is what must be looked up of a repeat: the case and the unit, each
// the draft's own when nil.
type RepeatRef struct{ Case, Unit *string }

// Repeatable reports whether a finding can repeat a case at this stage.
func (s Stage) Repeatable() bool { return s == Archived }

// checkRepeat refuses a repeat of anything but an archived case of the unit and
// those it came from, found again after it was closed.
func (b OpenCase) checkRepeat(t *turn) error {
	if b.RepeatOf == "" {
		return nil
	}
	if err := t.optional("repeat_of", b.RepeatOf, maxName); err != nil {
		return err
	}
	e := t.rules.Known.Repeated
	switch {
	case e == nil || e.ID != b.RepeatOf:
		return invalid("repeat_of", "unknown_case", "没有要作为前案的事项。", "There is no such case to repeat.")
	case e.ID == t.c.ID:
		return invalid("repeat_of", "same_case", "事项不能以自己为前案。", "A case does not repeat itself.")
	case !slices.Contains(t.rules.Known.Lineage, e.Unit):
		return invalid("repeat_of", "other_unit", "前案"+e.Number+"不是该单位的事项，也不是其前身单位的事项。",
			"Case "+e.Number+" is neither this unit's nor that of a unit it came from.")
	case !e.Stage.Repeatable():
		return e.notRepeatable()
	}
	if closed := t.rules.Today(e.ClosedAt); b.FoundOn.Before(closed) {
		return invalid("repeat_of", "before_closing", "发现日期早于前案"+e.Number+"的销号日期（"+closed.String()+"），不是销号后重复发生。",
			"It was found before case "+e.Number+" was closed on "+closed.String()+", so it is no repeat of it.")
	}
	return nil
}

// notRepeatable says what to do instead.
func (e KnownCase) notRepeatable() *Refusal {
	var r *Refusal
	switch e.Stage { //nolint:exhaustive // whatever is not settled is still open
	case Voided:
		r = notAllowed("earlier_voided", "事项"+e.Number+"已撤销，不能作为前案。", "Case "+e.Number+" was voided; nothing repeats it.")
	case Merged:
		r = notAllowed("earlier_merged", "事项"+e.Number+"已并入"+e.Parent+"，请以主案为前案。", "Case "+e.Number+" was merged into "+e.Parent+"; name that one.")
	case Closed:
		r = notAllowed("earlier_closed", "事项"+e.Number+"已销号、尚未归档，问题再次发生的请工委领导对该事项“恢复办理（反弹重办）”，不另作重复发生登记。",
			"Case "+e.Number+" is closed but not archived: a leader can reopen it.")
	default:
		r = notAllowed("earlier_open", "事项"+e.Number+"尚未办结（"+e.Stage.ZH()+"），不是重复发生；属同一问题的，登记后请并案。",
			"Case "+e.Number+" is still open: merge this one into it.")
	}
	r.Field = "repeat_of"
	return r
}

// repeated is what the event keeps of the case that the finding repeats; nil when
// it repeats none.
func (b OpenCase) repeated(t *turn) *Repeated {
	e := t.rules.Known.Repeated
	if b.RepeatOf == "" || e == nil {
		return nil
	}
	return &Repeated{Number: e.Number, Title: e.Title, Unit: e.Unit, ClosedOn: t.rules.Today(e.ClosedAt), Count: e.Count + 1}
}

// repeat is the state that the event leads to.
func (b OpenCase) repeat(of *Repeated) *RepeatOf {
	if of == nil {
		return nil
	}
	return &RepeatOf{Case: b.RepeatOf, Repeated: *of}
}

// EarlierNumber is the number of the case that this one repeats, as far as the
// unit may know it: a case of a unit that it came from never was its own to see.
func (c Case) EarlierNumber() string {
	if c.RepeatOf == nil || c.RepeatOf.Unit != c.Unit {
		return ""
	}
	return c.RepeatOf.Number
}
