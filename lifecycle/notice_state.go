package lifecycle

// A NoticeState says how far a notice has come, in one of its cases.
type NoticeState string

// The states of a notice.
const (
	NoticeDrafted   NoticeState = "drafted"   // 待签发: waits for the signature
	NoticeSentBack  NoticeState = "returned"  // 退改: back with who drafted it
	NoticeServing   NoticeState = "serving"   // 送达待签收
	NoticeReceived  NoticeState = "received"  // 已签收
	NoticeTakenBack NoticeState = "withdrawn" // 收回更正: taken back, to be corrected
	NoticeReplaced  NoticeState = "replaced"  // 已由新的反馈意见替代
	NoticeVoided    NoticeState = "voided"    // 撤销: the finding does not stand
)

// NoticeState is how far the notice of the id has come in this case, which was
// one of its own.
func (c Case) NoticeState(id string) NoticeState {
	n := c.Notice
	switch f := c.Feedback; {
	case f != nil && f.ID == id:
		n = f
	case f != nil && n != nil && n.ID == id:
		return NoticeReceived
	}
	switch {
	case n == nil || n.ID != id:
		return NoticeReplaced
	case c.Stage == Voided:
		return NoticeVoided
	case c.Stage == NoticeApproval:
		return NoticeDrafted
	case c.Stage == NoticeDrafting && n.Number == "":
		return NoticeSentBack
	case c.Stage == NoticeDrafting:
		return NoticeTakenBack
	case c.Receipt == nil || c.Stage == Serving:
		return NoticeServing
	default:
		return NoticeReceived
	}
}

// NoticeAt is the notice of the id as the events of one of its cases last knew it,
// and the case as they left it.
func NoticeAt(events []Event, id string) (n Notice, c Case, ok bool) {
	for _, e := range events {
		c = c.Apply(e)
		for _, one := range []*Notice{c.Notice, c.Feedback} {
			if one != nil && one.ID == id {
				n, ok = *one, true
			}
		}
	}
	return n, c, ok
}
