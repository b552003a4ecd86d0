package documents

import (
	"slices"

	"duban/lifecycle"
	"duban/policy"
)

// Issued is what was sent out of a kind of document and still stands, nil when
// nothing was: the case has a draft of it, or it is no paper that is sent.
func Issued(kind Kind, s Source) *lifecycle.Issued {
	m := &mapping{Source: s, c: lifecycle.Fold(s.Events)}
	switch kind {
	case KindNotice:
		c := m.c
		if !s.ForUnit {
			c = c.Drafted()
		}
		if n := c.Notice; n != nil && n.Number != "" && !m.takenBack() {
			return n.Issued
		}
	case KindReceipt:
		if _, b, ok := m.redated(); ok {
			return b.Issued
		}
		if _, b, ok := last[*lifecycle.ReceiptRecorded](s.Events); ok && m.c.Receipt != nil {
			return b.Issued
		}
	case KindLetter:
		if one, ok := m.measure(policy.MeasureSupervisionLetter); ok && one.Record != nil {
			return m.recorded(one.No)
		}
	case KindClosing:
		if _, b, ok := last[*lifecycle.ClosureApproved](s.Events); ok && !m.c.ClosedAt.IsZero() {
			return b.Issued
		}
	case KindWithdrawal:
		if m.Former != "" || m.c.Stage != lifecycle.Voided {
			return m.sentBack()
		}
		if _, b, ok := last[*lifecycle.CaseVoided](s.Events); ok {
			return b.Issued
		}
		if _, b, ok := last[*lifecycle.ObjectionDecided](s.Events); ok {
			return b.Issued
		}
	case KindTalk:
		if one, ok := m.measure(policy.MeasureReminderTalk); ok {
			return m.ordered(one.No)
		}
	case KindReportForm:
	}
	return nil
}

// sentBack is the withdrawal of what was sent to a unit by mistake: to the one that
// asks, else to the last.
func (m *mapping) sentBack() *lifecycle.Issued {
	for _, e := range slices.Backward(m.Events) {
		if b, ok := e.Body.(*lifecycle.NoticeCorrected); ok && b.Misdirected != "" && (m.Former == "" || b.Misdirected == m.Former) {
			return b.Issued
		}
	}
	return nil
}

// ordered is the last paper that was sent of a talk.
func (m *mapping) ordered(no int) *lifecycle.Issued {
	for _, e := range slices.Backward(m.Events) {
		switch b := e.Body.(type) {
		case *lifecycle.TalkFixed:
			if b.No == no {
				return b.Issued
			}
		case *lifecycle.MeasureOrdered:
			if b.No == no {
				return b.Issued
			}
		}
	}
	return nil
}

// recorded is the paper of a measure that was recorded.
func (m *mapping) recorded(no int) *lifecycle.Issued {
	for _, e := range m.Events {
		if b, ok := e.Body.(*lifecycle.MeasureRecorded); ok && b.No == no {
			return b.Issued
		}
	}
	return nil
}
