package lifecycle

// A Stage is where a case stands on the main line. Escalation is not a stage
// but the level beside it.
type Stage string

// The stages, in the order of the main line.
const (
	Draft           Stage = "draft"
	Triage          Stage = "triage"
	NoticeDrafting  Stage = "notice_drafting"
	NoticeApproval  Stage = "notice_approval"
	Serving         Stage = "serving"
	Planning        Stage = "planning"
	PlanReview      Stage = "plan_review"
	Rectifying      Stage = "rectifying"
	ReportReview    Stage = "report_review"
	LookBackPending Stage = "look_back_pending"
	LookBackActive  Stage = "look_back_active"
	ClosureApproval Stage = "closure_approval"
	Closed          Stage = "closed"
	Sustained       Stage = "sustained"
	Transferred     Stage = "transferred"
	Archived        Stage = "archived"
	Merged          Stage = "merged"
	Voided          Stage = "voided"
)

// Stages lists every stage in the order of the main line.
func Stages() []Stage {
	return []Stage{
		Draft, Triage, NoticeDrafting, NoticeApproval, Serving, Planning, PlanReview, Rectifying,
		ReportReview, LookBackPending, LookBackActive, ClosureApproval, Closed, Sustained, Transferred,
		Archived, Merged, Voided,
	}
}

// Settled reports whether nothing more can happen: the case has no clock and takes no
// command, but the one about a talk or a visit that outlived it (SettleMeasure). Closed is
// not settled: it cools before it is archived.
func (s Stage) Settled() bool { return s == Archived || s == Merged || s == Voided }

// ZH is the stage as staff read it.
func (s Stage) ZH() string {
	switch s {
	case Draft:
		return "登记"
	case Triage:
		return "研判"
	case NoticeDrafting:
		return "拟稿"
	case NoticeApproval:
		return "审签"
	case Serving:
		return "送达待签收"
	case Planning:
		return "制定方案"
	case PlanReview:
		return "方案审核"
	case Rectifying:
		return "整改中"
	case ReportReview:
		return "报告审核"
	case LookBackPending:
		return "待回头看"
	case LookBackActive:
		return "回头看中"
	case ClosureApproval:
		return "拟销号"
	case Closed:
		return "已销号"
	case Sustained:
		return "持续整改"
	case Transferred:
		return "已移送"
	case Archived:
		return "已归档"
	case Merged:
		return "已并案"
	case Voided:
		return "已撤销"
	default:
		return string(s)
	}
}

// A UnitStage is a stage as the unit may know it.
//
// It is a type of its own so
// that no inner stage can be shown to a unit by mistake.
type UnitStage string

// The stages a unit can see. Everything from the acceptance of its report to
// the closing of the case is Accepted (已受理), but for the hours in which the
// inspectors are in the room.
const (
	// UnitNone is a case that does not exist for the unit.
	UnitNone        UnitStage = ""
	UnitServing     UnitStage = "serving"
	UnitPlanning    UnitStage = "planning"
	UnitPlanReview  UnitStage = "plan_review"
	UnitRectifying  UnitStage = "rectifying"
	UnitReview      UnitStage = "report_review"
	UnitAccepted    UnitStage = "accepted"
	UnitLookBack    UnitStage = "look_back_active"
	UnitCorrecting  UnitStage = "correcting"
	UnitMisdirected UnitStage = "misdirected"
	UnitClosed      UnitStage = "closed"
	UnitSustained   UnitStage = "sustained"
	UnitTransferred UnitStage = "transferred"
	UnitArchived    UnitStage = "archived"
	UnitMerged      UnitStage = "merged"
	UnitVoided      UnitStage = "voided"
)

// ZH is the stage as the unit reads it.
func (s UnitStage) ZH() string {
	switch s {
	case UnitNone:
		return ""
	case UnitAccepted:
		return "已受理"
	case UnitCorrecting:
		return "更正中"
	case UnitMisdirected:
		return "误送"
	case UnitServing, UnitPlanning, UnitPlanReview, UnitRectifying, UnitReview, UnitLookBack, UnitClosed,
		UnitSustained, UnitTransferred, UnitArchived, UnitMerged, UnitVoided:
		return Stage(s).ZH()
	default:
		return string(s)
	}
}

// unitStage is the stage as the unit may know it: what waits for the signature under
// the feedback notice of a look-back reads as if it were to be closed.
func (c Case) unitStage() UnitStage {
	if c.Feedback != nil && (c.Stage == NoticeDrafting || c.Stage == NoticeApproval) {
		return UnitAccepted
	}
	return c.Stage.unitStage(c.Served)
}

// unitStage is the stage as the unit may know it: served says whether a notice
// of this case ever reached the unit's door.
func (s Stage) unitStage(served bool) UnitStage {
	if !served {
		return UnitNone
	}
	switch s {
	case Draft, Triage, NoticeDrafting, NoticeApproval:
		return UnitCorrecting
	case Serving:
		return UnitServing
	case Planning:
		return UnitPlanning
	case PlanReview:
		return UnitPlanReview
	case Rectifying:
		return UnitRectifying
	case ReportReview:
		return UnitReview
	case LookBackPending, ClosureApproval:
		return UnitAccepted
	case LookBackActive:
		return UnitLookBack
	case Closed:
		return UnitClosed
	case Sustained:
		return UnitSustained
	case Transferred:
		return UnitTransferred
	case Archived:
		return UnitArchived
	case Merged:
		return UnitMerged
	case Voided:
		return UnitVoided
	default:
		return UnitNone
	}
}
