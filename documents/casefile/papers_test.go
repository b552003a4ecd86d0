package casefile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/documents"
	"duban/documents/casefile"
	"duban/lifecycle"
)

func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// sentOut is a record of two notices, which went out as the events say, and of the
// notice of a talk, of which no event holds the hash.
func sentOut() casefile.Record {
	r := record()
	drafted := &lifecycle.NoticeSubmitted{SubmitNotice: lifecycle.SubmitNotice{Text: "请整改。"}}
	to := lifecycle.Addressee{Unit: "市档案局"}
	r.Events = append(r.Events,
		event(3, lifecycle.EventNoticeSubmitted, lifecycle.NoticeApproval, drafted),
		event(4, lifecycle.EventNoticeApproved, lifecycle.Serving, &lifecycle.NoticeApproved{Year: 2026, Number: "〔2026〕1号", Issued: &lifecycle.Issued{To: to, SHA256: hash("first")}}),
		event(5, lifecycle.EventMeasureOrdered, "", &lifecycle.MeasureOrdered{No: 1, Kind: "reminder_talk", Status: lifecycle.Ordered, Basis: "依据"}),
		event(6, lifecycle.EventNoticeCorrected, lifecycle.NoticeDrafting, &lifecycle.NoticeCorrected{CorrectNotice: lifecycle.CorrectNotice{Reason: "事实有误"}}),
		event(7, lifecycle.EventNoticeSubmitted, lifecycle.NoticeApproval, drafted),
		event(8, lifecycle.EventNoticeApproved, lifecycle.Serving, &lifecycle.NoticeApproved{Year: 2026, Number: "〔2026〕2号", Issued: &lifecycle.Issued{To: to, SHA256: hash("second")}}))
	r.Papers = []documents.Sent{
		{Kind: documents.KindNotice, Event: 4, Name: "反馈意见（第1版）", Bytes: []byte("first")},
		{Kind: documents.KindTalk, Event: 5, Name: "提醒谈话通知", Bytes: []byte("talk")},
		{Kind: documents.KindNotice, Event: 8, Name: "反馈意见（第2版）", Bytes: []byte("second")},
	}
	return r
}

// Issue 3, 4 and 7: the event of its signing names the hash of a paper, so that one
// exchanged, left out or put in another's place is found, though the whole archive
// was written anew around it.
func TestAnExchangedPaperIsFound(t *testing.T) {
	t.Parallel()
	written := func(change func(*casefile.Record)) []string {
		t.Helper()
		r := sentOut()
		change(&r)
		var out bytes.Buffer
		require.NoError(t, casefile.Write(&out, r))
		return verify(out.Bytes())
	}
	require.Empty(t, written(func(*casefile.Record) {}))
	const first, second = "文书不是发出的那一份：20-反馈意见-03-反馈意见（第1版）.docx", "文书不是发出的那一份：20-反馈意见-07-反馈意见（第2版）.docx"
	require.Equal(t, []string{first}, written(func(r *casefile.Record) { r.Papers[0].Bytes = []byte("forged") }))
	require.Equal(t, []string{first, second}, written(func(r *casefile.Record) {
		r.Papers[0].Bytes, r.Papers[2].Bytes = r.Papers[2].Bytes, r.Papers[0].Bytes
	}))
	require.Equal(t, []string{"缺少文书：第8项“签发”发出的文书"}, written(func(r *casefile.Record) { r.Papers = r.Papers[:2] }))
	require.Equal(t, []string{"缺少文书：第4项“签发”发出的文书"}, written(func(r *casefile.Record) { r.Papers[0].Lacks = "文书缺少“依据”，不能生成。" }))
}

// Every body that notes a paper gives it to who checks.
func TestEveryIssuedPaperIsKnown(t *testing.T) {
	t.Parallel()
	for _, kind := range lifecycle.EventKinds() {
		e, err := lifecycle.Event{Kind: kind}.WithContent([]byte(`{"data":{"issued":{"to":{"unit":"市档案局"},"sha256":"ab"}}}`))
		require.NoError(t, err)
		_, issues := e.Body.(lifecycle.Issuing)
		require.Equal(t, issues, lifecycle.IssuedBy(e) != nil, kind)
	}
}
