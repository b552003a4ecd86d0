package lifecycle

import (
	"fmt"

	"duban/policy"
)

// An ExtensionOf is the region of a request for more time.
type ExtensionOf struct {
	Status ExtensionStatus `json:"status" doc:"Whether it was asked for, granted or refused"`
	Until  Date            `json:"until" doc:"The day until which more time is asked for"`
	Reason string          `json:"reason"`
	By     string          `json:"by,omitempty"`
	On     Date            `json:"on"`
	// Granted is the new due date when it was granted.
	Granted Date   `json:"granted,omitzero"`
	Answer  string `json:"answer,omitempty"`
	// Asked counts the requests of this round.
	Asked int `json:"asked"`
}

// An ExtensionStatus says what became of a request.
type ExtensionStatus string

// The states of a request for more time.
const (
	ExtensionRequested ExtensionStatus = "requested"
	ExtensionGranted   ExtensionStatus = "granted"
	ExtensionRefused   ExtensionStatus = "refused"
	// ExtensionMoot: the report came before the answer.
	ExtensionMoot ExtensionStatus = "moot"
)

func (x *ExtensionOf) pending() bool { return x != nil && x.Status == ExtensionRequested }

// answerOwed: the due date of a clock of the unit's went by while the committee
// owed it an answer on more time. The days until the answer are the committee's,
// so the unit is neither late nor chased meanwhile: whoever owes the answer is.
func (c Case) answerOwed(k Clock) bool {
	return k.Name == policy.ClockRectification && k.Passed && c.Extension.pending()
}

// RequestExtension asks for more time.
type RequestExtension struct {
	Until  Date   `json:"until" doc:"The day until which more time is asked for: after the deadline, and at most 30 days beyond it unless the policy says otherwise"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000" doc:"Why the unit needs more time"`
	Paper  *Paper `json:"paper,omitempty"`
}

// ExtensionAsked: a request waits for a leader's answer.
type ExtensionAsked struct {
	RequestExtension
	On Date `json:"on"`
}

// DecideExtension answers a request for more time.
type DecideExtension struct {
	Granted bool   `json:"granted" doc:"Whether the unit gets more time"`
	Until   Date   `json:"until,omitzero" doc:"The new due date; the one asked for when left out"`
	Reason  string `json:"reason" minLength:"1" maxLength:"10000"`
}

// ExtensionDecided: the request is answered.
type ExtensionDecided struct{ DecideExtension }

func (b RequestExtension) onPaper() *Paper { return b.Paper }

func (b RequestExtension) decide(t *turn) error {
	main, _ := t.c.clock(policy.ClockRectification, 0)
	on, err := t.paperDay(b.Paper, t.c.Receipt.On)
	if err != nil {
		return err
	}
	if refusal := t.askedTooLate(on); refusal != nil {
		return refusal
	}
	err = all(
		t.dayAfter("until", b.Until, main.Due, t.rules.Calendar.Add(main.Due, t.rules.Policy.Extension.Max).Date),
		t.text("reason", b.Reason, maxText),
	)
	if err != nil {
		return err
	}
	t.record(&ExtensionAsked{RequestExtension: b, On: on})
	t.set(t.arm(t.start(policy.ClockExtension, t.today, t.rules.Policy.Clock(policy.ClockExtension).Within)))
	t.rearmUnit() // asked on paper in time, it holds the ladder at once
	return nil
}

func (b DecideExtension) decide(t *turn) error {
	main, _ := t.c.clock(policy.ClockRectification, 0)
	until := b.Until
	if until.IsZero() {
		until = t.c.Extension.Until
	}
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	if b.Granted {
		farthest := t.rules.Calendar.Add(main.Due, t.rules.Policy.Extension.Max).Date
		if err := t.dayAfter("until", until, main.Due, farthest); err != nil {
			return err
		}
		b.Until = until
	} else if !b.Until.IsZero() {
		return invalid("until", "not_granted", "不同意延期时不填写新期限。", "A refusal names no new date.")
	}
	t.record(&ExtensionDecided{b})
	t.stop(policy.ClockExtension, 0)
	asked := main.Due
	if b.Granted { // the date that a leader names is final
		main = t.move(main, until, MoveExtension)
		if main.Due.Before(t.today) { // the days until the answer are ours all the same
			main = spareTo(spareFrom(main, main.Due), t.today)
		}
	} else {
		main = t.move(main, t.owed(main, asked, t.today), MoveCommittee)
	}
	if main.StandsSince.IsZero() {
		main = t.arm(main)
	}
	t.set(main)
	return nil
}

// owed is the due date later by the days after the day from, which it was due
// when more time was asked for, up to the day to, in which the committee owed the
// answer: those are ours.
func (t *turn) owed(k Clock, from, to Date) Date {
	if !k.StandsSince.IsZero() && k.StandsSince.Before(to) {
		to = k.StandsSince // the days since are given back when it resumes
	}
	return t.rules.later(k.Due, from, to)
}

func (b *ExtensionAsked) apply(c *Case, e Event) {
	asked := 1
	if c.Extension != nil {
		asked = c.Extension.Asked + 1
	}
	c.Extension = &ExtensionOf{Status: ExtensionRequested, Until: b.Until, Reason: b.Reason, By: e.Actor.Account, On: b.On, Asked: asked}
}

func (b *ExtensionDecided) apply(c *Case, _ Event) {
	x := *c.Extension
	x.Status, x.Answer = ExtensionRefused, b.Reason
	if b.Granted {
		x.Status, x.Granted = ExtensionGranted, b.Until
	}
	c.Extension = &x
}

// mayExtend: once a round, and never after false rectification.
func mayExtend(t *turn) *Refusal {
	x := t.c.Extension
	switch {
	case t.c.falsified():
		return notAllowed("no_extension_after_false", "虚假整改后不得延期。", "There is no extension after false rectification.")
	case x.pending():
		return notAllowed("extension_pending", "延期申请正在审批。", "A request for more time is waiting for its answer.")
	case x != nil && x.Asked >= t.rules.Policy.Extension.PerRound:
		return notAllowed("extension_used", "本轮整改已申请过延期。", "More time was asked for in this round already.")
	case !t.actor.Has(Officer): // whose paper may be older
		return t.askedTooLate(t.rules.Today(t.received))
	}
	return nil
}

// askedTooLate: more time is asked for some days before the due date, which
// while the clock stands is later by the days it stood so far.
func (t *turn) askedTooLate(on Date) *Refusal {
	main, _ := t.c.clock(policy.ClockRectification, 0)
	before := t.rules.Policy.Extension.AskBefore.N
	last := t.rules.Calendar.Back(t.dueOn(main, on), before)
	if !on.After(last) {
		return nil
	}
	return notAllowed("asked_too_late", fmt.Sprintf("延期申请应在到期前%d个工作日（%s）以前提出。", before, last),
		fmt.Sprintf("More time must be asked for by %s, %d working days before the due date.", last, before))
}

// extensionAsked: there is a request to decide, and it is not one's own.
func extensionAsked(t *turn) *Refusal {
	switch {
	case !t.c.Extension.pending():
		return notAllowed("no_extension", "没有待审批的延期申请。", "There is no request for more time to decide.")
	case t.c.Extension.By == t.actor.Account:
		return forbidden("own_extension", "不能审批自己提出的延期申请。", "Nobody decides his own request for more time.")
	}
	return nil
}
