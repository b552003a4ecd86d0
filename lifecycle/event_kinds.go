package lifecycle

// The kinds of event. They stand in the record of law: never rename.
const (
	EventCaseOpened         EventKind = "case_opened"
	EventDraftAmended       EventKind = "draft_amended"
	EventDraftSubmitted     EventKind = "draft_submitted"
	EventDraftReturned      EventKind = "draft_returned"
	EventFindingAccepted    EventKind = "finding_accepted"
	EventOfficerAssigned    EventKind = "officer_assigned"
	EventNoted              EventKind = "noted"
	EventEntryCorrected     EventKind = "entry_corrected"
	EventNoticeSubmitted    EventKind = "notice_submitted"
	EventNoticeReturned     EventKind = "notice_returned"
	EventNoticeApproved     EventKind = "notice_approved"
	EventNoticeCorrected    EventKind = "notice_corrected"
	EventReceiptRecorded    EventKind = "receipt_recorded"
	EventPlanSubmitted      EventKind = "plan_submitted"
	EventPlanReturned       EventKind = "plan_returned"
	EventPlanAccepted       EventKind = "plan_accepted"
	EventReportSubmitted    EventKind = "report_submitted"
	EventReportReturned     EventKind = "report_returned"
	EventReportAccepted     EventKind = "report_accepted"
	EventCaseSustained      EventKind = "case_sustained"
	EventCheckedIn          EventKind = "checked_in"
	EventSustainedExited    EventKind = "sustained_exited"
	EventLookBackDrawn      EventKind = "look_back_drawn"
	EventLookBackUndrawn    EventKind = "look_back_undrawn"
	EventLookBackMissed     EventKind = "look_back_missed"
	EventSealBroken         EventKind = "seal_broken"
	EventSealMended         EventKind = "seal_mended"
	EventRedrawAsked        EventKind = "redraw_asked"
	EventRedrawDecided      EventKind = "redraw_decided"
	EventOpeningAsked       EventKind = "opening_asked"
	EventOpeningDecided     EventKind = "opening_decided"
	EventLookBackAnnounced  EventKind = "look_back_announced"
	EventArrivalPermitted   EventKind = "arrival_permitted"
	EventLookBackDispatched EventKind = "look_back_dispatched"
	EventArrived            EventKind = "arrived"
	EventArrivalRefused     EventKind = "arrival_refused"
	EventLookBackRecorded   EventKind = "look_back_recorded"
	EventClosureApproved    EventKind = "closure_approved"
	EventClosureRefused     EventKind = "closure_refused"
	EventReopened           EventKind = "reopened"
	EventExtensionAsked     EventKind = "extension_asked"
	EventExtensionDecided   EventKind = "extension_decided"
	EventObjectionFiled     EventKind = "objection_filed"
	EventObjectionDecided   EventKind = "objection_decided"
	EventDueDecided         EventKind = "due_decided"
	EventStayGranted        EventKind = "stay_granted"
	EventStayEnded          EventKind = "stay_ended"
	EventMeasureOrdered     EventKind = "measure_ordered"
	EventMeasurePostponed   EventKind = "measure_postponed"
	EventMeasureReassigned  EventKind = "measure_reassigned"
	EventTalkFixed          EventKind = "talk_fixed"
	EventMeasureWaived      EventKind = "measure_waived"
	EventMeasureRecorded    EventKind = "measure_recorded"
	EventMeasureSettled     EventKind = "measure_settled"
	EventMeasuresCancelled  EventKind = "measures_cancelled"
	EventMeasureTakenOver   EventKind = "measure_taken_over"
	EventHandedOver         EventKind = "handed_over"
	EventHandoverAccepted   EventKind = "handover_accepted"
	EventCaseMerged         EventKind = "case_merged"
	EventChildTakenIn       EventKind = "child_taken_in"
	EventGivenBack          EventKind = "given_back"
	EventCaseVoided         EventKind = "case_voided"
	EventCaseTransferred    EventKind = "case_transferred"
	EventTransferReceived   EventKind = "transfer_received"
	EventTakenBack          EventKind = "taken_back"
	EventReminded           EventKind = "reminded"
	EventChased             EventKind = "chased"
	EventDeadlineMissed     EventKind = "deadline_missed"
	EventDeadlineMoved      EventKind = "deadline_moved"
	EventLevelRaised        EventKind = "level_raised"
	EventCaseArchived       EventKind = "case_archived"
	EventRecomputed         EventKind = "recomputed"
	EventUnitSucceeded      EventKind = "unit_succeeded"
	EventCaseTakenOver      EventKind = "case_taken_over"
)

// EventKinds lists every kind of event.
func EventKinds() []EventKind {
	return []EventKind{
		EventCaseOpened,
		EventDraftAmended,
		EventDraftSubmitted,
		EventDraftReturned,
		EventFindingAccepted,
		EventOfficerAssigned,
		EventNoted,
		EventEntryCorrected,
		EventNoticeSubmitted,
		EventNoticeReturned,
		EventNoticeApproved,
		EventNoticeCorrected,
		EventReceiptRecorded,
		EventPlanSubmitted,
		EventPlanReturned,
		EventPlanAccepted,
		EventReportSubmitted,
		EventReportReturned,
		EventReportAccepted,
		EventCaseSustained,
		EventCheckedIn,
		EventSustainedExited,
		EventLookBackDrawn,
		EventLookBackUndrawn,
		EventLookBackMissed,
		EventSealBroken,
		EventSealMended,
		EventRedrawAsked,
		EventRedrawDecided,
		EventOpeningAsked,
		EventOpeningDecided,
		EventLookBackAnnounced,
		EventArrivalPermitted,
		EventLookBackDispatched,
		EventArrived,
		EventArrivalRefused,
		EventLookBackRecorded,
		EventClosureApproved,
		EventClosureRefused,
		EventReopened,
		EventExtensionAsked,
		EventExtensionDecided,
		EventObjectionFiled,
		EventObjectionDecided,
		EventDueDecided,
		EventStayGranted,
		EventStayEnded,
		EventMeasureOrdered,
		EventMeasurePostponed,
		EventMeasureReassigned,
		EventTalkFixed,
		EventMeasureWaived,
		EventMeasureRecorded,
		EventMeasuresCancelled,
		EventMeasureSettled,
		EventMeasureTakenOver,
		EventHandedOver,
		EventHandoverAccepted,
		EventCaseMerged,
		EventChildTakenIn,
		EventGivenBack,
		EventCaseVoided,
		EventCaseTransferred,
		EventTransferReceived,
		EventTakenBack,
		EventReminded,
		EventChased,
		EventDeadlineMissed,
		EventDeadlineMoved,
		EventLevelRaised,
		EventCaseArchived,
		EventRecomputed,
		EventUnitSucceeded,
		EventCaseTakenOver,
	}
}

// ZH is the event as it stands in a case's history.
func (k EventKind) ZH() string {
	switch k {
	case EventCaseOpened:
		return "登记"
	case EventDraftAmended:
		return "修改草稿"
	case EventDraftSubmitted:
		return "提交研判"
	case EventDraftReturned:
		return "退回草稿"
	case EventFindingAccepted:
		return "研判通过"
	case EventOfficerAssigned:
		return "指派经办人"
	case EventNoted:
		return "备注"
	case EventEntryCorrected:
		return "更正录入"
	case EventNoticeSubmitted:
		return "送审"
	case EventNoticeReturned:
		return "退改"
	case EventNoticeApproved:
		return "签发"
	case EventNoticeCorrected:
		return "更正、改送"
	case EventReceiptRecorded:
		return "签收"
	case EventPlanSubmitted:
		return "报送方案"
	case EventPlanReturned:
		return "退回方案"
	case EventPlanAccepted:
		return "方案通过"
	case EventReportSubmitted:
		return "报送报告"
	case EventReportReturned:
		return "退回补正"
	case EventReportAccepted:
		return "报告审核通过"
	case EventCaseSustained:
		return "转为持续整改"
	case EventCheckedIn:
		return "定期报告"
	case EventSustainedExited:
		return "转入验收（终止持续整改）"
	case EventLookBackDrawn:
		return "回头看抽签"
	case EventLookBackUndrawn:
		return "抽签未成"
	case EventLookBackMissed:
		return "抽定日期未能派出"
	case EventSealBroken:
		return "封存方案无法启封"
	case EventSealMended:
		return "封存方案恢复可启封"
	case EventRedrawAsked:
		return "申请重新抽签"
	case EventRedrawDecided:
		return "决定重新抽签"
	case EventOpeningAsked:
		return "申请提前启封"
	case EventOpeningDecided:
		return "决定提前启封"
	case EventLookBackAnnounced:
		return "事先告知的“回头看”"
	case EventArrivalPermitted:
		return "准许变更到场"
	case EventLookBackDispatched:
		return "派出检查组"
	case EventArrived:
		return "到场"
	case EventArrivalRefused:
		return "到场登记未获通过"
	case EventLookBackRecorded:
		return "回头看结果"
	case EventClosureApproved:
		return "批准销号"
	case EventClosureRefused:
		return "不批准销号"
	case EventReopened:
		return "恢复办理（反弹重办）"
	case EventExtensionAsked:
		return "申请延期"
	case EventExtensionDecided:
		return "决定延期"
	case EventObjectionFiled:
		return "提出异议"
	case EventObjectionDecided:
		return "决定异议"
	case EventDueDecided:
		return "确定整改期限"
	case EventStayGranted:
		return "中止计时"
	case EventStayEnded:
		return "恢复计时"
	case EventMeasureOrdered:
		return "采取措施"
	case EventMeasurePostponed:
		return "暂缓措施"
	case EventMeasureReassigned:
		return "改派措施"
	case EventTalkFixed:
		return "约定谈话"
	case EventMeasureWaived:
		return "免予措施"
	case EventMeasureSettled:
		return "决定措施去留"
	case EventMeasureRecorded:
		return "记录措施"
	case EventMeasuresCancelled:
		return "取消措施"
	case EventMeasureTakenOver:
		return "承接措施"
	case EventHandedOver:
		return "工作交接"
	case EventHandoverAccepted:
		return "接收交接"
	case EventCaseMerged:
		return "并案"
	case EventChildTakenIn:
		return "并入事项"
	case EventGivenBack:
		return "退出并案"
	case EventCaseVoided:
		return "撤销"
	case EventCaseTransferred:
		return "移送"
	case EventTransferReceived:
		return "移送回执"
	case EventTakenBack:
		return "退回移送"
	case EventReminded:
		return "到期提醒"
	case EventChased:
		return "催办"
	case EventDeadlineMissed:
		return "逾期"
	case EventDeadlineMoved:
		return "期限顺延"
	case EventLevelRaised:
		return "提高督办等级"
	case EventCaseArchived:
		return "归档"
	case EventRecomputed:
		return "重算期限"
	case EventUnitSucceeded:
		return "转由其他单位承接"
	case EventCaseTakenOver:
		return "转入在办事项"
	default:
		return string(k)
	}
}
