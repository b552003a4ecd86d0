package lifecycle

// PostponeMeasure gives a measure more time.
type PostponeMeasure struct {
	No     int    `json:"no" minimum:"1" doc:"Number of the measure, as the case counts"`
	Until  Date   `json:"until" doc:"The day until which it waits"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// MeasurePostponed: a measure has more time.
type MeasurePostponed struct{ PostponeMeasure }

func (b PostponeMeasure) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	if err != nil {
		return err
	}
	if refusal := t.mayPostpone(m); refusal != nil {
		return refusal
	}
	k, _ := t.c.ClockOf(m)
	err = all(t.dayAfter("until", b.Until, latest(t.today, k.Due), t.postponable(k)), t.text("reason", b.Reason, maxText))
	if err != nil {
		return err
	}
	t.record(&MeasurePostponed{b})
	t.set(t.arm(t.move(k, b.Until, MovePostponed)))
	return nil
}

// postponable is the last day a measure may be put off to, however often it is:
// counted from its first due date.
func (t *turn) postponable(k Clock) Date {
	return t.rules.Calendar.Add(k.base(), t.rules.Policy.Measures.PostponeMax).Date
}

// mayPostpone: nobody puts off what he let lapse himself, and nothing is put off for
// ever.
func (t *turn) mayPostpone(m Measure) *Refusal {
	k, _ := t.c.ClockOf(m)
	switch last := t.postponable(k); {
	case k.Passed && t.mustDo(m):
		return forbidden("own_lapsed", "责任人逾期未办的措施，不能由本人暂缓。", "Who let a measure lapse does not postpone it himself.")
	case !last.After(latest(t.today, k.Due)):
		return notAllowed("postponed_out", "该措施最晚可暂缓至"+last.String()+"，不能再暂缓，请办理或者免予。",
			"The measure can be postponed until "+last.String()+" at the latest; carry it out or waive it.")
	}
	return nil
}

func (*MeasurePostponed) apply(*Case, Event) {}

// hasToPostpone: there is an open measure that the person may put off.
func hasToPostpone(t *turn) *Refusal { return t.anyMeasure(t.mayPostpone) }
