package lifecycle

import "duban/policy"

// DecideDue says which of two dates holds: the one another body set, which had come
// by the day of receipt, or the one counted from the receipt.
type DecideDue struct {
	Holds  DueOf  `json:"holds" doc:"external: the date another body set; receipt: the one counted from the receipt"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// A DueOf says where a due date comes from.
type DueOf string

// The two dates.
const (
	DueExternal DueOf = "external" // 上级规定的截止日期
	DueReceipt  DueOf = "receipt"  // 自签收起计算的到期日
)

// ZH is what a date counts from, as officials say it.
func (d DueOf) ZH() string {
	switch d {
	case DueExternal:
		return "上级规定的截止日期"
	case DueReceipt:
		return "自签收起计算的到期日"
	default:
		return string(d)
	}
}

// DueDecided: a leader decided which of two dates holds.
type DueDecided struct{ DecideDue }

// A DueDecision is that decision, as the case keeps it.
type DueDecision struct {
	DecideDue
	On Date   `json:"on"`
	By string `json:"by"`
}

func (b DecideDue) decide(t *turn) error {
	err := all(oneOf("holds", b.Holds, DueExternal, DueReceipt), t.text("reason", b.Reason, maxText))
	if err != nil {
		return err
	}
	t.record(&DueDecided{b})
	if main, ok := t.c.clock(policy.ClockRectification, 0); ok && b.Holds == DueReceipt {
		// What was given back since the receipt is given back by the other date too.
		due := t.c.Receipt.OtherDue.AddDays(max(0, main.Due.DaysSince(main.firstDue())))
		main = t.move(main, latest(main.Due, due), MoveDecided)
		if t.rings(main.Name) {
			main = t.arm(main)
		}
		t.set(main)
	}
	return nil
}

// firstDue is the due date before it was ever moved.
func (c Clock) firstDue() Date {
	if len(c.Moves) > 0 {
		return c.Moves[0].From
	}
	return c.Due
}

// otherDue is the date beside one that another body set and that had come by the
// receipt; zero when there is none.
func (t *turn) otherDue(main Clock, received Date) Date {
	if t.c.Notice.ExternalDue.IsZero() || main.Due.After(received) {
		return Date{}
	}
	return t.rules.Calendar.Add(received, t.rules.Policy.Rectification.Correction[0]).Date
}

// dueUndecided: there are two dates, and nobody decided yet which holds.
func dueUndecided(t *turn) *Refusal {
	switch {
	case t.c.Receipt == nil || t.c.Receipt.OtherDue.IsZero() || t.c.Round > 1:
		return notAllowed("one_due", "该事项只有一个整改期限，不需要确定。", "The case has one due date; there is nothing to decide.")
	case t.c.DueDecision != nil:
		return notAllowed("due_decided", "整改期限已由工委领导确定。", "Which date holds was decided already.")
	}
	return nil
}

func (b *DueDecided) apply(c *Case, e Event) {
	c.DueDecision = &DueDecision{DecideDue: b.DecideDue, On: e.Legal, By: e.Actor.Account}
}
