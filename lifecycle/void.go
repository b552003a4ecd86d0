package lifecycle

// Void withdraws a finding (撤销).
type Void struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// CaseVoided: the finding does not stand. Statistics leave it out, the record
// does not.
type CaseVoided struct {
	Void
	// Number is that of the withdrawal, when a notice was served.
	Number string  `json:"number,omitempty"`
	Issued *Issued `json:"issued,omitempty" doc:"The withdrawal; none when no notice was served"`

	series series
}

// Involves names the children, which come back.
func (Void) Involves(c Case) []string { return childrenOf(c) }

// Involves names the children, which come back when the objection is upheld.
func (DecideObjection) Involves(c Case) []string { return childrenOf(c) }

func (b Void) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.fallAway()
	t.record(&CaseVoided{Void: b, series: t.withdrawals()})
	t.goTo(Voided)
	return nil
}

// fallAway frees what hangs on a case that does not stand: children come back,
// and what was ordered is cancelled.
func (t *turn) fallAway() {
	t.giveBack()
	t.cancelMeasures()
}

// withdrawals is the series of the withdrawal; none when there is nothing to withdraw.
func (t *turn) withdrawals() series {
	if !t.c.Served {
		return series{}
	}
	return t.seriesOf(PaperWithdrawal)
}

// Series is that of the withdrawals; empty when nothing was served.
func (b *CaseVoided) Series() string { return b.series.name() }

// Allot writes the number.
func (b *CaseVoided) Allot(n int) { b.Number = b.series.number(n) }

func (*CaseVoided) apply(*Case, Event) {}

// mayVoid: a section head before a notice is served, a leader after.
func mayVoid(t *turn) *Refusal {
	if t.c.Served && !t.actor.Has(Leader) {
		return forbidden("leader_voids", "通知送达后，撤销须由工委领导决定。", "Once a notice is served, only a leader may void the case.")
	}
	if !t.c.Served && !t.actor.Has(Head) {
		return forbidden("head_voids", "通知送达前，由处（科）室负责人撤销。", "Before a notice is served, a section head voids the case.")
	}
	return nil
}
