package casefile

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A teller writes events as a clerk would read them: no code and no id that has
// a name.
type teller struct {
	codes policy.Codes
	// names are what ids stand for, files what evidence is called.
	names, files map[string]string
}

// Mentions are the ids that the events may name, once each.
func Mentions(events []lifecycle.Event) []string {
	seen := map[string]bool{}
	var out []string
	add := func(s string) {
		if s != "" && len(s) <= maxID && !strings.ContainsAny(s, " \n，。") && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	for _, e := range events {
		add(e.Actor.Account)
		mentions(reflect.ValueOf(e.Body), add)
	}
	return out
}

// maxID is how long an id may be.
const maxID = 64

func mentions(v reflect.Value, add func(string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			mentions(v.Elem(), add)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				mentions(v.Field(i), add)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			mentions(v.Index(i), add)
		}
	case reflect.String:
		add(v.String())
	default:
	}
}

// summary is where the case stands.
func (b *binder) summary() string {
	f := b.c.Finding
	var out strings.Builder
	for _, one := range [][2]string{
		{"编号", b.c.Number},
		{"单位", b.UnitName},
		{"标题", f.Title},
		{"问题事实", f.Facts},
		{"类别", b.text("category", f.Category)},
		{"方面", b.text("dimension", f.Dimension)},
		{"批次", b.text("campaign", f.Campaign)},
		{"发现日期", dateZH(f.FoundOn)},
		{"整改类型", f.Type.ZH()},
		{"经办人", b.text("officer", b.c.Officer)},
		{"阶段", b.c.Stage.ZH()},
		{"轮次", fmt.Sprintf("第%d轮", max(b.c.Round, 1))},
		{"督办等级", levelZH(b.c.Level)},
		{"版本", fmt.Sprint(b.c.Seq)},
	} {
		if one[1] == "" {
			one[1] = "无"
		}
		out.WriteString(one[0] + "：" + one[1] + "\n")
	}
	return out.String()
}

// actor is who did what an event tells of.
func actor(e lifecycle.Event) string {
	if e.Actor.Account == "" {
		return "系统"
	}
	return e.Actor.Name
}

// tell is an event as people read it.
func (t teller) tell(e lifecycle.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "第%d项　%s\n时间：%s（计为%s）\n办理人：%s\n", e.Seq, e.Kind.ZH(), timeZH(e.At), dateZH(e.Legal), actor(e))
	if e.Stage != "" {
		fmt.Fprintf(&b, "转入阶段：%s\n", e.Stage.ZH())
	}
	if e.Level != nil {
		fmt.Fprintf(&b, "督办等级：%s\n", levelZH(*e.Level))
	}
	for _, k := range e.Clocks {
		b.WriteString(clockZH(k))
	}
	t.fields(&b, reflect.ValueOf(e.Body), "")
	return b.String()
}

// clockZH is what an event did to a clock.
func clockZH(k lifecycle.ClockChange) string {
	what := "“" + k.Name.ZH() + "”"
	if k.Measure > 0 {
		what += fmt.Sprintf("（措施第%d项）", k.Measure)
	}
	if k.Stopped {
		return "时限结束：" + what + "\n"
	}
	how := ""
	if !k.Period.IsZero() {
		how = "，自" + dateZH(k.Start) + "次日起" + k.Period.Chinese()
	}
	until := "，到期日" + dateZH(k.Due)
	if k.Provisional {
		until += "（暂定）"
	}
	if !k.StandsSince.IsZero() {
		until = "，自" + dateZH(k.StandsSince) + "起中止计算"
	}
	return "时限：" + what + how + until + "\n"
}

// fields writes the fields of a body, in its own order, those that the record
// leaves out left out.
func (t teller) fields(b *strings.Builder, v reflect.Value, indent string) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		one := v.Field(i)
		switch {
		case !f.IsExported(), name == "-", name == "year", name == "sha256": // the number has the year, and the manifest the hash
		case name == "" && f.Anonymous:
			t.fields(b, one, indent)
		case options != "" && empty(one):
		default:
			b.WriteString(indent + label(v.Type(), name) + "：")
			t.value(b, name, one, indent+"　")
		}
	}
}

// empty reports whether the record leaves a value out when it may.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}

// label is what a field is called. A few names mean one thing in one event and
// another in another.
func label(of reflect.Type, name string) string {
	switch of.Name() + "." + name {
	case "DeadlineMoved.from":
		return "原到期日"
	case "Succession.from":
		return "原单位"
	case "Succession.to":
		return "承接单位"
	case "Fallen.by":
		return "办理人"
	case "EntryCorrected.of":
		return "所更正的事项"
	case "EntryCorrected.by":
		return "录入人"
	case "CorrectEntry.event":
		return "所更正的记录（项次）"
	case "HandOver.to":
		return "接收人"
	case "Transfer.to":
		return "移送机关"
	case "CaseOpened.number", "Child.number", "Repeated.number":
		return "事项编号"
	case "LookBackDrawn.number", "LookBackUndrawn.number", "LookBackMissed.number", "SealBroken.number", "SealMended.number", "LookBackDispatched.number", "Reveal.number":
		return "抽签次序"
	case "Repeated.count":
		return "第几次重复发生"
	case "Measure.misdirected":
		return "是否误送"
	}
	return lifecycle.Label(name)
}

func (t teller) value(b *strings.Builder, name string, v reflect.Value, indent string) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			b.WriteString("无\n")
			return
		}
		v = v.Elem()
	}
	if text, ok := t.word(name, v); ok {
		b.WriteString(strings.ReplaceAll(text, "\n", "\n"+indent) + "\n")
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		t.list(b, name, v, indent)
	case reflect.Struct:
		b.WriteString("\n")
		t.fields(b, v, indent)
	default:
		fmt.Fprintln(b, v.Interface())
	}
}

// list writes a list: short words on one line, all else numbered.
func (t teller) list(b *strings.Builder, name string, v reflect.Value, indent string) {
	const short = 20
	words := make([]string, v.Len())
	plain := true
	for i := range v.Len() {
		var ok bool
		words[i], ok = t.word(name, v.Index(i))
		plain = plain && ok && utf8.RuneCountInString(words[i]) <= short
	}
	switch {
	case v.Len() == 0:
		b.WriteString("无\n")
	case plain:
		b.WriteString(strings.Join(words, "、") + "\n")
	default:
		b.WriteString("\n")
		for i := range v.Len() {
			fmt.Fprintf(b, "%s（%d）", indent, i+1)
			t.value(b, name, v.Index(i), indent+"　　")
		}
	}
}

// word is a value that is one word or text; false for one that has parts.
func (t teller) word(name string, v reflect.Value) (string, bool) {
	switch x := v.Interface().(type) {
	case calendar.Date:
		return dateZH(x), true
	case time.Time:
		return timeZH(x), true
	case calendar.Period:
		return periodZH(x), true
	case policy.Level:
		return levelZH(x), true
	case lifecycle.DrawFault:
		return x.ZH, true
	case interface{ ZH() string }:
		if text := x.ZH(); text != "" {
			return text, true
		}
		return "无", true
	}
	switch v.Kind() {
	case reflect.String:
		if text := t.text(name, v.String()); text != "" {
			return text, true
		}
		return "无", true
	case reflect.Bool:
		if v.Bool() {
			return "是", true
		}
		return "否", true
	case reflect.Array: // a hash
		return fmt.Sprint(v.Interface()), true
	case reflect.Int, reflect.Int64:
		return fmt.Sprint(v.Int()), true
	default:
		return "", false
	}
}

// text is a text of a field: a code by its name, an id by what it stands for.
func (t teller) text(field, s string) string {
	var (
		code policy.Code
		ok   bool
	)
	switch field {
	case "method":
		code, ok = t.codes.Method(s)
	case "category":
		code, ok = t.codes.Category(s)
	case "dimension":
		code, ok = t.codes.Dimension(s)
	case "severity":
		code, ok = t.codes.Severity(s)
	case "root_cause":
		code, ok = t.codes.RootCause(s)
	case "matter":
		var m policy.Matter
		m, ok = t.codes.Matter(s)
		code.ZH = m.ZH
	}
	if ok {
		return code.ZH
	}
	switch field {
	case "field":
		return lifecycle.Label(s)
	case "value", "was":
		if d, err := calendar.ParseDate(s); err == nil {
			return dateZH(d)
		}
		return lifecycle.Result(s).ZH()
	}
	if id, is := lifecycle.EvidenceID(s); is {
		if name, known := t.files[id]; known {
			return name
		}
		return "其他事项的佐证材料（" + id + "）"
	}
	if name := t.names[s]; name != "" {
		return name
	}
	return s
}

func levelZH(l policy.Level) string {
	if l == policy.L0 {
		return "无"
	}
	return l.String() + " " + l.ZH()
}

func periodZH(p calendar.Period) string {
	if p.IsZero() {
		return "无"
	}
	return p.Chinese()
}

func dateZH(d calendar.Date) string {
	if d.IsZero() {
		return "无"
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

func timeZH(at time.Time) string {
	return at.In(calendar.Zone()).Format("2006年1月2日15:04:05")
}
