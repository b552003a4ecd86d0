package lifecycle

// A FieldEntered is a date or a result in the body of a command: it is put right with
// correct_entry, or otherwise, or never.
type FieldEntered struct {
	Command CommandKind
	// Field is the field with its path.
	Field string
	// Of and Entry are the event and the field of it that are put right; empty where
	// that is not possible.
	Of    EventKind
	Entry string
	// Instead says what to do where it is not.
	Instead Sentence
}

// FieldsEntered lists every date and every result that a person enters in a command.
// Decisions are none: granted or not, upheld or not, which date holds. Who changes his
// mind decides again, where he may.
func FieldsEntered() []FieldEntered {
	const on, until, result = "on", "until", "result"
	can := func(kind CommandKind, field string, of EventKind, entry string) FieldEntered {
		return FieldEntered{Command: kind, Field: field, Of: of, Entry: entry}
	}
	not := func(kind CommandKind, field, zh, en string) FieldEntered {
		return FieldEntered{Command: kind, Field: field, Instead: Sentence{zh, en}}
	}
	fields := []FieldEntered{
		not(KindOpenCase, "found_on", "登记中修改；研判通过后不再改动", "amended in the draft; fixed once triage has accepted it"),
		not(KindAmendDraft, "found_on", "登记中修改；研判通过后不再改动", "amended in the draft; fixed once triage has accepted it"),
		not(KindSubmitNotice, "external_due", "签发前退改重送，签发后更正反馈意见", "returned and drafted anew before the signature, the notice corrected after it"),
		can(KindRecordReceipt, on, EventReceiptRecorded, on),
		can(KindSubmitReport, "receipt.on", EventReceiptRecorded, on),
		can(KindRecordLookBack, "receipt.on", EventReceiptRecorded, on),
		not(KindSubmitPlan, "measures.due", "退回方案，由单位重新报送", "the plan is returned, and the unit sends another"),
		can(KindSubmitPlan, "paper.on", EventPlanSubmitted, on),
		can(KindSubmitReport, "paper.on", EventReportSubmitted, on),
		can(KindCheckIn, "paper.on", EventCheckedIn, on),
		can(KindRequestExtension, until, EventExtensionAsked, until),
		can(KindRequestExtension, "paper.on", EventExtensionAsked, on),
		can(KindDecideExtension, until, EventExtensionDecided, until),
		can(KindFileObjection, "paper.on", EventObjectionFiled, on),
		can(KindGrantStay, until, EventStayGranted, until),
		can(KindPostponeMeasure, until, EventMeasurePostponed, until),
		can(KindRecordMeasure, on, EventMeasureRecorded, on),
		can(KindRecordTransferReceipt, on, EventTransferReceived, on),
		can(KindRecordLookBack, result, EventLookBackRecorded, result),
		not(KindOrderMeasure, "talk.on", "重新约定谈话", "the talk is fixed anew"),
		not(KindFixTalk, "talk.on", "重新约定谈话", "the talk is fixed anew"),
		not(KindAnnounceLookBack, on, "重新告知", "announced anew"),
		not(KindPermitArrival, on, "从不更正：回头看的日期、人员和抽签", "never: the day, the team and the draw of a look-back"),
		not(KindRecordArrival, on, "从不更正：回头看的日期、人员和抽签", "never: the day, the team and the draw of a look-back"),
		not(KindDecideObjection, "outcome", "属于决定，不是录入", "a decision, and no slip"),
		not(KindDecideDue, "holds", "属于决定，不是录入", "a decision, and no slip"),
	}
	for _, field := range []string{"found_on", "notice_on", "received_on", "due", "reported_on", "sustained_on"} {
		fields = append(fields, not(KindTakeOverCase, field, "撤销该事项，更正工作簿后重新转入", "the case is voided, and taken over anew from the corrected workbook"))
	}
	return fields
}
