package policy

// ClockNames returns every clock, in the order of lifecycle.md section 4.
func ClockNames() []ClockName {
	return []ClockName{
		ClockDraft, ClockTriage, ClockNoticeDrafting, ClockNoticeApproval, ClockReceipt,
		ClockPlan, ClockPlanReview, ClockRectification, ClockReportReview,
		ClockLookBack, ClockLookBackResult, ClockClosureApproval, ClockCooling,
		ClockCheckIn, ClockSustainedReview, ClockTransferReceipt, ClockTransferStatus,
		ClockObjection, ClockExtension, ClockStay, ClockHandover,
	}
}

// MeasureKinds returns every measure, the mildest first.
func MeasureKinds() []MeasureKind {
	return []MeasureKind{
		MeasureUrge, MeasureSupervisionLetter, MeasureOnSite, MeasureCircular,
		MeasureReminderTalk, MeasurePartyGroupOrder, MeasureNegativeList,
	}
}

// ZH returns what a letter calls the measure, or the kind itself when it is
// none of ours.
func (k MeasureKind) ZH() string {
	switch k {
	case MeasureUrge:
		return "催办"
	case MeasureSupervisionLetter:
		return "督办函"
	case MeasureOnSite:
		return "现场督导"
	case MeasureCircular:
		return "通报"
	case MeasureReminderTalk:
		return "提醒谈话"
	case MeasurePartyGroupOrder:
		return "责成处理"
	case MeasureNegativeList:
		return "负面清单"
	}
	return string(k)
}

// ZH returns what the console calls the level. A policy may order another
// measure at it: then the measure's own name says which.
func (l Level) ZH() string {
	switch l {
	case L0:
		return "提醒"
	case L1:
		return "催办"
	case L2:
		return "督办函"
	case L3:
		return "现场督导"
	case L4:
		return "提醒谈话"
	case L5:
		return "负面清单"
	}
	return l.String()
}
