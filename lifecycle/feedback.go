package lifecycle

import (
	"slices"

	"duban/policy"
)

// The feedback notice of a look-back that failed (回头看反馈意见) opens a new round.
// A leader signs it before it is numbered and served: until then the round has not
// begun, and the unit reads what it would read had everything been found in place.

// A SpotSignature is a leader's who came along and signed the feedback notice where
// he stood.
type SpotSignature struct {
	By   string `json:"by" minLength:"1" maxLength:"64" doc:"Account of the leader who came and signed"`
	Scan string `json:"scan" minLength:"1" maxLength:"200" doc:"The signed original, scanned: evidence:ID of the case"`
}

// check wants a leader who was there, is not who drafts, and signed by hand.
func (s SpotSignature) check(t *turn) error {
	if _, err := t.account("signature.by", s.By, Leader); err != nil {
		return err
	}
	switch {
	case s.By == t.actor.Account:
		return invalid("signature.by", "own_draft", "拟稿人不能签发自己拟的文稿。", "Whoever drafted the notice may not sign it.")
	case !slices.Contains(t.c.LookBacks[len(t.c.LookBacks)-1].Persons, s.By):
		return invalid("signature.by", "not_on_the_spot", "只有到场的工委领导可以当场签发；未到场的，请在系统中签发。",
			"Only a leader who came may sign on the spot; the others sign here, with approve_notice.")
	}
	return t.scan("signature.scan", s.Scan)
}

// begin begins the round that the case's feedback notice opens.
func (c *Case) begin() {
	n := *c.Feedback
	c.newRound()
	c.Notice, c.Feedback = &n, nil
}

// Drafted is the case as a signature would leave it of the feedback notice that
// waits for one: who reads the draft reads of the new round.
func (c Case) Drafted() Case {
	if c.Feedback != nil {
		c.begin()
	}
	return c
}

// draftFeedback puts another text before the signer, who returned the first. The
// time it gives is the rules', and what was found stands in the record.
func (b SubmitNotice) draftFeedback(t *turn) error {
	for _, f := range []struct {
		field string
		given bool
	}{{"period", !b.Period.IsZero()}, {"external_due", !b.ExternalDue.IsZero()}, {"cases", len(b.Cases) > 0}} {
		if f.given {
			return invalid(f.field, "feedback_has_its_time", "回头看反馈意见只填写正文，期限按首轮期限的一半确定，也不与其他事项合写。",
				"The feedback notice of a look-back has a text only: its time is half of the first, and it states no other case.")
		}
	}
	t.record(&NoticeSubmitted{b})
	t.goTo(NoticeApproval)
	return nil
}

// followUp is what a failed look-back brings once its notice is signed.
func (t *turn) followUp() {
	t.goTo(Serving)
	if last := t.c.LookBacks[len(t.c.LookBacks)-1]; last.Result == False {
		t.propose(MeasureOrdered{Kind: policy.MeasurePartyGroupOrder, Basis: "虚假整改"})
	}
}

// mayDraft: an officer drafts notices, and who came the feedback notice of a
// look-back.
func mayDraft(t *turn) *Refusal {
	switch {
	case t.c.Feedback != nil && !t.actor.Has(LookBackLead):
		return forbidden("not_on_the_spot", "回头看反馈意见由到场人员拟稿。", "The feedback notice of a look-back is drafted by those who came.")
	case t.c.Feedback != nil:
		return onTheSpot(t)
	case !t.actor.Has(Officer):
		return forbidden("officer_drafts", "反馈意见由经办人拟稿。", "An officer drafts the notice.")
	}
	return nil
}

// afterService: a notice was served, and none is being corrected.
func afterService(t *turn) *Refusal {
	if (t.c.Stage == NoticeDrafting || t.c.Stage == NoticeApproval) && t.c.Feedback == nil {
		return notAllowed("no_notice_served", "反馈意见尚未送达，无须交接。", "No notice is served, so there is nothing to hand over.")
	}
	return nil
}
