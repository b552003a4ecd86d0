package documents

import (
	"strings"

	"duban/calendar"
	"duban/characters"
	"duban/lifecycle"
	"duban/policy"
)

// A Kind names a document of a case. It stands in addresses: never rename.
type Kind string

// The kinds.
const (
	KindNotice     Kind = "notice"               // 反馈意见
	KindReceipt    Kind = "receipt_confirmation" // 签收确认
	KindLetter     Kind = "supervision_letter"   // 督办函
	KindTalk       Kind = "reminder_talk"        // 提醒谈话通知
	KindClosing    Kind = "closure"              // 销号通知
	KindWithdrawal Kind = "withdrawal"           // 撤销通知
	KindReportForm Kind = "report_form"          // 整改报告
)

// Kinds lists the documents in the order in which a case comes to have them.
func Kinds() []Kind {
	return []Kind{KindNotice, KindReceipt, KindReportForm, KindLetter, KindTalk, KindClosing, KindWithdrawal}
}

// ZH is what people call the document.
func (k Kind) ZH() string {
	switch k {
	case KindNotice:
		return "反馈意见"
	case KindReceipt:
		return "签收确认"
	case KindLetter:
		return "督办函"
	case KindTalk:
		return "提醒谈话通知"
	case KindClosing:
		return "销号通知"
	case KindWithdrawal:
		return "撤销通知"
	case KindReportForm:
		return "整改报告（空白）"
	default:
		return string(k)
	}
}

// A Post is an office in the unit and who held it from when to when.
type Post struct {
	Kind, Holder string
	Since, Until calendar.Date
}

// A Source is what the documents of a case are made from.
type Source struct {
	Office Office
	// Form is the notice's layout; the one it was drafted in when left out.
	Form Form
	// Unit is the name of the unit, Posts are its offices.
	Unit  string
	Posts []Post
	// Campaign is the name of the campaign the finding comes from, if it is of one,
	// Held are its days.
	Campaign string
	Held     Span
	// Evidence are the names of the files that the findings rest on, by id.
	Evidence map[string]string
	// Events are all of the case's, Others those of the other cases of its notice.
	Events []lifecycle.Event
	Others [][]lifecycle.Event
	// Policy is the one the case was noticed under, Calendar the one in force.
	Policy   *policy.Policy
	Calendar *calendar.Calendar
	// Measure is the number of the measure that a letter or a talk is about; the
	// last of its kind when 0.
	Measure int
	// ForUnit: a person of the unit asks, and gets what the unit may know. Former is
	// the id of that unit when the case was sent to it by mistake.
	ForUnit bool
	Former  string
}

// A File is a document and what it is called.
type File struct {
	Name  string
	Bytes []byte
	// To is whom it is addressed to.
	To Addressee
}

// Of makes a document of a case. What the case does not have yet is a *NotYetError,
// what does not exist for a unit is HiddenError, and what the document must say and
// the case does not is a *FieldError.
func Of(kind Kind, s Source) (File, error) {
	m := &mapping{Source: s, c: lifecycle.Fold(s.Events)}
	if s.ForUnit && !m.unitMay(kind) {
		return File{}, HiddenError{}
	}
	if kind == KindNotice && !s.ForUnit { // who may sign the notice of a look-back reads its draft
		m.c = m.c.Drafted()
	}
	text, err := m.write(kind)
	if err != nil {
		return File{}, err
	}
	return File{Name: m.name(kind), Bytes: text, To: m.to}, nil
}

// Name is what a document of a case is called.
func Name(kind Kind, s Source) string {
	return (&mapping{Source: s, c: lifecycle.Fold(s.Events)}).name(kind)
}

func (m *mapping) name(kind Kind) string {
	return fileName(kind.ZH() + "（" + m.Unit + "，" + m.c.Number + "）.docx")
}

// For reports whether the document exists for whoever asks.
func (s Source) For(kind Kind) bool {
	return !s.ForUnit || (&mapping{Source: s, c: lifecycle.Fold(s.Events)}).unitMay(kind)
}

func (m *mapping) write(kind Kind) ([]byte, error) {
	switch kind {
	case KindNotice:
		return m.notice()
	case KindReceipt:
		return m.receipt()
	case KindLetter:
		return m.letter()
	case KindTalk:
		return m.talk()
	case KindClosing:
		return m.closing()
	case KindWithdrawal:
		return m.withdrawal()
	case KindReportForm:
		return m.reportForm()
	default:
		return nil, HiddenError{}
	}
}

// unitMay reports whether the document exists for the case's unit: what was sent
// to it, and nothing that is still being written.
func (m *mapping) unitMay(kind Kind) bool {
	if m.Former != "" { // which is told that nothing is left of it
		return kind == KindWithdrawal && m.sentBack() != nil
	}
	u := m.c.ForUnit()
	if u.Stage == lifecycle.UnitNone {
		return false
	}
	switch kind {
	case KindNotice:
		return u.Notice != nil && !m.draft()
	case KindReceipt:
		return u.Receipt != nil
	case KindLetter:
		done, ok := m.measure(policy.MeasureSupervisionLetter)
		return ok && done.Record != nil
	case KindClosing:
		return !m.c.ClosedAt.IsZero()
	case KindWithdrawal:
		return u.Stage == lifecycle.UnitVoided
	case KindReportForm:
		return u.Notice != nil
	case KindTalk: // one that was not kept may change
		return Issued(KindTalk, m.Source) != nil
	default:
		return false
	}
}

// fileName is a name that every system can keep.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\/:*?"<>|`, r) || characters.Line(string(r)) != nil {
			return '_'
		}
		return r
	}, s)
}
