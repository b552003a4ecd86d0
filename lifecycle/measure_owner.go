package lifecycle

import "duban/policy"

// ReassignMeasure gives a measure to another person, as when its owner left or must
// step back. Its due date stands.
type ReassignMeasure struct {
	No     int    `json:"no" minimum:"1" doc:"Number of the measure, as the case counts"`
	Owner  string `json:"owner" minLength:"1" maxLength:"64" doc:"Account that must carry it out from now on"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// MeasureReassigned: another person must carry a measure out.
type MeasureReassigned struct {
	ReassignMeasure
	// Former is who had to; empty for whoever held the role.
	Former string `json:"former,omitempty" doc:"Account of who had to carry it out; none for whoever held the role"`
}

func (b ReassignMeasure) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	if err != nil {
		return err
	}
	if refusal := mayReassign(m); refusal != nil {
		return refusal
	}
	if _, err := t.account("owner", b.Owner, ownerRole(m.Kind)[0]); err != nil {
		return err
	}
	if b.Owner == m.Owner {
		return invalid("owner", "same_owner", "该措施已由此人办理。", "The measure is this person's already.")
	}
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&MeasureReassigned{ReassignMeasure: b, Former: m.Owner})
	return nil
}

// hasToReassign: there is an ordered measure.
func hasToReassign(t *turn) *Refusal { return t.anyMeasure(mayReassign) }

// mayReassign: who carries a proposal out is said when it is ordered.
func mayReassign(m Measure) *Refusal {
	if m.Status != Ordered {
		return notOrdered()
	}
	return nil
}

func (b *MeasureReassigned) apply(c *Case, _ Event) {
	c.setMeasure(b.No, func(m *Measure) { m.Owner = b.Owner })
}

func (b ReassignMeasure) refers() Refs { return Refs{Accounts: []string{b.Owner}} }

// told: who must carry it out now, who had to, and the superior.
func (b *MeasureReassigned) told(c Case) []Recipient {
	_, superior := c.turnOf(Clock{Name: policy.ClockMeasure, Measure: b.No})
	told := []Recipient{{Account: b.Owner}}
	if b.Former != "" {
		told = append(told, Recipient{Account: b.Former})
	}
	return append(told, superior)
}
