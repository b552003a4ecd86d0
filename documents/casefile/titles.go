package casefile

import "duban/lifecycle"

// titleOf is what the record of an event is called in the file's contents (题名), as far
// as it belongs to a section.
func titleOf(kind lifecycle.EventKind) string {
	switch kind { //nolint:exhaustive // the others are in the history alone
	case lifecycle.EventCaseOpened:
		return "问题登记表"
	case lifecycle.EventDraftAmended:
		return "问题登记修改记录"
	case lifecycle.EventFindingAccepted:
		return "问题研判意见"
	case lifecycle.EventNoticeSubmitted:
		return "反馈意见拟稿记录"
	case lifecycle.EventNoticeReturned:
		return "反馈意见退改意见"
	case lifecycle.EventNoticeApproved:
		return "反馈意见签发记录"
	case lifecycle.EventNoticeCorrected:
		return "反馈意见更正（改送）决定"
	case lifecycle.EventReceiptRecorded:
		return "反馈意见签收记录"
	case lifecycle.EventPlanSubmitted:
		return "整改方案"
	case lifecycle.EventPlanReturned:
		return "整改方案退回意见"
	case lifecycle.EventPlanAccepted:
		return "整改方案审核意见"
	case lifecycle.EventReportSubmitted:
		return "整改报告"
	case lifecycle.EventReportReturned:
		return "整改报告退回补正意见"
	case lifecycle.EventReportAccepted:
		return "整改报告审核意见"
	case lifecycle.EventCheckedIn:
		return "持续整改定期报告"
	case lifecycle.EventCaseSustained:
		return "转为持续整改的决定"
	case lifecycle.EventSustainedExited:
		return "终止持续整改转入验收的决定"
	case lifecycle.EventLookBackDrawn:
		return "“回头看”抽签记录"
	case lifecycle.EventLookBackUndrawn:
		return "“回头看”未能抽签的记录"
	case lifecycle.EventLookBackMissed:
		return "“回头看”未能派出的记录"
	case lifecycle.EventSealBroken:
		return "“回头看”封存异常记录"
	case lifecycle.EventSealMended:
		return "“回头看”封存恢复记录"
	case lifecycle.EventRedrawAsked:
		return "重新抽签申请"
	case lifecycle.EventRedrawDecided:
		return "重新抽签决定"
	case lifecycle.EventOpeningAsked:
		return "启封申请"
	case lifecycle.EventOpeningDecided:
		return "启封决定"
	case lifecycle.EventLookBackAnnounced:
		return "事先告知的“回头看”安排"
	case lifecycle.EventArrivalPermitted:
		return "“回头看”到场许可"
	case lifecycle.EventLookBackDispatched:
		return "“回头看”派出记录"
	case lifecycle.EventArrived:
		return "“回头看”到场记录"
	case lifecycle.EventLookBackRecorded:
		return "“回头看”情况记录"
	case lifecycle.EventMeasureOrdered:
		return "督办措施决定（建议）"
	case lifecycle.EventMeasurePostponed:
		return "暂缓督办措施的决定"
	case lifecycle.EventMeasureReassigned:
		return "督办措施责任人变更记录"
	case lifecycle.EventTalkFixed:
		return "提醒谈话安排"
	case lifecycle.EventMeasureWaived:
		return "免予督办措施的决定"
	case lifecycle.EventMeasureSettled:
		return "督办措施去留的决定"
	case lifecycle.EventMeasureRecorded:
		return "督办措施办理记录"
	case lifecycle.EventMeasuresCancelled:
		return "取消督办措施的记录"
	case lifecycle.EventMeasureTakenOver:
		return "督办措施承接记录"
	case lifecycle.EventObjectionFiled:
		return "异议书"
	case lifecycle.EventObjectionDecided:
		return "异议处理决定"
	case lifecycle.EventExtensionAsked:
		return "延期整改申请"
	case lifecycle.EventExtensionDecided:
		return "延期整改申请答复"
	case lifecycle.EventStayGranted:
		return "中止计时决定"
	case lifecycle.EventStayEnded:
		return "恢复计时决定"
	case lifecycle.EventClosureApproved:
		return "销号审批意见"
	case lifecycle.EventClosureRefused:
		return "不予销号意见"
	case lifecycle.EventReopened:
		return "恢复办理决定"
	case lifecycle.EventCaseVoided:
		return "撤销事项的决定"
	case lifecycle.EventCaseArchived:
		return "归档记录"
	default:
		return ""
	}
}

// byUnit reports whether the record of an event is the unit's paper, and not the
// committee's.
func byUnit(kind lifecycle.EventKind) bool {
	switch kind { //nolint:exhaustive // the others are the committee's
	case lifecycle.EventPlanSubmitted, lifecycle.EventReportSubmitted, lifecycle.EventCheckedIn, lifecycle.EventObjectionFiled, lifecycle.EventExtensionAsked:
		return true
	default:
		return false
	}
}
