package documents

import (
	"errors"
	"fmt"
	"slices"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// An Issued is a paper that went out, as the case's file keeps it.
type Issued struct {
	Kind Kind
	// Event is the number of the event with which it went out.
	Event int64
	// Number is what it was issued under; empty where a paper has none of its own.
	Number string
	On     calendar.Date
	Name   string
	// Sent is the file that went out, if it was kept: Bytes may differ from it.
	Sent  *lifecycle.Issued
	Bytes []byte
	// Lacks says in a sentence why the paper cannot be made; then there are no bytes.
	Lacks string
}

// IssuedOf makes every paper that went out in a case, in the order of the events
// by which it did, each from what was known then. Who keeps the papers
// themselves has better ones: names of posts are those of the day, but the law
// and the office's name are those of now.
func IssuedOf(s Source) ([]Issued, error) {
	var out []Issued
	for _, e := range s.Events {
		for _, kind := range issues(e) {
			then := s
			then.Events, then.ForUnit = upTo(s.Events, e), false
			one, err := issue(then, kind, e)
			if err != nil {
				return nil, err
			}
			if one.Kind != "" {
				out = append(out, one)
			}
		}
	}
	return out, nil
}

// issues are the kinds of paper that an event may send out.
func issues(e lifecycle.Event) []Kind {
	switch b := e.Body.(type) {
	case *lifecycle.NoticeApproved:
		return []Kind{KindNotice}
	case *lifecycle.ReceiptRecorded:
		return []Kind{KindReceipt}
	case *lifecycle.LookBackRecorded:
		if b.Number != "" { // a failed look-back gives notice once more
			return []Kind{KindNotice}
		}
	case *lifecycle.MeasureOrdered:
		if b.Kind == policy.MeasureReminderTalk && b.Status == lifecycle.Ordered {
			return []Kind{KindTalk}
		}
	case *lifecycle.MeasureRecorded:
		return []Kind{KindLetter}
	case *lifecycle.ClosureApproved:
		return []Kind{KindClosing}
	case *lifecycle.CaseVoided:
		return []Kind{KindWithdrawal}
	case *lifecycle.ObjectionDecided:
		switch b.Outcome {
		case lifecycle.Partly:
			return []Kind{KindNotice}
		case lifecycle.Upheld:
			return []Kind{KindWithdrawal}
		case lifecycle.Rejected:
		}
	}
	return nil
}

// upTo are the events as the command that caused the event left them.
func upTo(events []lifecycle.Event, e lifecycle.Event) []lifecycle.Event {
	return slices.DeleteFunc(slices.Clone(events), func(x lifecycle.Event) bool {
		return x.Seq > e.Seq && (x.Command == "" || x.Command != e.Command)
	})
}

// issue makes one paper; none when the event sent none out after all.
func issue(s Source, kind Kind, e lifecycle.Event) (Issued, error) {
	out := Issued{Kind: kind, Event: e.Seq, On: e.Legal, Name: kind.ZH(), Sent: lifecycle.IssuedBy(e)}
	c := lifecycle.Fold(s.Events)
	if kind == KindNotice && c.Notice != nil {
		out.Number, out.On = c.Notice.Number, c.Notice.On
		out.Name = fmt.Sprintf("%s（第%d版）", kind.ZH(), c.Notice.Version)
	}
	if b, ok := e.Body.(*lifecycle.MeasureRecorded); ok {
		i := slices.IndexFunc(c.Measures, func(m lifecycle.Measure) bool { return m.No == b.No && m.Kind == policy.MeasureSupervisionLetter })
		if i < 0 {
			return Issued{}, nil
		}
		out.Number, out.On = b.Number, b.On
		s.Measure = b.No
	}
	if b, ok := e.Body.(*lifecycle.MeasureOrdered); ok {
		s.Measure = b.No
	}
	file, err := Of(kind, s)
	var (
		yet   *NotYetError
		field *FieldError
	)
	switch {
	case errors.As(err, &yet):
		return Issued{}, nil
	case errors.As(err, &field):
		out.Lacks = field.ZH
		return out, nil
	case err != nil:
		return Issued{}, err
	}
	out.Bytes = file.Bytes
	return out, nil
}
