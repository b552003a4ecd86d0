package policy

// ClockNames returns every clock, in the order of lifecycle.md section 4.
func ClockNames() []ClockName {
	return []ClockName{
		ClockDraft, ClockTriage, ClockNoticeDrafting, ClockNoticeApproval, ClockReceipt,
		ClockPlan, ClockPlanReview, ClockRectification, ClockReportReview,
		ClockLookBack, ClockDraw, ClockLookBackResult, ClockClosureApproval, ClockCooling,
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

// ZH returns what people call the clock: what is awaited.
func (n ClockName) ZH() string {
	switch n {
	case ClockDraft:
		return "提交登记"
	case ClockTriage:
		return "研判"
	case ClockNoticeDrafting:
		return "拟稿"
	case ClockNoticeApproval:
		return "审签"
	case ClockReceipt:
		return "签收"
	case ClockPlan:
		return "报送整改方案"
	case ClockPlanReview:
		return "审核方案"
	case ClockRectification:
		return "整改并报告"
	case ClockReportReview:
		return "审核报告"
	case ClockLookBack:
		return "“回头看”"
	case ClockDraw:
		return "决定“回头看”如何进行"
	case ClockLookBackResult:
		return "“回头看”结果"
	case ClockClosureApproval:
		return "审批销号"
	case ClockCooling:
		return "销号后观察期"
	case ClockCheckIn:
		return "定期报告"
	case ClockSustainedReview:
		return "复核持续整改"
	case ClockTransferReceipt:
		return "移送回执"
	case ClockTransferStatus:
		return "移送办理情况"
	case ClockObjection:
		return "答复异议"
	case ClockExtension:
		return "答复延期申请"
	case ClockStay:
		return "中止计时到期"
	case ClockHandover:
		return "接收工作交接"
	case ClockMeasure:
		return "落实督办措施"
	case ClockCorrection:
		return "补正并重新报送"
	default:
		return string(n)
	}
}
