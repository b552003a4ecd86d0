package lifecycle

import "duban/policy"

// A PaperKind names a paper that an event sends out.
type PaperKind = policy.PaperKind

// The papers that are sent with a decision.
const (
	PaperNotice     = policy.PaperNotice
	PaperReceipt    = policy.PaperReceipt
	PaperLetter     = policy.PaperLetter
	PaperTalk       = policy.PaperTalk
	PaperClosing    = policy.PaperClosing
	PaperWithdrawal = policy.PaperWithdrawal
)

// An Issuing body sends out a paper, which only the record can have written: it
// bears the number that is allotted with the event, and the names of the day.
type Issuing interface {
	Body
	// Issues names the paper, given the case as the event left it; empty when it
	// sends none.
	Issues(after Case) PaperKind
	// Issue notes the paper that was written.
	Issue(Issued)
}

// Issued says to whom a paper went and what it was.
type Issued struct {
	// To is the addressee, by the directory of the day: the paper stays with the
	// post-holder it was sent to, and with the name the unit had.
	To Addressee `json:"to"`
	// SHA256 is the hash of the paper's file, in hex.
	SHA256 string `json:"sha256"`
}

// An Addressee is the one person a paper goes to, by office.
type Addressee struct {
	Unit string `json:"unit"`
	// Post and Holder are the office and who held it; empty when nobody was known
	// to.
	Post   string `json:"post,omitempty" doc:"The office that the paper goes to; empty when nobody was known to hold it"`
	Holder string `json:"holder,omitempty" doc:"Name of the person whom the paper is addressed to"`
}

// Issues names the notice; those of one notice have it written once.
func (b *NoticeApproved) Issues(Case) PaperKind {
	if b.Follows {
		return ""
	}
	return PaperNotice
}

// Issue notes the notice in all its cases.
func (b *NoticeApproved) Issue(i Issued) {
	for _, one := range append([]*NoticeApproved{b}, b.followers...) {
		one.Issued = &i
	}
}

// Issues names the withdrawal, if the notice went to a unit whose it was not.
func (b *NoticeCorrected) Issues(Case) PaperKind {
	if b.Misdirected == "" || b.Follows {
		return ""
	}
	return PaperWithdrawal
}

// Issue notes the withdrawal in all cases that were taken back with this one.
func (b *NoticeCorrected) Issue(i Issued) {
	for _, one := range append([]*NoticeCorrected{b}, b.followers...) {
		one.Issued = &i
	}
}

// Issues names the confirmation of the receipt.
func (*ReceiptRecorded) Issues(Case) PaperKind { return PaperReceipt }

// Issue notes the confirmation.
func (b *ReceiptRecorded) Issue(i Issued) { b.Issued = &i }

// Issues names the look-back feedback notice, if the look-back failed and a leader
// signed it on the spot.
func (b *LookBackRecorded) Issues(Case) PaperKind {
	if b.Signature == nil {
		return ""
	}
	return PaperNotice
}

// Issue notes the notice.
func (b *LookBackRecorded) Issue(i Issued) { b.Issued = &i }

// Issues names the letter, if that is what was recorded.
func (b *MeasureRecorded) Issues(after Case) PaperKind {
	if m, ok := after.measure(b.No); ok && m.Kind == policy.MeasureSupervisionLetter && after.Served {
		return PaperLetter
	}
	return ""
}

// Issue notes the letter.
func (b *MeasureRecorded) Issue(i Issued) { b.Issued = &i }

// Issues names the notice of a talk, if a leader ordered one and fixed time and
// place. The ladder opens a talk as a task: nothing says that it was decided on.
func (b *MeasureOrdered) Issues(after Case) PaperKind {
	if b.Kind == policy.MeasureReminderTalk && b.Status == Ordered && b.Talk != nil && after.Served {
		return PaperTalk
	}
	return ""
}

// Issue notes the notice of the talk.
func (b *MeasureOrdered) Issue(i Issued) { b.Issued = &i }

// Issues names the notice of the talk.
func (*TalkFixed) Issues(Case) PaperKind { return PaperTalk }

// Issue notes the notice of the talk.
func (b *TalkFixed) Issue(i Issued) { b.Issued = &i }

// Issues names the notice of the closing.
func (*ClosureApproved) Issues(Case) PaperKind { return PaperClosing }

// Issue notes the notice of the closing.
func (b *ClosureApproved) Issue(i Issued) { b.Issued = &i }

// Issues names the withdrawal, if there is anything to withdraw.
func (*CaseVoided) Issues(after Case) PaperKind { return withdrawal(after) }

// Issue notes the withdrawal.
func (b *CaseVoided) Issue(i Issued) { b.Issued = &i }

// Issues names the withdrawal when the objection is upheld, and the amended
// notice when it is in part.
func (b *ObjectionDecided) Issues(after Case) PaperKind {
	switch b.Outcome {
	case Upheld:
		return withdrawal(after)
	case Partly:
		return PaperNotice
	case Rejected:
		return ""
	default:
		return ""
	}
}

// Issue notes the paper.
func (b *ObjectionDecided) Issue(i Issued) { b.Issued = &i }

func withdrawal(c Case) PaperKind {
	if !c.Served {
		return ""
	}
	return PaperWithdrawal
}

// PaperBy is the paper that an event sent out, given the case as the event left
// it; empty when it sent none. All cases of a notice have the one that was written
// for one of them.
func PaperBy(e Event, after Case) PaperKind {
	switch b := e.Body.(type) {
	case *NoticeApproved:
		return PaperNotice
	case *NoticeCorrected:
		if b.Issued == nil { // also of a time in which none was sent
			return ""
		}
		return PaperWithdrawal
	case Issuing:
		return b.Issues(after)
	default:
		return ""
	}
}

// NumberBy is the number of the paper that an event sent out; empty when it sent none.
func NumberBy(e Event) string {
	switch b := e.Body.(type) {
	case *NoticeApproved:
		return b.Number
	case *NoticeCorrected:
		return b.Number
	case *ReceiptRecorded:
		return b.Number
	case *LookBackRecorded:
		return b.Number
	case *MeasureOrdered:
		return b.Number
	case *MeasureRecorded:
		return b.Number
	case *TalkFixed:
		return b.Number
	case *ClosureApproved:
		return b.Number
	case *CaseVoided:
		return b.Number
	case *ObjectionDecided:
		return b.Number
	case *EntryCorrected:
		return b.Number
	default:
		return ""
	}
}

// IssuedBy is the paper that an event notes as sent out; nil when it notes none.
func IssuedBy(e Event) *Issued {
	switch b := e.Body.(type) {
	case *NoticeApproved:
		return b.Issued
	case *NoticeCorrected:
		return b.Issued
	case *ReceiptRecorded:
		return b.Issued
	case *EntryCorrected:
		return b.Issued
	case *LookBackRecorded:
		return b.Issued
	case *MeasureOrdered:
		return b.Issued
	case *MeasureRecorded:
		return b.Issued
	case *TalkFixed:
		return b.Issued
	case *ClosureApproved:
		return b.Issued
	case *CaseVoided:
		return b.Issued
	case *ObjectionDecided:
		return b.Issued
	default:
		return nil
	}
}
