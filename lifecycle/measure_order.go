package lifecycle

import "duban/policy"

// checkProposal: a measure is proposed by one person and ordered by another.
func (b OrderMeasure) checkProposal(t *turn) error {
	switch {
	case b.Propose && b.Measure == policy.MeasureUrge:
		return invalid("propose", "nothing_to_propose", "催办不必提出建议，可以直接办理。", "Urging needs no proposal.")
	case b.Propose && b.Level != policy.L0:
		return invalid("level", "proposal_raises_nothing", "提出建议不能同时提高督办等级。", "A proposal cannot raise the level.")
	case b.Propose && b.Proposal > 0:
		return invalid("proposal", "proposed_already", "该措施已经提出，请由工委领导决定。", "That measure is proposed already; a leader decides.")
	case b.Propose:
		return nil
	case b.Proposal == 0:
		return b.notOwnProposal(t)
	}
	m, ok := t.c.measure(b.Proposal)
	if !ok || m.Status != Proposed || m.Kind != b.Measure || b.List != "" && b.List != m.List {
		return invalid("proposal", "unknown_measure", "没有这项待批准的措施。", "There is no such proposed measure.")
	}
	if t.proposed(m) {
		return ownProposal()
	}
	return nil
}

// notOwnProposal: what one proposed and nobody decided is not ordered as if it were
// another measure.
func (b OrderMeasure) notOwnProposal(t *turn) error {
	for _, m := range t.c.Measures {
		if m.Status == Proposed && t.proposed(m) && m.Kind == b.Measure && m.List == b.List {
			return ownProposal()
		}
	}
	return nil
}

func (t *turn) proposed(m Measure) bool { return m.ProposedBy != "" && m.ProposedBy == t.actor.Account }

func ownProposal() *Refusal {
	return forbidden("own_proposal", "提出措施建议的人不能自行批准。", "Whoever proposed a measure may not approve it himself.")
}

// checkList: a listing says on which list, and nothing else does.
func (b OrderMeasure) checkList(*turn) error {
	switch {
	case b.Measure == policy.MeasureNegativeList && b.Proposal > 0 && b.List == "":
		return nil
	case b.Measure == policy.MeasureNegativeList:
		return oneOf("list", b.List, policy.Lists()...)
	case b.List != "":
		return invalid("list", "no_listing", "只有列入负面清单才需要写明清单。", "Only a listing names a list.")
	}
	return nil
}

// checkTalk: only the order of a talk says when and where it will be held.
func (b OrderMeasure) checkTalk(t *turn) error {
	if b.Talk == nil {
		return nil
	}
	if b.Measure != policy.MeasureReminderTalk || b.Propose {
		return invalid("talk", "no_talk", "只有决定进行提醒谈话时，才填写谈话安排。", "An appointment goes with the order of a talk only.")
	}
	return b.Talk.check(t)
}
