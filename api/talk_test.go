package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/policy"
)

// received brings a case to the receipt of its notice.
func (o office) received(t *testing.T) *life {
	t.Helper()
	p := o.people
	l := o.waiting(t, o.campaignOf(t, p.Unit.ID), p.Unit.ID, "党费收缴不及时", lifecycle.Immediate)
	l.signed(t)
	l.do(t, p.Secretary, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	return l
}

// Issue 3, 4: the notice of a talk says when and where it will be held, goes to the
// unit, and stays what it was, whatever is recorded of the talk and whatever the
// office is called by then.
func TestTalkNoticeStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(*api.Options) {})
	p := o.people
	l := o.received(t)
	const file = "reminder_talk.docx"
	require.Equal(t, http.StatusNotFound, l.paper(t, p.Secretary, file).Code)
	before := len(o.files(t))
	on := today().AddDays(3)
	l.do(t, p.Leader, &lifecycle.OrderMeasure{
		Measure: policy.MeasureReminderTalk, Basis: "未按时交纳党费", Talk: &lifecycle.Appointment{On: on, Time: "09:30", Place: "市委三号楼205"},
	})
	require.Len(t, o.files(t), before+1)
	sent := l.paper(t, p.Officer, file)
	require.Contains(t, sent.says(t), fmt.Sprintf("谈话时间：%d年%d月%d日上午9时30分。地点：市委三号楼205。", on.Year(), int(on.Month()), on.Day()))
	o.keeper.Office.Name = "另一个机关"
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: "进展缓慢"})
	for _, who := range []lifecycle.Actor{p.Officer, p.Secretary} {
		after := l.paper(t, who, file)
		require.Equal(t, http.StatusOK, after.Code)
		require.Equal(t, sent.Body.Bytes(), after.Body.Bytes())
	}
	require.Equal(t, http.StatusNotFound, l.paper(t, p.OtherSecretary, file).Code)
	o.whole(t, l)
}

// A talk that the ladder opens is a leader's task: no paper, no number and no hash
// before he fixes time and place. Then its notice leaves, and one fixed anew has a
// notice of its own.
func TestTalkOfTheLadderWaitsForALeader(t *testing.T) {
	t.Parallel()
	const file = "reminder_talk.docx"
	c := newClock()
	o := newOffice(t, func(all *api.Options) { all.Clock = c.Now })
	l, p := o.received(t), o.people
	kept := len(o.files(t))
	var talk lifecycle.Measure
	for range 20 { // it goes up no two steps in one day
		c.advance(10)
		for _, m := range l.do(t, p.Officer, &lifecycle.Note{Text: "已电话联系"}).Case.Measures {
			if m.Kind == policy.MeasureReminderTalk {
				talk = m
			}
		}
	}
	require.Equal(t, lifecycle.Ordered, talk.Status)
	require.Len(t, o.files(t), kept, "a paper left that nobody decided on")
	require.Equal(t, http.StatusNotFound, l.paper(t, p.Secretary, file).Code)
	require.Equal(t, "talk_not_fixed", l.paper(t, p.Leader, file).problem(t).Code)

	for n, place := range []string{"一楼会议室", "二楼会议室"} {
		on := c.today().AddDays(3)
		l.do(t, p.Leader, &lifecycle.FixTalk{No: talk.No, Talk: lifecycle.Appointment{On: on, Time: "09:30", Place: place}})
		require.Len(t, o.files(t), kept+n+1)
		staff, unit := l.paper(t, p.Officer, file), l.paper(t, p.Secretary, file)
		require.Contains(t, staff.says(t), place)
		require.Equal(t, staff.Body.Bytes(), unit.Body.Bytes())
	}
	o.whole(t, l)
}
