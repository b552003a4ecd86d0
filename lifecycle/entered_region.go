package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// What was entered of the regions beside the stage: an extension, an objection, a stay,
// measures and a transfer.

func checkUntilAsked(t *turn, b CorrectEntry, _ Entered) error {
	if !t.c.Extension.pending() {
		return overForEntry()
	}
	main, _ := t.c.clock(policy.ClockRectification, 0)
	_, err := t.dayNamed(b, main.Due, t.rules.Calendar.Add(main.Due, t.rules.Policy.Extension.Max).Date)
	return err
}

// checkDayAsked wants a day on which more time could still be asked for.
func checkDayAsked(t *turn, b CorrectEntry, _ Entered) error {
	if !t.c.Extension.pending() {
		return overForEntry()
	}
	day, err := t.dayGiven(b, t.c.Receipt.On)
	if err != nil {
		return err
	}
	if refusal := t.askedTooLate(day); refusal != nil {
		return refusal
	}
	return nil
}

func putDayAsked(c *Case, b *EntryCorrected, _ Event) {
	x := *c.Extension
	x.On = b.day()
	c.Extension = &x
}

func putUntilAsked(c *Case, b *EntryCorrected, _ Event) {
	x := *c.Extension
	x.Until = b.day()
	c.Extension = &x
}

// checkGranted bounds the date as the grant was bounded. Who asked does not grant.
func checkGranted(t *turn, b CorrectEntry, _ Entered) error {
	if refusal := t.mayRecount(); refusal != nil {
		return refusal
	}
	main, ok := t.c.clock(policy.ClockRectification, 0)
	i := lastMove(main, MoveExtension)
	switch {
	case !ok || i < 0 || t.c.Extension == nil:
		return overForEntry()
	case t.c.Extension.By == t.actor.Account:
		return forbidden("own_extension", "不能更正本人代单位申请的延期期限，请由另一位领导更正。", "Nobody sets the date of an extension that he asked for himself.")
	}
	from := main.Moves[i].From
	day, err := t.dayNamed(b, from, t.rules.Calendar.Add(from, t.rules.Policy.Extension.Max).Date)
	if err == nil && !t.rules.Calendar.WorkingDay(day) {
		err = invalid("value", "day_off", day.String()+"不是工作日。", day.String()+" is no working day.")
	}
	return err
}

func putGranted(c *Case, b *EntryCorrected, _ Event) {
	x := *c.Extension
	x.Granted = b.day()
	c.Extension = &x
	putLate(c, b)
}

// reckonGranted says by how much a report that came is late by the other date.
func reckonGranted(t *turn, _ Entered, b *EntryCorrected) {
	if main, ok := t.c.clock(policy.ClockRectification, 0); ok && t.c.Stage == ReportReview {
		late := t.late(t.renamed(main, MoveExtension, b.day()), t.c.Report.On)
		b.Late = &late
	}
}

func followGranted(t *turn, _ Entered, b *EntryCorrected) {
	main, _ := t.c.clock(policy.ClockRectification, 0)
	t.setAnew(t.renamed(main, MoveExtension, b.day()))
}

// checkObjectionDay wants a day on which it could still be objected, while the answer is
// not late: from then on the unit's clock stands for it.
func checkObjectionDay(t *turn, b CorrectEntry, _ Entered) error {
	day, err := t.dayGiven(b, t.c.Notice.On)
	if err != nil {
		return err
	}
	if k, ok := t.c.clock(policy.ClockObjection, 0); !ok || k.Passed {
		return overForEntry()
	}
	within := t.rules.Policy.Objection.File
	if t.c.Objection.Kind == WrongUnit {
		within = t.rules.Policy.Objection.WrongUnitFile
	}
	if refusal := t.objectedTooLate(day, within); refusal != nil {
		return refusal
	}
	return nil
}

func putObjectionDay(c *Case, b *EntryCorrected, _ Event) {
	o := *c.Objection
	o.On = b.day()
	c.Objection = &o
}

func followObjectionDay(t *turn, _ Entered, b *EntryCorrected) {
	answer := t.rules.Policy.Objection.Decide
	if t.c.Objection.Kind == WrongUnit {
		answer = t.rules.Policy.Objection.WrongUnitDecide
	}
	k := t.start(policy.ClockObjection, b.day(), answer)
	if !k.Due.After(t.today) { // the committee has until today is over
		k = t.until(policy.ClockObjection, b.day(), t.today)
	}
	t.set(t.arm(k))
}

// checkStay bounds the stay as the grant was bounded, for who granted it.
func checkStay(t *turn, b CorrectEntry, e Entered) error {
	s := t.c.Stay
	if s == nil || t.c.Stage == Transferred {
		return overForEntry()
	}
	until, err := t.dayNamed(b, t.today.AddDays(-1), s.On.AddDays(t.rules.Policy.Stay.Max.N))
	if err != nil {
		return err
	}
	then := *t
	then.c.Stays = t.c.Stays[:len(t.c.Stays)-1]
	then.today, then.actor.Account = s.On, e.By
	err = then.stayTogether(until)
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // the rules return it as it is
		r.Field = "value"
	}
	return err
}

func putStay(c *Case, b *EntryCorrected, _ Event) {
	s := *c.Stay
	s.Until = b.day()
	c.Stay = &s
	c.Stays = slices.Clone(c.Stays)
	last := &c.Stays[len(c.Stays)-1]
	last.Days = s.Until.DaysSince(s.On)
}

func followStay(t *turn, _ Entered, _ *EntryCorrected) {
	t.set(t.arm(t.until(policy.ClockStay, t.c.Stay.On, t.c.Stay.Until)))
}

// checkPostponed: as when it was postponed, and nobody puts off what he let lapse.
func checkPostponed(t *turn, b CorrectEntry, e Entered) error {
	m, ok := t.c.measure(e.Measure)
	if !ok || !m.running() || t.c.Stage == Transferred {
		return overForEntry()
	}
	k, _ := t.c.ClockOf(m)
	i := lastMove(k, MovePostponed)
	if i < 0 {
		return overForEntry()
	}
	if k.Passed && t.mustDo(m) {
		return forbidden("own_lapsed", "责任人逾期未办的措施，不能由本人暂缓。", "Who let a measure lapse does not postpone it himself.")
	}
	_, err := t.dayNamed(b, latest(t.today.AddDays(-1), k.Moves[i].From), t.postponable(k))
	return err
}

func followPostponed(t *turn, e Entered, b *EntryCorrected) {
	k, _ := t.c.clock(policy.ClockMeasure, e.Measure)
	t.set(t.arm(t.renamed(k, MovePostponed, b.day())))
}

// checkMeasureDay wants a day on which it could have been carried out; those who were
// talked to held their posts on it.
func checkMeasureDay(t *turn, b CorrectEntry, e Entered) error {
	m, ok := t.c.measure(e.Measure)
	if !ok || m.Record == nil || m.Status != Done {
		return overForEntry()
	}
	day, err := t.dayGiven(b, m.On)
	for i, p := range m.Record.With {
		if err == nil {
			err = t.inPost(fmt.Sprintf("with[%d].", i), p, day, m.Subject)
		}
	}
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // the rules return it as it is
		r.Field = "value"
	}
	return err
}

func putMeasureDay(c *Case, b *EntryCorrected, _ Event) {
	c.setMeasure(b.Measure, func(m *Measure) {
		r := *m.Record
		r.On = b.day()
		m.Record = &r
	})
}

func followTransferDay(t *turn, _ Entered, b *EntryCorrected) {
	k := t.start(policy.ClockTransferStatus, b.day(), t.rules.Policy.Clock(policy.ClockTransferStatus).Within)
	was, _ := t.c.clock(policy.ClockTransferStatus, 0)
	if !k.DueAt.After(t.at) {
		k.Passed, k.Chases = was.Passed, was.Chases
	}
	t.set(t.arm(k))
}
