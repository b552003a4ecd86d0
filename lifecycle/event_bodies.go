package lifecycle

// NewBody returns an empty body for a kind of event, ready to be decoded into.
func NewBody(kind EventKind) (Body, bool) {
	switch kind {
	case EventCaseOpened:
		return &CaseOpened{}, true
	case EventDraftAmended:
		return &DraftAmended{}, true
	case EventDraftSubmitted:
		return &DraftSubmitted{}, true
	case EventDraftReturned:
		return &DraftReturned{}, true
	case EventFindingAccepted:
		return &FindingAccepted{}, true
	case EventOfficerAssigned:
		return &OfficerAssigned{}, true
	case EventNoted:
		return &Noted{}, true
	case EventEntryCorrected:
		return &EntryCorrected{}, true
	case EventNoticeSubmitted:
		return &NoticeSubmitted{}, true
	case EventNoticeReturned:
		return &NoticeReturned{}, true
	case EventNoticeApproved:
		return &NoticeApproved{}, true
	case EventNoticeCorrected:
		return &NoticeCorrected{}, true
	case EventReceiptRecorded:
		return &ReceiptRecorded{}, true
	case EventPlanSubmitted:
		return &PlanSubmitted{}, true
	case EventPlanReturned:
		return &PlanReturned{}, true
	case EventPlanAccepted:
		return &PlanAccepted{}, true
	case EventReportSubmitted:
		return &ReportSubmitted{}, true
	case EventReportReturned:
		return &ReportReturned{}, true
	case EventReportAccepted:
		return &ReportAccepted{}, true
	case EventCaseSustained:
		return &CaseSustained{}, true
	case EventCheckedIn:
		return &CheckedIn{}, true
	case EventSustainedExited:
		return &SustainedExited{}, true
	case EventLookBackDrawn:
		return &LookBackDrawn{}, true
	case EventLookBackUndrawn:
		return &LookBackUndrawn{}, true
	case EventLookBackMissed:
		return &LookBackMissed{}, true
	case EventSealBroken:
		return &SealBroken{}, true
	case EventSealMended:
		return &SealMended{}, true
	case EventRedrawAsked:
		return &RedrawAsked{}, true
	case EventRedrawDecided:
		return &RedrawDecided{}, true
	case EventOpeningAsked:
		return &OpeningAsked{}, true
	case EventOpeningDecided:
		return &OpeningDecided{}, true
	case EventLookBackAnnounced:
		return &LookBackAnnounced{}, true
	case EventArrivalPermitted:
		return &ArrivalPermitted{}, true
	case EventLookBackDispatched:
		return &LookBackDispatched{}, true
	case EventArrived:
		return &Arrived{}, true
	case EventArrivalRefused:
		return &ArrivalRefused{}, true
	case EventLookBackRecorded:
		return &LookBackRecorded{}, true
	case EventClosureApproved:
		return &ClosureApproved{}, true
	case EventClosureRefused:
		return &ClosureRefused{}, true
	case EventReopened:
		return &Reopened{}, true
	case EventExtensionAsked:
		return &ExtensionAsked{}, true
	case EventExtensionDecided:
		return &ExtensionDecided{}, true
	case EventObjectionFiled:
		return &ObjectionFiled{}, true
	case EventObjectionDecided:
		return &ObjectionDecided{}, true
	case EventDueDecided:
		return &DueDecided{}, true
	case EventStayGranted:
		return &StayGranted{}, true
	case EventStayEnded:
		return &StayEnded{}, true
	case EventMeasureOrdered:
		return &MeasureOrdered{}, true
	case EventMeasurePostponed:
		return &MeasurePostponed{}, true
	case EventMeasureReassigned:
		return &MeasureReassigned{}, true
	case EventTalkFixed:
		return &TalkFixed{}, true
	case EventMeasureWaived:
		return &MeasureWaived{}, true
	case EventMeasureRecorded:
		return &MeasureRecorded{}, true
	case EventMeasuresCancelled:
		return &MeasuresCancelled{}, true
	case EventMeasureTakenOver:
		return &MeasureTakenOver{}, true
	case EventHandedOver:
		return &HandedOver{}, true
	case EventHandoverAccepted:
		return &HandoverAccepted{}, true
	case EventCaseMerged:
		return &CaseMerged{}, true
	case EventChildTakenIn:
		return &ChildTakenIn{}, true
	case EventGivenBack:
		return &GivenBack{}, true
	case EventCaseVoided:
		return &CaseVoided{}, true
	case EventCaseTransferred:
		return &CaseTransferred{}, true
	case EventTransferReceived:
		return &TransferReceived{}, true
	case EventTakenBack:
		return &TakenBack{}, true
	case EventReminded:
		return &Reminded{}, true
	case EventChased:
		return &Chased{}, true
	case EventDeadlineMissed:
		return &DeadlineMissed{}, true
	case EventDeadlineMoved:
		return &DeadlineMoved{}, true
	case EventLevelRaised:
		return &LevelRaised{}, true
	case EventCaseArchived:
		return &CaseArchived{}, true
	case EventRecomputed:
		return &Recomputed{}, true
	case EventUnitSucceeded:
		return &UnitSucceeded{}, true
	case EventCaseTakenOver:
		return &CaseTakenOver{}, true
	default:
		return nil, false
	}
}

func (*CaseOpened) kind() EventKind         { return EventCaseOpened }
func (*DraftAmended) kind() EventKind       { return EventDraftAmended }
func (*DraftSubmitted) kind() EventKind     { return EventDraftSubmitted }
func (*DraftReturned) kind() EventKind      { return EventDraftReturned }
func (*FindingAccepted) kind() EventKind    { return EventFindingAccepted }
func (*OfficerAssigned) kind() EventKind    { return EventOfficerAssigned }
func (*Noted) kind() EventKind              { return EventNoted }
func (*EntryCorrected) kind() EventKind     { return EventEntryCorrected }
func (*NoticeSubmitted) kind() EventKind    { return EventNoticeSubmitted }
func (*NoticeReturned) kind() EventKind     { return EventNoticeReturned }
func (*NoticeApproved) kind() EventKind     { return EventNoticeApproved }
func (*NoticeCorrected) kind() EventKind    { return EventNoticeCorrected }
func (*ReceiptRecorded) kind() EventKind    { return EventReceiptRecorded }
func (*PlanSubmitted) kind() EventKind      { return EventPlanSubmitted }
func (*PlanReturned) kind() EventKind       { return EventPlanReturned }
func (*PlanAccepted) kind() EventKind       { return EventPlanAccepted }
func (*ReportSubmitted) kind() EventKind    { return EventReportSubmitted }
func (*ReportReturned) kind() EventKind     { return EventReportReturned }
func (*ReportAccepted) kind() EventKind     { return EventReportAccepted }
func (*CaseSustained) kind() EventKind      { return EventCaseSustained }
func (*CheckedIn) kind() EventKind          { return EventCheckedIn }
func (*SustainedExited) kind() EventKind    { return EventSustainedExited }
func (*LookBackDrawn) kind() EventKind      { return EventLookBackDrawn }
func (*LookBackUndrawn) kind() EventKind    { return EventLookBackUndrawn }
func (*LookBackMissed) kind() EventKind     { return EventLookBackMissed }
func (*SealBroken) kind() EventKind         { return EventSealBroken }
func (*SealMended) kind() EventKind         { return EventSealMended }
func (*RedrawAsked) kind() EventKind        { return EventRedrawAsked }
func (*RedrawDecided) kind() EventKind      { return EventRedrawDecided }
func (*OpeningAsked) kind() EventKind       { return EventOpeningAsked }
func (*OpeningDecided) kind() EventKind     { return EventOpeningDecided }
func (*LookBackAnnounced) kind() EventKind  { return EventLookBackAnnounced }
func (*ArrivalPermitted) kind() EventKind   { return EventArrivalPermitted }
func (*LookBackDispatched) kind() EventKind { return EventLookBackDispatched }
func (*Arrived) kind() EventKind            { return EventArrived }
func (*ArrivalRefused) kind() EventKind     { return EventArrivalRefused }
func (*LookBackRecorded) kind() EventKind   { return EventLookBackRecorded }
func (*ClosureApproved) kind() EventKind    { return EventClosureApproved }
func (*ClosureRefused) kind() EventKind     { return EventClosureRefused }
func (*Reopened) kind() EventKind           { return EventReopened }
func (*ExtensionAsked) kind() EventKind     { return EventExtensionAsked }
func (*ExtensionDecided) kind() EventKind   { return EventExtensionDecided }
func (*ObjectionFiled) kind() EventKind     { return EventObjectionFiled }
func (*ObjectionDecided) kind() EventKind   { return EventObjectionDecided }
func (*DueDecided) kind() EventKind         { return EventDueDecided }
func (*StayGranted) kind() EventKind        { return EventStayGranted }
func (*StayEnded) kind() EventKind          { return EventStayEnded }
func (*MeasureOrdered) kind() EventKind     { return EventMeasureOrdered }
func (*MeasurePostponed) kind() EventKind   { return EventMeasurePostponed }
func (*MeasureReassigned) kind() EventKind  { return EventMeasureReassigned }
func (*TalkFixed) kind() EventKind          { return EventTalkFixed }
func (*MeasureWaived) kind() EventKind      { return EventMeasureWaived }
func (*MeasureRecorded) kind() EventKind    { return EventMeasureRecorded }
func (*MeasuresCancelled) kind() EventKind  { return EventMeasuresCancelled }
func (*MeasureTakenOver) kind() EventKind   { return EventMeasureTakenOver }
func (*HandedOver) kind() EventKind         { return EventHandedOver }
func (*HandoverAccepted) kind() EventKind   { return EventHandoverAccepted }
func (*CaseMerged) kind() EventKind         { return EventCaseMerged }
func (*ChildTakenIn) kind() EventKind       { return EventChildTakenIn }
func (*GivenBack) kind() EventKind          { return EventGivenBack }
func (*CaseVoided) kind() EventKind         { return EventCaseVoided }
func (*CaseTransferred) kind() EventKind    { return EventCaseTransferred }
func (*TransferReceived) kind() EventKind   { return EventTransferReceived }
func (*TakenBack) kind() EventKind          { return EventTakenBack }
func (*Reminded) kind() EventKind           { return EventReminded }
func (*Chased) kind() EventKind             { return EventChased }
func (*DeadlineMissed) kind() EventKind     { return EventDeadlineMissed }
func (*DeadlineMoved) kind() EventKind      { return EventDeadlineMoved }
func (*LevelRaised) kind() EventKind        { return EventLevelRaised }
func (*CaseArchived) kind() EventKind       { return EventCaseArchived }
func (*Recomputed) kind() EventKind         { return EventRecomputed }
func (*UnitSucceeded) kind() EventKind      { return EventUnitSucceeded }
func (*CaseTakenOver) kind() EventKind      { return EventCaseTakenOver }
