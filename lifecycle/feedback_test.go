package lifecycle_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// arrived is a case whose look-back has begun; a leader came along.
func arrived(t *testing.T, w *walk) *node {
	t.Helper()
	n := accepted(t, w)
	n.now = noon(day("2026-06-01"))
	return steps(t, w, n, "lead", lifecycle.RecordArrival{On: day("2026-06-01"), Persons: []string{"lead", "author", "leader3"}})
}

func failedLookBack(result lifecycle.Result) lifecycle.RecordLookBack {
	return lifecycle.RecordLookBack{Result: result, Feedback: "仍未到位", Findings: []lifecycle.LookBackPoint{{No: 1, Account: someText}}}
}

// seenByUnit is all that the unit reads of the case, but for the version.
func seenByUnit(t *testing.T, c lifecycle.Case) string {
	t.Helper()
	u := c.ForUnit()
	u.Version = 0
	text, err := json.Marshal(u)
	require.NoError(t, err)
	return string(text)
}

// The feedback notice of a look-back waits for a leader's signature: no number, no
// paper and no new round before it, and the unit reads what it reads of one that was
// found in place. Who came drafts it anew when it is returned.
func TestALeaderSignsTheFeedbackNotice(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := arrived(t, w)
	good := lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: someText}}}
	same := seenByUnit(t, steps(t, w, n, "lead", good).c)
	for _, result := range []lifecycle.Result{lifecycle.NotInPlace, lifecycle.False} {
		e := w.command(n, failedLookBack(result), people["lead"])
		require.NoError(t, e.refusal)
		body := e.events[0].Body.(*lifecycle.LookBackRecorded) //nolint:forcetypeassert // it is
		require.Empty(t, body.Series(), "a number before the signature")
		require.Empty(t, body.Issues(e.to.c), "a paper before the signature")
		require.Equal(t, lifecycle.NoticeApproval, e.to.c.Stage)
		require.Equal(t, 1, e.to.c.Round)
		require.JSONEq(t, same, seenByUnit(t, e.to.c))
		require.Equal(t, lifecycle.UnitAccepted, e.to.c.ForUnit().Stage)
		require.Equal(t, []lifecycle.Recipient{{Role: lifecycle.Leader}}, e.to.c.Chased(e.to.c.Clocks[0]), "its clock chases a leader")

		drafted := e.to
		refusedAs(t, w, drafted, "lead", "wrong_role", lifecycle.ApproveNotice{})
		back := steps(t, w, drafted, "leader", lifecycle.ReturnNotice{Reason: "请写明事实"})
		require.Equal(t, lifecycle.NoticeDrafting, back.c.Stage)
		require.JSONEq(t, same, seenByUnit(t, back.c))
		refusedAs(t, w, back, "officer", "not_on_the_spot", lifecycle.SubmitNotice{Text: someText})
		refusedAs(t, w, back, "lead", "feedback_has_its_time", lifecycle.SubmitNotice{Text: someText, Period: lifecycle.Period{N: 90, Unit: "D"}})
		for range 20 { // the same request is told the same each time
			refused, _ := errors.AsType[*lifecycle.Refusal](w.command(back, lifecycle.SubmitNotice{
				Text: someText, Period: lifecycle.Period{N: 90, Unit: "D"}, ExternalDue: day("2026-08-03"), Cases: []string{"c9"},
			}, people["lead"]).refusal)
			require.Equal(t, "period", refused.Field)
		}
		again := steps(t, w, back, "lead", lifecycle.SubmitNotice{Text: "第二稿"})
		require.Equal(t, "第二稿", again.c.Drafted().Notice.Text)
		require.Equal(t, lifecycle.NoticeDrafted, again.c.NoticeState(again.c.Feedback.ID))
		first, apart := *again.c.Notice, again.c
		first.ID, apart.Notice = "first", &first
		require.Equal(t, lifecycle.NoticeReceived, apart.NoticeState("first"))

		signed := w.command(again, lifecycle.ApproveNotice{}, people["leader"])
		require.NoError(t, signed.refusal)
		approved := signed.events[0].Body.(*lifecycle.NoticeApproved) //nolint:forcetypeassert // it is
		require.NotEmpty(t, approved.Series())
		require.Equal(t, lifecycle.PaperNotice, approved.Issues(signed.to.c))
		require.Equal(t, lifecycle.Serving, signed.to.c.Stage)
		require.Equal(t, 2, signed.to.c.Round)
		require.Nil(t, signed.to.c.Feedback)
		require.Equal(t, result == lifecycle.False, len(signed.to.c.Measures) > 0, "what faking brings is proposed once it is signed")
		n := steps(t, w, signed.to, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
		require.Equal(t, policy.L2, n.c.Level)
	}
}

// A leader who came signs on the spot, by hand, and hears of it. Nobody else does,
// and nothing is served unsigned.
func TestALeaderWhoCameSignsOnTheSpot(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := arrived(t, w)
	slip := &lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: day("2026-06-01"), Scan: scanned}
	body := func(by, scan string) lifecycle.RecordLookBack {
		b := failedLookBack(lifecycle.NotInPlace)
		b.Signature, b.Receipt = &lifecycle.SpotSignature{By: by, Scan: scan}, slip
		return b
	}
	unsigned := failedLookBack(lifecycle.NotInPlace)
	unsigned.Receipt = slip
	refusedAs(t, w, n, "lead", "not_signed", unsigned)
	refusedAs(t, w, n, "lead", "not_on_the_spot", body("leader", scanned))
	refusedAs(t, w, n, "lead", "wrong_role", body("author", scanned))
	refusedAs(t, w, n, "lead", "unknown_evidence", body("leader3", "evidence:other"))
	e := w.command(n, body("leader3", scanned), people["lead"])
	require.NoError(t, e.refusal)
	require.Equal(t, lifecycle.Rectifying, e.to.c.Stage)
	require.Equal(t, 2, e.to.c.Round)
	require.NotEmpty(t, e.to.c.Notice.Number)
	require.Equal(t, "leader3", e.to.c.Part.Signer)
	told := false
	for _, l := range lifecycle.Letters(e.to.c, e.events[0], w.rules) {
		told = told || l.To.Account == "leader3"
	}
	require.True(t, told, "whoever is said to have signed hears of it")
}
