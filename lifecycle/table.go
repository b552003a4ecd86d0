package lifecycle

import "slices"

// The kinds of command, one for each row of the command table. They stand in
// URLs, receipts and the record: never rename.
const (
	KindOpenCase              CommandKind = "open_case"
	KindAmendDraft            CommandKind = "amend_draft"
	KindSubmitDraft           CommandKind = "submit_draft"
	KindReturnDraft           CommandKind = "return_draft"
	KindAcceptFinding         CommandKind = "accept_finding"
	KindSubmitNotice          CommandKind = "submit_notice"
	KindReturnNotice          CommandKind = "return_notice"
	KindApproveNotice         CommandKind = "approve_notice"
	KindRecordReceipt         CommandKind = "record_receipt"
	KindCorrectNotice         CommandKind = "correct_notice"
	KindSubmitPlan            CommandKind = "submit_plan"
	KindReturnPlan            CommandKind = "return_plan"
	KindAcceptPlan            CommandKind = "accept_plan"
	KindSubmitReport          CommandKind = "submit_report"
	KindReturnReport          CommandKind = "return_report"
	KindAcceptReport          CommandKind = "accept_report"
	KindSustain               CommandKind = "sustain"
	KindCheckIn               CommandKind = "check_in"
	KindExitSustained         CommandKind = "exit_sustained"
	KindRequestRedraw         CommandKind = "request_redraw"
	KindDecideRedraw          CommandKind = "decide_redraw"
	KindRequestOpening        CommandKind = "request_opening"
	KindDecideOpening         CommandKind = "decide_opening"
	KindAnnounceLookBack      CommandKind = "announce_look_back"
	KindPermitArrival         CommandKind = "permit_arrival"
	KindRecordArrival         CommandKind = "record_arrival"
	KindRecordLookBack        CommandKind = "record_look_back"
	KindApproveClosure        CommandKind = "approve_closure"
	KindRefuseClosure         CommandKind = "refuse_closure"
	KindReopen                CommandKind = "reopen"
	KindRequestExtension      CommandKind = "request_extension"
	KindDecideExtension       CommandKind = "decide_extension"
	KindFileObjection         CommandKind = "file_objection"
	KindDecideObjection       CommandKind = "decide_objection"
	KindDecideDue             CommandKind = "decide_due"
	KindGrantStay             CommandKind = "grant_stay"
	KindEndStay               CommandKind = "end_stay"
	KindOrderMeasure          CommandKind = "order_measure"
	KindPostponeMeasure       CommandKind = "postpone_measure"
	KindReassignMeasure       CommandKind = "reassign_measure"
	KindFixTalk               CommandKind = "fix_talk"
	KindWaiveMeasure          CommandKind = "waive_measure"
	KindRecordMeasure         CommandKind = "record_measure"
	KindSettleMeasure         CommandKind = "settle_measure"
	KindAssign                CommandKind = "assign"
	KindNote                  CommandKind = "note"
	KindCorrectEntry          CommandKind = "correct_entry"
	KindHandOver              CommandKind = "hand_over"
	KindAcceptHandover        CommandKind = "accept_handover"
	KindMergeInto             CommandKind = "merge_into"
	KindVoid                  CommandKind = "void"
	KindTransfer              CommandKind = "transfer"
	KindRecordTransferReceipt CommandKind = "record_transfer_receipt"
	KindTakeBack              CommandKind = "take_back"
	KindTakeOverCase          CommandKind = "take_over_case"
)

// A row of the command table: who may run a command from which stages, and to
// which stages it may lead. An empty to means that the case stays where it is.
type row struct {
	kind CommandKind
	zh   string
	new  func() CommandBody
	who  []Role
	from []Stage
	to   []Stage
	// guard looks at persons and regions; nil when there is nothing to look at.
	guard func(*turn) *Refusal
	// paper: an officer may do it on the unit's behalf with a scanned paper.
	paper bool
}

// table is the command table of lifecycle.md section 3: the one place that says
// who may do what from where.
var table = []row{ //nolint:gochecknoglobals // an immutable table, never assigned again
	{kind: KindOpenCase, zh: "登记", new: body[OpenCase], who: []Role{Inspector, Officer}, from: []Stage{""}, to: []Stage{Draft}},
	{kind: KindAmendDraft, zh: "修改", new: body[AmendDraft], who: []Role{Inspector, Officer}, from: []Stage{Draft}, to: []Stage{Draft}, guard: onlyAuthor},
	{kind: KindSubmitDraft, zh: "提交", new: body[SubmitDraft], who: []Role{Inspector, Officer}, from: []Stage{Draft}, to: []Stage{Triage}, guard: onlyAuthor},
	{kind: KindReturnDraft, zh: "退回", new: body[ReturnDraft], who: []Role{Head}, from: []Stage{Triage}, to: []Stage{Draft}},
	{kind: KindAcceptFinding, zh: "研判通过", new: body[AcceptFinding], who: []Role{Head}, from: []Stage{Triage}, to: []Stage{NoticeDrafting}, guard: notAuthor},
	{kind: KindSubmitNotice, zh: "送审", new: body[SubmitNotice], who: []Role{Officer, LookBackLead}, from: []Stage{NoticeDrafting}, to: []Stage{NoticeApproval}, guard: mayDraft},
	{kind: KindReturnNotice, zh: "退改", new: body[ReturnNotice], who: []Role{Leader}, from: []Stage{NoticeApproval}, to: []Stage{NoticeDrafting}},
	{kind: KindApproveNotice, zh: "签发", new: body[ApproveNotice], who: []Role{Leader}, from: []Stage{NoticeApproval}, to: []Stage{Serving}, guard: notDrafter},
	{kind: KindRecordReceipt, zh: "签收", new: body[RecordReceipt], who: []Role{UnitSecretary, Officer}, from: []Stage{Serving}, to: []Stage{Planning, Rectifying}},
	{kind: KindCorrectNotice, zh: "更正、改送", new: body[CorrectNotice], who: []Role{Leader}, from: []Stage{Serving, Planning, PlanReview, Rectifying}, to: []Stage{NoticeDrafting}},
	{kind: KindSubmitPlan, zh: "报送方案", new: body[SubmitPlan], who: []Role{UnitSecretary, UnitContact}, from: []Stage{Planning}, to: []Stage{PlanReview}, paper: true},
	{kind: KindReturnPlan, zh: "退回方案", new: body[ReturnPlan], who: []Role{Officer}, from: []Stage{PlanReview}, to: []Stage{Planning}, guard: mayReturnPlan},
	{kind: KindAcceptPlan, zh: "方案通过", new: body[AcceptPlan], who: []Role{Officer}, from: []Stage{PlanReview}, to: []Stage{Rectifying}, guard: notPlanFiler},
	{kind: KindSubmitReport, zh: "报送报告", new: body[SubmitReport], who: []Role{UnitSecretary}, from: []Stage{Serving, Rectifying}, to: []Stage{ReportReview}, paper: true},
	{kind: KindReturnReport, zh: "退回补正", new: body[ReturnReport], who: []Role{Officer}, from: []Stage{ReportReview}, to: []Stage{Rectifying}, guard: notReportFiler},
	{kind: KindAcceptReport, zh: "审核通过", new: body[AcceptReport], who: []Role{Officer}, from: []Stage{ReportReview}, to: []Stage{LookBackPending, Rectifying}, guard: notReportFiler},
	{kind: KindSustain, zh: "转为持续整改", new: body[Sustain], who: []Role{Leader}, from: []Stage{ReportReview, LookBackActive, Sustained}, to: []Stage{Sustained}, guard: notFiler},
	{kind: KindCheckIn, zh: "定期报告", new: body[CheckIn], who: []Role{UnitSecretary, UnitContact}, from: []Stage{Sustained}, to: []Stage{Sustained}, paper: true},
	{kind: KindExitSustained, zh: "转入验收（终止持续整改）", new: body[ExitSustained], who: []Role{Leader}, from: []Stage{Sustained}, to: []Stage{LookBackPending}, guard: notFiler},
	{kind: KindRequestRedraw, zh: "申请重新抽签", new: body[RequestRedraw], who: []Role{LookBackLead, Head, Leader}, from: []Stage{LookBackPending}, to: nil, guard: mayAskRedraw},
	{kind: KindDecideRedraw, zh: "决定重新抽签", new: body[DecideRedraw], who: []Role{Leader}, from: []Stage{LookBackPending}, to: nil, guard: redrawAsked},
	{kind: KindRequestOpening, zh: "申请提前启封", new: body[RequestOpening], who: []Role{LookBackLead, Leader}, from: []Stage{LookBackPending}, to: nil, guard: mayAskOpening},
	{kind: KindDecideOpening, zh: "决定提前启封", new: body[DecideOpening], who: []Role{Leader}, from: []Stage{LookBackPending}, to: nil, guard: openingAsked},
	{kind: KindAnnounceLookBack, zh: "事先告知的“回头看”", new: body[AnnounceLookBack], who: []Role{Leader}, from: []Stage{LookBackPending}, to: nil, guard: drawn},
	{kind: KindPermitArrival, zh: "准许变更到场", new: body[PermitArrival], who: []Role{Leader}, from: []Stage{LookBackPending}, to: nil, guard: drawn},
	{kind: KindRecordArrival, zh: "到场", new: body[RecordArrival], who: []Role{LookBackLead}, from: []Stage{LookBackPending}, to: []Stage{LookBackActive}, guard: mayArrive},
	{kind: KindRecordLookBack, zh: "回头看结果", new: body[RecordLookBack], who: []Role{LookBackLead}, from: []Stage{LookBackActive}, to: []Stage{ClosureApproval, Rectifying, NoticeApproval, Serving, LookBackPending}, guard: onTheSpot},
	{kind: KindApproveClosure, zh: "批准销号", new: body[ApproveClosure], who: []Role{Leader}, from: []Stage{ClosureApproval}, to: []Stage{Closed}, guard: nothingOwed},
	{kind: KindRefuseClosure, zh: "不批准销号", new: body[RefuseClosure], who: []Role{Leader}, from: []Stage{ClosureApproval}, to: []Stage{LookBackPending}, guard: notInvolved},
	{kind: KindReopen, zh: "恢复办理（反弹重办）", new: body[Reopen], who: []Role{Leader}, from: []Stage{Closed}, to: []Stage{Rectifying}, guard: notInvolved},
	{kind: KindRequestExtension, zh: "申请延期", new: body[RequestExtension], who: []Role{UnitSecretary}, from: []Stage{Rectifying}, to: []Stage{Rectifying}, guard: mayExtend, paper: true},
	{kind: KindDecideExtension, zh: "决定延期", new: body[DecideExtension], who: []Role{Leader}, from: []Stage{Rectifying}, to: []Stage{Rectifying}, guard: extensionAsked},
	{kind: KindFileObjection, zh: "提出异议", new: body[FileObjection], who: []Role{UnitSecretary}, from: []Stage{Serving, Planning, PlanReview, Rectifying}, to: nil, guard: mayObject, paper: true},
	{kind: KindDecideObjection, zh: "决定异议", new: body[DecideObjection], who: []Role{Leader}, from: workStages(), to: []Stage{Voided}, guard: objectionFiled},
	{kind: KindDecideDue, zh: "确定整改期限", new: body[DecideDue], who: []Role{Leader}, from: []Stage{Planning, PlanReview, Rectifying, ReportReview}, to: nil, guard: dueUndecided},
	{kind: KindGrantStay, zh: "中止计时", new: body[GrantStay], who: []Role{Leader}, from: []Stage{Planning, PlanReview, Rectifying, ReportReview, Sustained}, to: nil, guard: noStay},
	{kind: KindEndStay, zh: "恢复计时", new: body[EndStay], who: []Role{Leader}, from: []Stage{Planning, PlanReview, Rectifying, ReportReview, Sustained}, to: nil, guard: stayed},
	{kind: KindOrderMeasure, zh: "采取措施", new: body[OrderMeasure], who: []Role{Leader, Officer}, from: workStages(), to: nil},
	{kind: KindPostponeMeasure, zh: "暂缓措施", new: body[PostponeMeasure], who: []Role{Leader}, from: workStages(), to: nil, guard: hasToPostpone},
	{kind: KindReassignMeasure, zh: "改派措施", new: body[ReassignMeasure], who: []Role{Leader}, from: workStages(), to: nil, guard: hasToReassign},
	{kind: KindFixTalk, zh: "约定谈话", new: body[FixTalk], who: []Role{Leader}, from: workStages(), to: nil, guard: hasTalkToFix},
	{kind: KindWaiveMeasure, zh: "免予措施", new: body[WaiveMeasure], who: []Role{Leader}, from: workStages(), to: nil, guard: hasToWaive},
	{kind: KindRecordMeasure, zh: "记录措施", new: body[RecordMeasure], who: []Role{Leader, Officer}, from: workStages(), to: nil, guard: hasOrdered},
	{kind: KindSettleMeasure, zh: "决定措施去留", new: body[SettleMeasure], who: []Role{Leader}, from: fallenStages(), to: nil, guard: hasToSettle},
	{kind: KindAssign, zh: "指派", new: body[Assign], who: []Role{Head}, from: openStages(), to: nil},
	{kind: KindNote, zh: "备注", new: body[Note], who: staffRoles(), from: openStages(), to: nil},
	{kind: KindCorrectEntry, zh: "更正录入", new: body[CorrectEntry], who: []Role{Officer, Leader, LookBackLead, UnitSecretary}, from: entryStages(), to: []Stage{ClosureApproval, Rectifying, NoticeApproval, LookBackPending}, guard: hasEntered},
	{kind: KindHandOver, zh: "工作交接", new: body[HandOver], who: []Role{Head}, from: workStages(), to: nil, guard: afterService},
	{kind: KindAcceptHandover, zh: "接收交接", new: body[AcceptHandover], who: []Role{UnitSecretary}, from: workStages(), to: nil, guard: toSuccessor},
	{kind: KindMergeInto, zh: "并案", new: body[MergeInto], who: []Role{Head, Leader}, from: mergeStages(), to: []Stage{Merged}},
	{kind: KindVoid, zh: "撤销", new: body[Void], who: []Role{Head, Leader}, from: openStages(), to: []Stage{Voided}, guard: mayVoid},
	{kind: KindTransfer, zh: "移送", new: body[Transfer], who: []Role{Leader}, from: without(openStages(), Transferred), to: []Stage{Transferred}},
	{kind: KindRecordTransferReceipt, zh: "登记移送回执", new: body[RecordTransferReceipt], who: []Role{Officer}, from: []Stage{Transferred}, to: []Stage{Transferred}, guard: notReceived},
	{kind: KindTakeBack, zh: "退回移送", new: body[TakeBack], who: []Role{Leader}, from: []Stage{Transferred}, to: without(openStages(), Transferred)},
	{kind: KindTakeOverCase, zh: "转入在办事项", new: body[TakeOverCase], who: []Role{Officer, Head}, from: []Stage{""}, to: InHandStages()},
}

// CommandKinds lists every kind of command in the order of the table.
func CommandKinds() []CommandKind {
	kinds := make([]CommandKind, len(table))
	for i, r := range table {
		kinds[i] = r.kind
	}
	return kinds
}

// ZH is the command as officials say it, and the kind itself when there is no
// such command.
func (k CommandKind) ZH() string {
	if r, ok := rowOf(k); ok {
		return r.zh
	}
	return string(k)
}

// Opens reports whether the command makes a case, and is run on none that exists.
func (k CommandKind) Opens() bool {
	r, _ := rowOf(k)
	return slices.Contains(r.from, "")
}

// Who lists the roles that may run a command; the unit's steps may also be run
// by an officer who holds the unit's paper.
func (k CommandKind) Who() []Role {
	r, _ := rowOf(k)
	return slices.Clone(r.who)
}

// From lists the stages a command may be run in.
func (k CommandKind) From() []Stage {
	r, _ := rowOf(k)
	return slices.Clone(r.from)
}

// commands finds the rows of the table.
var commands = register(table, func(r row) (CommandKind, any) { return r.kind, r.new() }) //nolint:gochecknoglobals // as the table

func rowOf(kind CommandKind) (row, bool) {
	r, ok := commands.byKind[kind]
	return r, ok
}

// body makes a new body of a command, ready to be decoded into.
func body[T any, P interface {
	*T
	CommandBody
}]() CommandBody {
	return P(new(T))
}

// NewCommand returns an empty body for a kind of command, ready to be decoded
// into, and whether there is such a kind.
func NewCommand(kind CommandKind) (CommandBody, bool) {
	r, ok := rowOf(kind)
	if !ok {
		return nil, false
	}
	return r.new(), true
}

// openStages are all stages in which something can still happen.
func openStages() []Stage {
	return slices.DeleteFunc(Stages(), Stage.Settled)
}

// unitStages are those from the service of the notice to the closing.
func unitStages() []Stage {
	return []Stage{
		Serving, Planning, PlanReview, Rectifying, ReportReview,
		LookBackPending, LookBackActive, ClosureApproval, Sustained,
	}
}

// workStages are those in which the committee may take measures.
func workStages() []Stage {
	return append([]Stage{NoticeDrafting, NoticeApproval}, unitStages()...)
}

// entryStages are those in which something that was entered can be put right.
func entryStages() []Stage { return append(workStages(), Closed, Transferred) }

// fallenStages are those in which a measure whose ground fell away may be settled: the
// case may be over, or go on with another unit.
func fallenStages() []Stage { return append(entryStages(), Archived, Merged, Voided) }

func without(stages []Stage, one Stage) []Stage {
	return slices.DeleteFunc(stages, func(s Stage) bool { return s == one })
}

func staffRoles() []Role {
	return []Role{Inspector, Officer, Head, Leader, CommitteeSecretary, LookBackLead, Manager}
}
