package lifecycle

import (
	"slices"
	"time"
)

// A CommandKind names a command, in the imperative.
type CommandKind string

// A Command is what a person asks of a case.
type Command struct {
	// ID identifies the command for ever; the events it causes carry it.
	ID    string
	Actor Actor
	Body  CommandBody
}

// A CommandBody is the content of one kind of command.
type CommandBody interface {
	// Kind names the command.
	Kind() CommandKind
	decide(t *turn) error
}

// Involving is a command that changes other cases besides its own; they must
// be locked and handed to Decide together.
type Involving interface {
	CommandBody
	// Involves lists the other cases, given the command's own.
	Involves(c Case) []string
}

// Involves lists the other cases a command on c changes.
func Involves(c Case, body CommandBody) []string {
	if b, ok := body.(Involving); ok {
		return b.Involves(c)
	}
	return nil
}

// Decide applies cmd to c as of the instant at, the instant the command was
// received, under the rules r. It returns the events to record, those of
// other cases it involves among them, or a *Refusal and none.
//
// Whatever has fallen due by then must have been applied with DecideAlarm
// first. Decide reads no clock and does no I/O: everything it needs is in its
// arguments, so any decision of the past can be computed again and checked.
func Decide(c Case, others []Case, cmd Command, at time.Time, r Rules) ([]Event, error) {
	t, err := decide(c, others, cmd, at, r)
	if err != nil {
		return nil, err
	}
	return t.all(), nil
}

func decide(c Case, others []Case, cmd Command, at time.Time, r Rules) (*turn, error) {
	t := newTurn(c, cmd, at, r)
	for _, o := range others {
		own, ok := r.Of[o.ID]
		if !ok {
			own = r
		}
		t.others = append(t.others, newTurn(o, cmd, t.at, own))
	}
	row, ok := rowOf(cmd.Body.Kind())
	if !ok {
		return nil, notAllowed("unknown_command", "没有这项操作。", "There is no such command.")
	}
	if err := row.may(t, onPaper(cmd.Body)); err != nil {
		return nil, err
	}
	if err := cmd.Body.decide(t); err != nil {
		return nil, err
	}
	t.seal()
	for _, o := range t.others {
		o.seal()
	}
	return t, nil
}

// Allowed lists the commands this person may run on the case as it stands at
// the instant. The content may still be refused.
func Allowed(c Case, a Actor, at time.Time, r Rules) []CommandKind {
	t := newTurn(c, Command{Actor: a}, at, r)
	allowed := []CommandKind{}
	for _, row := range table {
		if !row.kind.Opens() && (row.may(t, false) == nil || row.paper && row.may(t, true) == nil) {
			allowed = append(allowed, row.kind)
		}
	}
	return allowed
}

// may tells whether the person may run the command on the case as it stands:
// role, stage, and what the row's guard says of persons and regions.
func (row row) may(t *turn, paper bool) error {
	who := row.who
	if paper {
		who = []Role{Officer}
	}
	switch {
	case row.paper && !paper && t.actor.Has(Officer) && !t.actor.Has(who...):
		return aboutPaper("paper_needed", "经办人代单位办理"+quoted(row.zh)+"，须附纸质材料。", "An officer does "+string(row.kind)+" for the unit by its paper only.")
	case row.paper && paper && t.actor.Has(row.who...) && !t.actor.Has(who...):
		return aboutPaper("paper_not_yours", "纸质材料由经办人登记，单位办理时不必填写。", "Papers are recorded by an officer; leave the paper out.")
	case !t.actor.Has(who...):
		return forbidden("wrong_role", "您的角色不能办理"+quoted(row.zh)+"。", "Your role may not run "+string(row.kind)+".")
	case t.c.Seq > 0 && (t.actor.Unit != "" || !t.actor.Has(staffAmong(who)...)) && !t.actor.of(t.c):
		return forbidden("other_unit", "这不是贵单位的事项。", "This case is not your unit's.")
	case !slices.Contains(row.from, t.c.Stage):
		return wrongStage(row, t)
	}
	if refusal := t.outOfOffice(row.kind, who); refusal != nil {
		return refusal
	}
	if row.guard == nil {
		return nil
	}
	if refusal := row.guard(t); refusal != nil {
		return refusal
	}
	return nil
}

// aboutPaper tells somebody who may do it, with or without a paper, which.
func aboutPaper(code, zh, en string) *Refusal {
	r := forbidden(code, zh, en)
	r.Field = "paper"
	return r
}

// of reports whether the case exists for somebody of a unit.
func (a Actor) of(c Case) bool {
	return a.Unit == c.Unit && c.unitStage() != UnitNone
}

// staffAmong lists the roles that are not a unit's.
func staffAmong(roles []Role) []Role {
	return slices.DeleteFunc(slices.Clone(roles), Role.OfUnit)
}

// wrongStage names the stage as the asker may know it.
func wrongStage(row row, t *turn) *Refusal {
	c := t.c
	zh, en := c.Stage.ZH(), string(c.Stage)
	if t.actor.Unit != "" {
		unit := c.unitStage()
		zh, en = unit.ZH(), string(unit)
	}
	if c.Stage == "" {
		zh, en = "未登记", "not opened"
	}
	return notAllowed("wrong_stage", "事项现处于“"+zh+"”，不能办理"+quoted(row.zh)+"。",
		"The case is at stage "+en+"; "+string(row.kind)+" is not possible now.")
}

// A Paper stands for a unit that works on paper: the officer does the step on
// its behalf, with the day on the paper and a scan of it.
type Paper struct {
	// On is the certified day on the paper, by which timeliness is judged.
	On Date `json:"on" doc:"The certified date on the paper"`
	// Scan refers to the scanned paper, among the case's evidence.
	Scan string `json:"scan" minLength:"1" maxLength:"200" doc:"The scan, evidence:ID of the case"`
}

// papered is a command an officer may run on the unit's behalf with a paper.
type papered interface{ onPaper() *Paper }

func onPaper(body CommandBody) bool {
	b, ok := body.(papered)
	return ok && b.onPaper() != nil
}

// filer is who handed a paper of the unit's in on its behalf; empty when the unit
// did it itself.
func filer(p *Paper, e Event) string {
	if p == nil {
		return ""
	}
	return e.Actor.Account
}

// notPlanFiler and notReportFiler: who handed the unit's paper in does not review
// it, whoever the case's officer is by then.
func notPlanFiler(t *turn) *Refusal { return t.notOwnPaper(t.c.Part.PlanFiler) }

func notReportFiler(t *turn) *Refusal { return t.notOwnPaper(t.c.Part.ReportFiler) }

func (t *turn) notOwnPaper(filer string) *Refusal {
	if filer != "" && filer == t.actor.Account {
		return ownPaper()
	}
	return nil
}

func ownPaper() *Refusal {
	return forbidden("own_paper", "代单位报送材料的人不能审核或者决定同一材料所涉事项，请由另一人办理。",
		"Whoever filed a paper for the unit does not decide on it; another person must.")
}

// paperDay is the day a step counts on: the paper's, or the day it was
// received. It refuses a paper from the future or from before the earliest day.
func (t *turn) paperDay(p *Paper, earliest Date) (Date, error) {
	if p == nil {
		return t.rules.Today(t.received), nil
	}
	if err := t.dayBetween("paper.on", p.On, earliest); err != nil {
		return Date{}, err
	}
	return p.On, t.scan("paper.scan", p.Scan)
}
