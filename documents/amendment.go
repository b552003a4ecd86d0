package documents

import (
	"fmt"

	"duban/calendar"
)

// An Amendment is how a notice was changed by the answer to an objection, which is
// dated like the notice that it makes.
type Amendment struct {
	// Number is that of the notice it changes, Original its day.
	Number   string
	Original calendar.Date
	// Received: that one was signed for. Nothing is signed for again then, and its
	// time runs on as the decision left it.
	Received bool
	// Due is the last day in time; none when no time runs any more.
	Due calendar.Date
	// Provisional: a year of it has no calendar yet. Standing: it stands still.
	Provisional, Standing bool
	// Plan is the last day for the plan; none where none is wanted.
	Plan calendar.Date
	// Object and ObjectUnit are the last days to object, which count from the receipt.
	Object, ObjectUnit calendar.Date
}

// received reports whether the notice changes one that was signed for.
func (n Notice) received() bool { return n.Amended != nil && n.Amended.Received }

// amending says what it changes.
func (n Notice) amending() string {
	return fmt.Sprintf("本件系按%s作出的异议处理决定，对《反馈意见》（%s，%s）的更正，自本件送达之日起以本件为准。",
		chineseDate(n.On), n.Amended.Number, chineseDate(n.Amended.Original))
}

// terms say how long there is from the decision: it gives time, and takes none.
func (a Amendment) terms(p calendar.Period, decided calendar.Date) []block {
	var out []block
	if a.Due.IsZero() {
		out = append(out, text("整改期限不因更正重新计算。"))
	} else {
		out = append(out, text("整改期限为"+p.Chinese()+"，自异议处理决定之日（"+chineseDate(decided)+"）次日起计算，决定当日不计入；原到期日更晚的，仍按原到期日。"+counting(p)),
			para{runs: []run{{text: "整改到期日：" + chineseDate(a.Due) + "（" + weekday(a.Due) + "）", face: faceHeading}, {text: "。当日24时前报送整改报告的，视为按期报送。" + a.may()}}, first: 200})
	}
	if !a.Plan.IsZero() {
		out = append(out, text("请于"+chineseDate(a.Plan)+"前（含当日）报送整改方案。"))
	}
	return out
}

// may says why the date may still move.
func (a Amendment) may() string {
	s := ""
	if a.Standing {
		s = "该期限现中止计算，恢复计算后按中止的日数顺延。"
	}
	if a.Provisional {
		s += "该日期为暂定：所涉年度的放假安排尚未公布，公布后重新计算；日期有变化的，另行告知。"
	}
	return s
}
