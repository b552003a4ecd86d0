package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/documents"
	"duban/documents/casefile"
	"duban/lifecycle"
)

// signed has the case's notice drafted, with those of others, and signed.
func (l *life) signed(t *testing.T, others ...string) {
	t.Helper()
	l.do(t, l.people.Officer, &lifecycle.SubmitNotice{Text: "请整改。", Cases: others})
	l.do(t, l.people.Signer, &lifecycle.ApproveNotice{})
}

func numbered(n int) string { return fmt.Sprintf("〔%d〕%d号", today().Year(), n) }

// Issue 3, 4: the unit that got a wrong notice is told in writing that nothing is
// left of it, in words that say neither what was found nor whose it is; the right
// unit reads nothing of the first.
func TestMisdirectedNotice(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(*api.Options) {})
	p := o.people
	campaign := o.campaignOf(t, p.Unit.ID, p.OtherUnit.ID)
	l := o.waiting(t, campaign, p.Unit.ID, "党费收缴不及时", lifecycle.Immediate)
	l.signed(t)
	require.Equal(t, http.StatusNotFound, l.paper(t, p.Secretary, "withdrawal.docx").Code)
	before := len(o.files(t))
	corrected := l.do(t, p.Leader, &lifecycle.CorrectNotice{Reason: "应为市财政局", Unit: p.OtherUnit.ID, Confirmed: true})
	require.Len(t, o.files(t), before+1)

	told := l.paper(t, p.Secretary, "withdrawal.docx")
	text := told.says(t)
	for _, want := range []string{p.Unit.Name, numbered(1), corrected.Case.Number, "撤销该反馈意见"} {
		require.Contains(t, text, want)
	}
	for _, secret := range []string{"党费", "市财政局", p.OtherUnit.Name} {
		require.NotContains(t, text, secret)
	}
	require.Equal(t, told.Body.Bytes(), l.paper(t, p.Officer, "withdrawal.docx").Body.Bytes(), "staff have what went out")
	for _, kind := range documents.Kinds() {
		if kind != documents.KindWithdrawal {
			require.Equal(t, http.StatusNotFound, l.paper(t, p.Secretary, string(kind)+".docx").Code, kind)
		}
	}

	l.signed(t)
	require.NotContains(t, l.paper(t, p.Officer, "notice.docx").says(t), "停止执行", "the right unit had none before")
	require.Empty(t, l.read(t, p.Officer).Case.Notice.Replaces)
	require.Equal(t, told.Body.Bytes(), l.paper(t, p.Secretary, "withdrawal.docx").Body.Bytes())
	require.Equal(t, http.StatusNotFound, l.paper(t, p.Secretary, "notice.docx").Code)
	o.whole(t, l)
}

// whole wants the case's file to stand its check, and every paper that is kept to be
// known to the record.
func (o office) whole(t *testing.T, l *life) {
	t.Helper()
	a := o.as(t, o.people.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + l.id + "/file.zip"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	_, problems := casefile.Verify(bytes.NewReader(a.Body.Bytes()), int64(a.Body.Len()))
	require.Empty(t, problems)
	known, err := o.store.PaperHashes(t.Context())
	require.NoError(t, err)
	require.Len(t, o.files(t), len(known))
}

// Of a notice for several findings one withdrawal goes out, of all that is taken
// back; what is the unit's own stands.
func TestMisdirectedPart(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{true, false} {
		o := newOffice(t, func(*api.Options) {})
		p := o.people
		campaign := o.campaignOf(t, p.Unit.ID, p.OtherUnit.ID)
		one := o.waiting(t, campaign, p.Unit.ID, "党费收缴不及时", lifecycle.Immediate)
		two := o.waiting(t, campaign, p.Unit.ID, "换届超期", lifecycle.Immediate)
		one.signed(t, two.id)
		before := len(o.files(t))
		one.do(t, p.Leader, &lifecycle.CorrectNotice{Reason: "不是该单位的问题", Unit: p.OtherUnit.ID, Whole: whole, Confirmed: true})
		require.Len(t, o.files(t), before+1)
		text := one.paper(t, p.Secretary, "withdrawal.docx").says(t)
		if whole {
			require.Contains(t, text, fmt.Sprintf("督〔%[1]d〕0001、督〔%[1]d〕0002", today().Year()))
			require.NotContains(t, text, "其余事项")
			require.Equal(t, text, two.paper(t, p.Secretary, "withdrawal.docx").says(t))
		} else {
			require.NotContains(t, text, "0002")
			require.Contains(t, text, "其余事项仍按该反馈意见办理")
			require.Equal(t, http.StatusNotFound, two.paper(t, p.Secretary, "withdrawal.docx").Code)
		}
	}
}

// A notice names every notice it takes the place of, with the items of each,
// whichever of its findings comes first.
func TestNoticesReplaced(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(*api.Options) {})
	p := o.people
	campaign := o.campaignOf(t, p.Unit.ID)
	fresh := o.waiting(t, campaign, p.Unit.ID, "丙问题", lifecycle.Immediate)
	one := o.waiting(t, campaign, p.Unit.ID, "甲问题", lifecycle.Immediate)
	one.signed(t)
	two := o.waiting(t, campaign, p.Unit.ID, "乙问题", lifecycle.Immediate)
	two.signed(t)
	for _, l := range []*life{one, two} {
		l.do(t, p.Leader, &lifecycle.CorrectNotice{Reason: "事实有误"})
	}
	fresh.signed(t, one.id, two.id)
	text := one.paper(t, p.Officer, "notice.docx").says(t)
	require.Contains(t, text, fmt.Sprintf("反馈意见（工委督函%s）中的事项督〔%[3]d〕0002，反馈意见（工委督函%[2]s）中的事项督〔%[3]d〕0003，自本件送达之日起停止执行",
		numbered(1), numbered(2), today().Year()))
}
