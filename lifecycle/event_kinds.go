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

// An eventRow registers a kind of event: its name in Chinese, as it stands in a case's
// history, and the type of its body.
type eventRow struct {
	kind EventKind
	zh   string
	new  func() Body
}

// events registers each kind of event, in the order of the main line.
var events = []eventRow{ //nolint:gochecknoglobals // an immutable table, never assigned again
	{EventCaseOpened, "登记", event[CaseOpened]},
	{EventDraftAmended, "修改草稿", event[DraftAmended]},
	{EventDraftSubmitted, "提交研判", event[DraftSubmitted]},
	{EventDraftReturned, "退回草稿", event[DraftReturned]},
	{EventFindingAccepted, "研判通过", event[FindingAccepted]},
	{EventOfficerAssigned, "指派经办人", event[OfficerAssigned]},
	{EventNoted, "备注", event[Noted]},
	{EventEntryCorrected, "更正录入", event[EntryCorrected]},
	{EventNoticeSubmitted, "送审", event[NoticeSubmitted]},
	{EventNoticeReturned, "退改", event[NoticeReturned]},
	{EventNoticeApproved, "签发", event[NoticeApproved]},
	{EventNoticeCorrected, "更正、改送", event[NoticeCorrected]},
	{EventReceiptRecorded, "签收", event[ReceiptRecorded]},
	{EventPlanSubmitted, "报送方案", event[PlanSubmitted]},
	{EventPlanReturned, "退回方案", event[PlanReturned]},
	{EventPlanAccepted, "方案通过", event[PlanAccepted]},
	{EventReportSubmitted, "报送报告", event[ReportSubmitted]},
	{EventReportReturned, "退回补正", event[ReportReturned]},
	{EventReportAccepted, "报告审核通过", event[ReportAccepted]},
	{EventCaseSustained, "转为持续整改", event[CaseSustained]},
	{EventCheckedIn, "定期报告", event[CheckedIn]},
	{EventSustainedExited, "转入验收（终止持续整改）", event[SustainedExited]},
	{EventLookBackDrawn, "回头看抽签", event[LookBackDrawn]},
	{EventLookBackUndrawn, "抽签未成", event[LookBackUndrawn]},
	{EventLookBackMissed, "抽定日期未能派出", event[LookBackMissed]},
	{EventSealBroken, "封存方案无法启封", event[SealBroken]},
	{EventSealMended, "封存方案恢复可启封", event[SealMended]},
	{EventRedrawAsked, "申请重新抽签", event[RedrawAsked]},
	{EventRedrawDecided, "决定重新抽签", event[RedrawDecided]},
	{EventOpeningAsked, "申请提前启封", event[OpeningAsked]},
	{EventOpeningDecided, "决定提前启封", event[OpeningDecided]},
	{EventLookBackAnnounced, "事先告知的“回头看”", event[LookBackAnnounced]},
	{EventArrivalPermitted, "准许变更到场", event[ArrivalPermitted]},
	{EventLookBackDispatched, "派出检查组", event[LookBackDispatched]},
	{EventArrived, "到场", event[Arrived]},
	{EventArrivalRefused, "到场登记未获通过", event[ArrivalRefused]},
	{EventLookBackRecorded, "回头看结果", event[LookBackRecorded]},
	{EventClosureApproved, "批准销号", event[ClosureApproved]},
	{EventClosureRefused, "不批准销号", event[ClosureRefused]},
	{EventReopened, "恢复办理（反弹重办）", event[Reopened]},
	{EventExtensionAsked, "申请延期", event[ExtensionAsked]},
	{EventExtensionDecided, "决定延期", event[ExtensionDecided]},
	{EventObjectionFiled, "提出异议", event[ObjectionFiled]},
	{EventObjectionDecided, "决定异议", event[ObjectionDecided]},
	{EventDueDecided, "确定整改期限", event[DueDecided]},
	{EventStayGranted, "中止计时", event[StayGranted]},
	{EventStayEnded, "恢复计时", event[StayEnded]},
	{EventMeasureOrdered, "采取措施", event[MeasureOrdered]},
	{EventMeasurePostponed, "暂缓措施", event[MeasurePostponed]},
	{EventMeasureReassigned, "改派措施", event[MeasureReassigned]},
	{EventTalkFixed, "约定谈话", event[TalkFixed]},
	{EventMeasureWaived, "免予措施", event[MeasureWaived]},
	{EventMeasureRecorded, "记录措施", event[MeasureRecorded]},
	{EventMeasuresCancelled, "取消措施", event[MeasuresCancelled]},
	{EventMeasureSettled, "决定措施去留", event[MeasureSettled]},
	{EventMeasureTakenOver, "承接措施", event[MeasureTakenOver]},
	{EventHandedOver, "工作交接", event[HandedOver]},
	{EventHandoverAccepted, "接收交接", event[HandoverAccepted]},
	{EventCaseMerged, "并案", event[CaseMerged]},
	{EventChildTakenIn, "并入事项", event[ChildTakenIn]},
	{EventGivenBack, "退出并案", event[GivenBack]},
	{EventCaseVoided, "撤销", event[CaseVoided]},
	{EventCaseTransferred, "移送", event[CaseTransferred]},
	{EventTransferReceived, "移送回执", event[TransferReceived]},
	{EventTakenBack, "退回移送", event[TakenBack]},
	{EventReminded, "到期提醒", event[Reminded]},
	{EventChased, "催办", event[Chased]},
	{EventDeadlineMissed, "逾期", event[DeadlineMissed]},
	{EventDeadlineMoved, "期限顺延", event[DeadlineMoved]},
	{EventLevelRaised, "提高督办等级", event[LevelRaised]},
	{EventCaseArchived, "归档", event[CaseArchived]},
	{EventRecomputed, "重算期限", event[Recomputed]},
	{EventUnitSucceeded, "转由其他单位承接", event[UnitSucceeded]},
	{EventCaseTakenOver, "转入在办事项", event[CaseTakenOver]},
}

var eventRows = register(events, func(r eventRow) (EventKind, any) { return r.kind, r.new() }) //nolint:gochecknoglobals // as the table

// event makes a new body of an event, ready to be decoded into.
func event[T any, P interface {
	*T
	Body
}]() Body {
	return P(new(T))
}

// EventKinds lists every kind of event.
func EventKinds() []EventKind {
	kinds := make([]EventKind, len(events))
	for i, r := range events {
		kinds[i] = r.kind
	}
	return kinds
}

// ZH is the event as it stands in a case's history, and the kind itself when there is no
// such event.
func (k EventKind) ZH() string {
	if r, ok := eventRows.byKind[k]; ok {
		return r.zh
	}
	return string(k)
}

// NewBody returns an empty body for a kind of event, ready to be decoded into, and whether
// there is such a kind.
func NewBody(kind EventKind) (Body, bool) {
	r, ok := eventRows.byKind[kind]
	if !ok {
		return nil, false
	}
	return r.new(), true
}
