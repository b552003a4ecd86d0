package lifecycle_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// Issue 3 item 6: a clock runs by the day on a paper, so its scan is a file of the
// case and neither a word nor a file that is not there.
func TestAPaperHasItsScan(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	today := day("2026-03-02")
	serving := steps(t, w, &node{c: lifecycle.Case{ID: "case"}, now: noon(today)}, "author", newCase(), "author", lifecycle.SubmitDraft{},
		"head", accept(lifecycle.ByDeadline, ""), "officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{})
	planning := steps(t, w, serving, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	plan := []lifecycle.PlannedMeasure{{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "张三", Due: today.AddDays(1)}}
	for scan, want := range map[string]string{"": "required", "无": "unknown_evidence", "evidence:": "unknown_evidence", "evidence:other": "unknown_evidence", "scan": "unknown_evidence", scanned: ""} {
		receipt := w.command(serving, lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today, Scan: scan}, people["officer"])
		require.Equal(t, want, codeOf(receipt.refusal), "a receipt with the scan %q", scan)
		onPaper := w.command(planning, lifecycle.SubmitPlan{Measures: plan, Paper: &lifecycle.Paper{On: today, Scan: scan}}, people["officer"])
		require.Equal(t, want, codeOf(onPaper.refusal), "a plan with the scan %q", scan)
	}
	refused := w.command(serving, lifecycle.RecordReceipt{Manner: lifecycle.Refused, On: today, Reason: someText, Witness: "甲", Scan: "无"}, people["officer"])
	require.Equal(t, "unknown_evidence", codeOf(refused.refusal), "a scan that is not needed is one all the same")
}

// Evidence may be told in words, but what names a file names one of the case.
func TestEvidenceThatIsNamedIsThere(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	report := func(evidence ...string) string {
		items := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText, Evidence: evidence}}
		return codeOf(w.command(n, lifecycle.SubmitReport{Items: items}, people["secretary"]).refusal)
	}
	require.Empty(t, report("会议记录", scanned))
	require.Equal(t, "unknown_evidence", report("会议记录", "evidence:other"))
}

// A draft keeps the evidence it names while something else is amended.
func TestADraftKeepsItsEvidence(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	draft := newCase()
	draft.Evidence = []string{scanned}
	n := steps(t, w, &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}, "author", draft)
	w.rules.Known.Evidence = nil // which a command that names none does not look up
	title := "另一标题"
	n = steps(t, w, n, "author", lifecycle.AmendDraft{Title: &title})
	require.Equal(t, []string{scanned}, n.c.Evidence)
	require.Equal(t, "unknown_evidence", codeOf(w.command(n, lifecycle.AmendDraft{Evidence: &draft.Evidence}, people["author"]).refusal))
}

// What a command names as evidence is looked up before it is decided: every field
// of every command that holds a scan or evidence.
func TestEvidenceIsReferredTo(t *testing.T) {
	t.Parallel()
	fields := 0
	for _, kind := range lifecycle.CommandKinds() {
		body, _ := lifecycle.NewCommand(kind)
		var want []string
		name(reflect.ValueOf(body).Elem(), &want)
		require.ElementsMatch(t, want, lifecycle.ReferencesOf(body).Evidence, kind)
		fields += len(want)
	}
	require.Equal(t, 15, fields)
}

// name gives every scan and every list of evidence below v a file of its own.
func name(v reflect.Value, names *[]string) {
	next := func() reflect.Value {
		id := fmt.Sprint("e", len(*names))
		*names = append(*names, id)
		return reflect.ValueOf("evidence:" + id)
	}
	for field := range v.Type().Fields() {
		f := v.FieldByIndex(field.Index)
		typ := field.Type
		if typ.Kind() == reflect.Pointer && field.IsExported() {
			f.Set(reflect.New(typ.Elem()))
			f, typ = f.Elem(), typ.Elem()
		}
		switch {
		case field.Name == "Scan":
			f.Set(next())
		case field.Name == "Evidence":
			f.Set(reflect.Append(f, next()))
		case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
			f.Set(reflect.MakeSlice(typ, 1, 1))
			name(f.Index(0), names)
		case typ.Kind() == reflect.Struct && field.IsExported() && typ.PkgPath() == v.Type().PkgPath():
			name(f, names)
		}
	}
}
