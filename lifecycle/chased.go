package lifecycle

import (
	"strings"

	"duban/policy"
)

// A Recipient is who is chased or written to: a person, everybody of a role,
// or a unit's people. Exactly one field is set, or Unit and Post.
type Recipient struct {
	Account string `json:"account,omitempty"`
	Role    Role   `json:"role,omitempty"`
	Unit    string `json:"unit,omitempty"`
	// Post is an office of the unit, when a letter is for its holder and not for
	// whoever answers for the unit.
	Post string `json:"post,omitempty"`
}

// String is the recipient as one token: "account:…", "role:…", "unit:…" or
// "post:…:…", with the unit last.
func (r Recipient) String() string {
	switch {
	case r.Account != "":
		return "account:" + r.Account
	case r.Post != "":
		return "post:" + r.Post + ":" + r.Unit
	case r.Unit != "":
		return "unit:" + r.Unit
	default:
		return "role:" + string(r.Role)
	}
}

// Task is the recipient under whose token it is a task. What is chased of a post is
// a task of the unit's: a person has roles, and posts by the register only.
func (r Recipient) Task() Recipient {
	r.Post = ""
	return r
}

// Tokens lists the recipients a person is one of: what is chased under any of
// them is that person's task.
func (a Actor) Tokens() []string {
	tokens := []string{Recipient{Account: a.Account}.String()}
	for _, r := range a.Roles {
		if r.OfUnit() {
			tokens = append(tokens, Recipient{Unit: a.Unit}.String())
			continue
		}
		tokens = append(tokens, Recipient{Role: r}.String())
	}
	return tokens
}

// Chased lists who must act on a running clock: the person whose turn it is,
// and from the second chase on the superior as well. The unit's clocks have no
// second name here, because the ladder is what comes after.
func (c Case) Chased(k Clock) []Recipient {
	if k.Next == nil {
		return nil
	}
	who, then := c.turnOf(k)
	if who == (Recipient{}) {
		return nil
	}
	chased := []Recipient{who}
	if then != (Recipient{}) && k.Passed && k.Chases >= 1 && then != who {
		chased = append(chased, then)
	}
	return chased
}

// turnOf is whose turn it is on a clock, and who is told when it stays undone.
func (c Case) turnOf(k Clock) (who, then Recipient) {
	role := func(r Role) Recipient { return Recipient{Role: r} }
	person := func(account string, r Role) Recipient {
		if account != "" {
			return Recipient{Account: account}
		}
		return role(r)
	}
	unit := Recipient{Unit: c.Unit}
	officer := person(c.Officer, Officer)
	switch k.Name {
	case policy.ClockDraft:
		return person(c.drafter(), Inspector), role(Head)
	case policy.ClockTriage:
		return role(Head), role(Leader)
	case policy.ClockReceipt:
		if k.Passed {
			return officer, role(Head)
		}
		return unit, Recipient{}
	case policy.ClockNoticeDrafting:
		if c.Feedback != nil {
			return person(c.Part.Drafter, LookBackLead), role(Head)
		}
		return officer, role(Head)
	case policy.ClockPlanReview:
		return c.reviewer(c.Part.PlanFiler), role(Head)
	case policy.ClockReportReview:
		return c.reviewer(c.Part.ReportFiler), role(Head)
	case policy.ClockPlan, policy.ClockRectification, policy.ClockCheckIn, policy.ClockCorrection:
		return unit, Recipient{}
	case policy.ClockLookBack:
		if c.LookBackToLeader {
			return role(Leader), Recipient{}
		}
		return role(LookBackLead), role(Leader)
	case policy.ClockLookBackResult:
		return person(c.Part.Lead, LookBackLead), role(Leader)
	case policy.ClockTransferReceipt, policy.ClockTransferStatus:
		return officer, role(CommitteeSecretary)
	case policy.ClockStay:
		if c.Stay != nil {
			return person(c.Stay.By, Leader), Recipient{}
		}
		return role(Leader), Recipient{}
	case policy.ClockHandover:
		if c.Handover != nil {
			return Recipient{Account: c.Handover.To}, Recipient{Unit: c.Unit, Post: organHead}
		}
		return unit, Recipient{}
	case policy.ClockMeasure:
		if c.leads(k.Measure) {
			return c.measureOwner(k.Measure), role(CommitteeSecretary)
		}
		return c.measureOwner(k.Measure), role(Leader)
	case policy.ClockNoticeApproval, policy.ClockClosureApproval, policy.ClockExtension, policy.ClockDraw,
		policy.ClockSustainedReview, policy.ClockObjection:
		return role(Leader), role(CommitteeSecretary)
	case policy.ClockCooling: // it ends by itself
		return Recipient{}, Recipient{}
	default:
		return role(Leader), Recipient{}
	}
}

// reviewer is who reviews a paper of the unit's: the case's officer, or another when
// he filed it himself.
func (c Case) reviewer(filer string) Recipient {
	if c.Officer == "" || c.Officer == filer {
		return Recipient{Role: Officer}
	}
	return Recipient{Account: c.Officer}
}

func (c Case) measureOwner(no int) Recipient {
	m, ok := c.measure(no)
	switch {
	case !ok || m.Status == Proposed:
		return Recipient{Role: Leader}
	case m.Owner != "":
		return Recipient{Account: m.Owner}
	case ownerRole(m.Kind)[0] == Officer && c.Officer != "":
		return Recipient{Account: c.Officer}
	default:
		return Recipient{Role: ownerRole(m.Kind)[0]}
	}
}

// leads reports whether a measure is a leader's: to decide on, or to carry out.
func (c Case) leads(no int) bool {
	m, ok := c.measure(no)
	return !ok || m.Status == Proposed || ownerRole(m.Kind)[0] == Leader
}

// ParseRecipient reads a recipient from its token.
func ParseRecipient(token string) Recipient {
	kind, id, _ := strings.Cut(token, ":")
	switch kind {
	case "account":
		return Recipient{Account: id}
	case "unit":
		return Recipient{Unit: id}
	case "post":
		post, unit, _ := strings.Cut(id, ":")
		return Recipient{Unit: unit, Post: post}
	default:
		return Recipient{Role: Role(id)}
	}
}
