package casefile_test

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents/casefile"
	"duban/lifecycle"
	"duban/policy"
)

// A filler gives values to fields: of the types that are codes, all of each.
type filler struct {
	codes policy.Codes
	of    map[reflect.Type][]any
}

func newFiller() filler {
	out := map[reflect.Type][]any{}
	add := func(all ...any) { out[reflect.TypeOf(all[0])] = all }
	add(lifecycle.Immediate, lifecycle.ByDeadline, lifecycle.SustainedDuty)
	add(lifecycle.Electronic, lifecycle.OnPaper, lifecycle.Refused, lifecycle.Alternative)
	add(lifecycle.FormLetter, lifecycle.FormNotice)
	add(lifecycle.WrongUnit, lifecycle.Facts, lifecycle.Handling)
	add(lifecycle.FormLetter, lifecycle.FormNotice)
	add(lifecycle.DueExternal, lifecycle.DueReceipt)
	add(lifecycle.Upheld, lifecycle.Partly, lifecycle.Rejected)
	add(lifecycle.InPlace, lifecycle.MostlyInPlace, lifecycle.NotInPlace, lifecycle.False, lifecycle.Unverifiable)
	add(lifecycle.Proposed, lifecycle.Ordered, lifecycle.Joined, lifecycle.Done, lifecycle.Waived, lifecycle.Cancelled, lifecycle.PassedOn)
	add(lifecycle.MoveCommittee, lifecycle.MoveStay, lifecycle.MoveOutage, lifecycle.MoveExtension, lifecycle.MoveMain, lifecycle.MoveDecided, lifecycle.MoveAmended,
		lifecycle.MoveMerged, lifecycle.MoveCalendar, lifecycle.MoveAway, lifecycle.MovePostponed, lifecycle.MoveSuccession)
	of := func(all any) {
		v := reflect.ValueOf(all)
		for i := range v.Len() {
			t := v.Index(i).Type()
			out[t] = append(out[t], v.Index(i).Interface())
		}
	}
	of(lifecycle.Remedies())
	of(lifecycle.InHandStages())
	of(policy.MeasureKinds())
	of(policy.ClockNames())
	of(policy.Lists())
	of(lifecycle.EventKinds())
	of(policy.PaperKinds())
	return filler{codes: policy.Default().Codes, of: out}
}

// fill gives every field of a value one that is not zero: of what is a code the
// n-th, and of texts the code of the table that the field's name asks for.
func (f filler) fill(t *testing.T, v reflect.Value, field string, n int) {
	t.Helper()
	if all := f.of[v.Type()]; all != nil {
		v.Set(reflect.ValueOf(all[n%len(all)]))
		return
	}
	switch v.Interface().(type) {
	case calendar.Date:
		v.Set(reflect.ValueOf(calendar.On(2026, 5, 6)))
		return
	case calendar.Period:
		v.Set(reflect.ValueOf(calendar.Period{N: 15, Unit: calendar.WorkingDays}))
		return
	case policy.Level:
		v.Set(reflect.ValueOf(policy.L2))
		return
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC)))
		return
	}
	codes := f.codes
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem(), field, n)
	case reflect.Struct:
		for i := range v.NumField() {
			if of := v.Type().Field(i); of.IsExported() {
				f.fill(t, v.Field(i), of.Name, n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(t, v.Index(0), field, n)
		f.fill(t, v.Index(1), field, n+1)
	case reflect.String:
		require.Equal(t, reflect.TypeFor[string](), v.Type(), "%s: say what its values are", v.Type())
		v.SetString(map[string]string{
			"Method": codes.Methods[n%len(codes.Methods)].Code, "Category": codes.Categories[n%len(codes.Categories)].Code,
			"Dimension": codes.Dimensions[n%len(codes.Dimensions)].Code, "Severity": codes.Severities[n%len(codes.Severities)].Code,
			"RootCause": codes.RootCauses[n%len(codes.RootCauses)].Code, "Matter": codes.Matters[n%len(codes.Matters)].Code,
			"Evidence": "evidence:e1", "Scan": "evidence:e1", "Unit": "u1", "Campaign": "b1", "Officer": "a1", "Before": "a1", "Grantor": "a1",
			"Parent": "c9", "Case": "c9", "ID": "c9", "Misdirected": "u1", "OrderedBy": "a1", "ConfirmedBy": "a1",
		}[field])
		if v.String() == "" {
			v.SetString("文字")
		}
	case reflect.Array: // a hash: zeros read as digits
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n + 1))
	default:
		require.Fail(t, "no value", "%s %s", field, v.Type())
	}
}

// What people read in a case's file has no code, no id and no name of a
// program's field, whatever the event and whatever stands in it.
func TestEveryEventReadsAsChinese(t *testing.T) {
	t.Parallel()
	latin := regexp.MustCompile(`[A-Za-z_]{2,}|[A-Z]\d\d`)
	all := newFiller()
	names := map[string]string{"u1": "市档案局", "b1": "第一批", "a1": "张查", "c9": "督〔2026〕0009", "a": "张查"}
	for _, kind := range lifecycle.EventKinds() {
		for n := range 22 {
			e, err := lifecycle.Event{Kind: kind}.WithContent([]byte(`{}`))
			require.NoError(t, err)
			body := reflect.ValueOf(e.Body).Elem()
			all.fill(t, body, "", n)
			text := casefile.Tell(all.codes, names, map[string]string{"e1": "佐证材料001《照片》"}, event(3, kind, lifecycle.Rectifying, e.Body))
			require.Empty(t, latin.FindAllString(text, -1), "%s\n%s", kind, text)
			require.NotContains(t, text, "{", kind)
			require.Regexp(t, `^第3项　.+\n时间：`, text)
		}
	}
}

// A deadline reads as a clerk would write it.
func TestDeadlinesRead(t *testing.T) {
	t.Parallel()
	e := event(3, lifecycle.EventReceiptRecorded, lifecycle.Planning, &lifecycle.ReceiptRecorded{})
	e.Clocks = []lifecycle.ClockChange{
		{Clock: lifecycle.Clock{
			Name: policy.ClockRectification, Start: calendar.On(2026, 3, 11), Period: calendar.Period{N: 15, Unit: calendar.WorkingDays},
			Due: calendar.On(2026, 4, 1), Provisional: true,
		}},
		{Clock: lifecycle.Clock{Name: policy.ClockReceipt}, Stopped: true},
	}
	text := casefile.Tell(policy.Default().Codes, nil, nil, e)
	require.Contains(t, text, "转入阶段：制定方案\n时限：“整改并报告”，自2026年3月11日次日起15个工作日，到期日2026年4月1日（暂定）\n时限结束：“签收”\n")
}

// Whatever an event names by an id is asked for.
func TestMentions(t *testing.T) {
	t.Parallel()
	require.Equal(t, "[a u1 制度落实不严 inspection C03 b1 evidence:e1 督〔2026〕0001]", fmt.Sprint(casefile.Mentions(record().Events[:1])))
	var out bytes.Buffer
	r := record()
	r.Names = nil
	require.NoError(t, casefile.Write(&out, r))
	_, text := texts(t, out.Bytes())
	require.Contains(t, text["10-问题-01-登记.txt"], "督查批次：b1\n", "an id without a name stands as it is")
}
