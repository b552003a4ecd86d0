package lifecycle

import "slices"

// One notice may state several findings of one unit and campaign, each of them a
// case. What is done to the notice is done to all its cases or to none.

// siblings are the other cases of the case's notice, of those at hand. It must be
// asked before the case itself changes.
func (t *turn) siblings() []*turn {
	if t.c.Notice == nil || t.c.Feedback != nil {
		return nil
	}
	var list []*turn
	for _, o := range t.others {
		if slices.Contains(t.c.Notice.Cases, o.c.ID) && o.c.Notice != nil && o.c.Notice.ID == t.c.Notice.ID && o.c.Feedback == nil && o.c.Unit == t.c.Unit {
			list = append(list, o)
		}
	}
	return list
}

// abreast are the siblings that stand where the case stands. One that was voided,
// merged or taken back meanwhile goes its own way.
func (t *turn) abreast() []*turn {
	return slices.DeleteFunc(t.siblings(), func(o *turn) bool { return o.c.Stage != t.c.Stage })
}

// eachOf decides for each of the siblings as if the command were its own.
func eachOf(kind CommandKind, siblings []*turn, decide func(*turn) error) error {
	row, _ := rowOf(kind)
	for _, o := range siblings {
		err := row.may(o, false)
		if err == nil {
			err = decide(o)
		}
		if err != nil {
			return about(o.c, err)
		}
	}
	return nil
}

// about says which of the cases a refusal is about.
func about(c Case, err error) error {
	r, ok := err.(*Refusal) //nolint:errorlint // the rules return it as it is
	if !ok {
		return err
	}
	one := *r
	one.Field = ""
	one.ZH, one.EN = "事项"+c.Number+"："+r.ZH, "Case "+c.Number+": "+r.EN
	return &one
}

// noticed are the other cases of the case's notice.
func noticed(c Case) []string {
	if c.Notice == nil || c.Feedback != nil { // which is this case's alone
		return nil
	}
	return c.Notice.Cases
}

// Involves names the cases whose findings the notice is to state too.
func (b SubmitNotice) Involves(Case) []string { return b.Cases }

// Involves names the other cases of the notice.
func (ReturnNotice) Involves(c Case) []string { return noticed(c) }

// Involves names the other cases of the notice.
func (ApproveNotice) Involves(c Case) []string { return noticed(c) }

// Involves names the other cases of the notice.
func (RecordReceipt) Involves(c Case) []string { return noticed(c) }

// Involves names the other cases of the notice when the report comes with its
// receipt.
func (b SubmitReport) Involves(c Case) []string {
	if b.Receipt == nil {
		return nil
	}
	return noticed(c)
}

// Involves names the children, which come back when the case goes to another
// unit, and the other cases of the notice when it is taken back as a whole.
func (b CorrectNotice) Involves(c Case) []string {
	var list []string
	if b.Unit != "" {
		list = childrenOf(c)
	}
	if b.Whole {
		list = append(list, noticed(c)...)
	}
	return list
}
