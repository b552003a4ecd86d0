package lifecycle

// Kind names the command.
func (OpenCase) Kind() CommandKind { return KindOpenCase }

// Kind names the command.
func (AmendDraft) Kind() CommandKind { return KindAmendDraft }

// Kind names the command.
func (SubmitDraft) Kind() CommandKind { return KindSubmitDraft }

// Kind names the command.
func (ReturnDraft) Kind() CommandKind { return KindReturnDraft }

// Kind names the command.
func (AcceptFinding) Kind() CommandKind { return KindAcceptFinding }

// Kind names the command.
func (SubmitNotice) Kind() CommandKind { return KindSubmitNotice }

// Kind names the command.
func (ReturnNotice) Kind() CommandKind { return KindReturnNotice }

// Kind names the command.
func (ApproveNotice) Kind() CommandKind { return KindApproveNotice }

// Kind names the command.
func (RecordReceipt) Kind() CommandKind { return KindRecordReceipt }

// Kind names the command.
func (CorrectNotice) Kind() CommandKind { return KindCorrectNotice }

// Kind names the command.
func (SubmitPlan) Kind() CommandKind { return KindSubmitPlan }

// Kind names the command.
func (ReturnPlan) Kind() CommandKind { return KindReturnPlan }

// Kind names the command.
func (AcceptPlan) Kind() CommandKind { return KindAcceptPlan }

// Kind names the command.
func (SubmitReport) Kind() CommandKind { return KindSubmitReport }

// Kind names the command.
func (ReturnReport) Kind() CommandKind { return KindReturnReport }

// Kind names the command.
func (AcceptReport) Kind() CommandKind { return KindAcceptReport }

// Kind names the command.
func (Sustain) Kind() CommandKind { return KindSustain }

// Kind names the command.
func (CheckIn) Kind() CommandKind { return KindCheckIn }

// Kind names the command.
func (ExitSustained) Kind() CommandKind { return KindExitSustained }

// Kind names the command.
func (RequestRedraw) Kind() CommandKind { return KindRequestRedraw }

// Kind names the command.
func (DecideRedraw) Kind() CommandKind { return KindDecideRedraw }

// Kind names the command.
func (RequestOpening) Kind() CommandKind { return KindRequestOpening }

// Kind names the command.
func (DecideOpening) Kind() CommandKind { return KindDecideOpening }

// Kind names the command.
func (AnnounceLookBack) Kind() CommandKind { return KindAnnounceLookBack }

// Kind names the command.
func (PermitArrival) Kind() CommandKind { return KindPermitArrival }

// Kind names the command.
func (RecordArrival) Kind() CommandKind { return KindRecordArrival }

// Kind names the command.
func (RecordLookBack) Kind() CommandKind { return KindRecordLookBack }

// Kind names the command.
func (ApproveClosure) Kind() CommandKind { return KindApproveClosure }

// Kind names the command.
func (RefuseClosure) Kind() CommandKind { return KindRefuseClosure }

// Kind names the command.
func (Reopen) Kind() CommandKind { return KindReopen }

// Kind names the command.
func (RequestExtension) Kind() CommandKind { return KindRequestExtension }

// Kind names the command.
func (DecideExtension) Kind() CommandKind { return KindDecideExtension }

// Kind names the command.
func (FileObjection) Kind() CommandKind { return KindFileObjection }

// Kind names the command.
func (DecideObjection) Kind() CommandKind { return KindDecideObjection }

// Kind names the command.
func (DecideDue) Kind() CommandKind { return KindDecideDue }

// Kind names the command.
func (GrantStay) Kind() CommandKind { return KindGrantStay }

// Kind names the command.
func (EndStay) Kind() CommandKind { return KindEndStay }

// Kind names the command.
func (OrderMeasure) Kind() CommandKind { return KindOrderMeasure }

// Kind names the command.
func (PostponeMeasure) Kind() CommandKind { return KindPostponeMeasure }

// Kind names the command.
func (ReassignMeasure) Kind() CommandKind { return KindReassignMeasure }

// Kind names the command.
func (FixTalk) Kind() CommandKind { return KindFixTalk }

// Kind names the command.
func (WaiveMeasure) Kind() CommandKind { return KindWaiveMeasure }

// Kind names the command.
func (RecordMeasure) Kind() CommandKind { return KindRecordMeasure }

// Kind names the command.
func (SettleMeasure) Kind() CommandKind { return KindSettleMeasure }

// Kind names the command.
func (Assign) Kind() CommandKind { return KindAssign }

// Kind names the command.
func (Note) Kind() CommandKind { return KindNote }

// Kind names the command.
func (CorrectEntry) Kind() CommandKind { return KindCorrectEntry }

// Kind names the command.
func (HandOver) Kind() CommandKind { return KindHandOver }

// Kind names the command.
func (AcceptHandover) Kind() CommandKind { return KindAcceptHandover }

// Kind names the command.
func (MergeInto) Kind() CommandKind { return KindMergeInto }

// Kind names the command.
func (Void) Kind() CommandKind { return KindVoid }

// Kind names the command.
func (Transfer) Kind() CommandKind { return KindTransfer }

// Kind names the command.
func (RecordTransferReceipt) Kind() CommandKind { return KindRecordTransferReceipt }

// Kind names the command.
func (TakeBack) Kind() CommandKind { return KindTakeBack }

// Kind names the command.
func (TakeOverCase) Kind() CommandKind { return KindTakeOverCase }
