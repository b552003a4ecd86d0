package lifecycle

import (
	"slices"
	"time"

	"duban/policy"
)

// Barred reports whether a person who is chased as one of the recipients may not
// answer a clock because of the part taken in the case, whatever its state: who
// signed the notice does not decide the objection to it. What a person is barred
// from is not that person's task. The superior is barred from nothing: he sees to
// it that another answers.
func Barred(c Case, a Actor, to Recipient, k Clock, at time.Time, r Rules) bool {
	if c.Doer(k) != to {
		return false
	}
	kinds := answers(k.Name)
	t := newTurn(c, Command{Actor: a}, at, r)
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind CommandKind) bool {
		row, _ := rowOf(kind)
		if !a.Has(row.who...) {
			return true // who reads for somebody who may, or waits for one
		}
		refusal, ok := row.may(t, false).(*Refusal) //nolint:errorlint // may returns nothing else
		return !ok || refusal.Kind != Forbidden
	})
}

// answers are the commands that end a clock whose answer is kept apart from
// another by person; the other clocks are anybody's who is chased.
func answers(name policy.ClockName) []CommandKind {
	switch name { //nolint:exhaustive // the other clocks are the default
	case policy.ClockTriage:
		return []CommandKind{KindAcceptFinding, KindReturnDraft}
	case policy.ClockNoticeApproval:
		return []CommandKind{KindApproveNotice, KindReturnNotice}
	case policy.ClockPlanReview:
		return []CommandKind{KindAcceptPlan, KindReturnPlan}
	case policy.ClockReportReview:
		return []CommandKind{KindAcceptReport, KindReturnReport}
	case policy.ClockSustainedReview:
		return []CommandKind{KindSustain, KindExitSustained}
	case policy.ClockLookBack:
		return []CommandKind{KindRecordArrival}
	case policy.ClockDraw:
		return []CommandKind{KindDecideRedraw, KindDecideOpening, KindAnnounceLookBack}
	case policy.ClockClosureApproval:
		return []CommandKind{KindApproveClosure, KindRefuseClosure}
	case policy.ClockObjection:
		return []CommandKind{KindDecideObjection}
	case policy.ClockExtension:
		return []CommandKind{KindDecideExtension}
	default:
		return nil
	}
}

// ActBy is by when somebody must act on a clock. That is its due date, but for a
// receipt that lapsed: the officer who must then serve otherwise has the days
// until the next chase.
func (k Clock) ActBy() (Date, time.Time) {
	if k.Name == policy.ClockReceipt && k.Passed && k.Next != nil {
		return k.Next.On, k.Next.At
	}
	return k.Due, k.DueAt
}
