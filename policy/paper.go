package policy

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A PaperKind names a paper that goes out under a number (公文). It stands in the
// record: never rename.
type PaperKind string

// The papers.
const (
	PaperNotice     PaperKind = "notice"               // 反馈意见
	PaperReceipt    PaperKind = "receipt_confirmation" // 签收确认函
	PaperLetter     PaperKind = "supervision_letter"   // 督办函
	PaperTalk       PaperKind = "reminder_talk"        // 提醒谈话通知
	PaperClosing    PaperKind = "closure"              // 销号通知
	PaperWithdrawal PaperKind = "withdrawal"           // 撤销通知
	PaperCircular   PaperKind = "circular"             // 通报
)

// PaperKinds lists them.
func PaperKinds() []PaperKind {
	return []PaperKind{PaperNotice, PaperReceipt, PaperLetter, PaperTalk, PaperClosing, PaperWithdrawal, PaperCircular}
}

// ZH is the paper as offices call it.
func (k PaperKind) ZH() string {
	switch k {
	case PaperNotice:
		return "反馈意见"
	case PaperReceipt:
		return "签收确认"
	case PaperLetter:
		return "督办函"
	case PaperTalk:
		return "提醒谈话通知"
	case PaperClosing:
		return "销号通知"
	case PaperWithdrawal:
		return "撤销通知"
	case PaperCircular:
		return "通报"
	default:
		return string(k)
	}
}

// Papers says what stands before the number of each kind of paper (发文机关代字).
// Kinds of one mark are counted together, from 1 in each year.
type Papers struct {
	Marks  map[PaperKind]string `yaml:"marks"`
	Source string               `yaml:"source"`
}

// Mark is what stands before the numbers of a kind of paper. A policy of before papers
// had marks of their own has none, and the default's hold.
func (p *Policy) Mark(kind PaperKind) string {
	if mark := p.Papers.Marks[kind]; mark != "" {
		return mark
	}
	return Default().Papers.Marks[kind]
}

// maxMark is how many characters a mark has at the most.
const maxMark = 12

func checkPapers(p Papers, f *file) {
	if !f.has("papers") {
		return
	}
	checkNames(p.Marks, PaperKinds(), "papers.marks", f)
	for _, kind := range PaperKinds() {
		mark, ok := p.Marks[kind]
		if !ok {
			continue
		}
		han := !strings.ContainsFunc(mark, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
		if n := utf8.RuneCountInString(mark); !han || n < 2 || n > maxMark {
			f.refuse("papers.marks."+string(kind), fmt.Sprintf("expected 2 to %d Chinese characters, such as 工委督函", maxMark))
		}
	}
}
