package documents

import (
	"fmt"
	"strings"

	"duban/calendar"
)

// A Finding is one problem as a notice states it.
type Finding struct {
	// Number is the case's.
	Number string
	Title  string
	Facts  string
	// Found is the day it was found.
	Found     calendar.Date
	Dimension string
	Category  string
	Basis     string
	// Evidence is what it rests on, by name.
	Evidence []string
	// Type is the type of rectification: 立行立改, 限期整改, 长期坚持.
	Type string
	// LookBack is the look-back that found it not put right; nil before one did.
	LookBack *LookBack
	// Term is the time for it; the notice's when left out.
	Term *Term
	// Changes are what it says otherwise than the notice that this one takes the
	// place of.
	Changes []Change
}

// A Term is the time a notice gives.
type Term struct {
	// Period counts from the receipt; zero when Until is given.
	Period calendar.Period
	// Until is a date that Source set.
	Until  calendar.Date
	Source string
	// AtLeast is the least time there is when Period is shorter; zero without such
	// a rule.
	AtLeast calendar.Period
	// Plan is the time for the plan; zero where none is wanted. PlanCapped: it may end
	// with the rectification's.
	Plan       calendar.Period
	PlanCapped bool
	// Receipt is the time to sign for the notice, Object and ObjectUnit those to
	// object, the latter when the case is another unit's.
	Receipt, Object, ObjectUnit calendar.Period
}

// A Notice is the feedback notice (反馈意见) to the post-holder.
type Notice struct {
	Office Office
	Form   Form
	To     Addressee
	// Number is the notice's, such as 工委督函〔2026〕12号; empty for a draft only.
	Number string
	On     calendar.Date
	// Draft: nobody has signed it yet.
	Draft bool
	// Campaign and Method say where the findings come from, Held are the campaign's
	// days.
	Campaign, Method string
	Held             Span
	Findings         []Finding
	// Demand is what is required, in the drafter's words.
	Demand string
	Term   Term
	// Replaces are the notices it takes the place of, by number, Changes what it says
	// otherwise of all its findings.
	Replaces []Replaced
	Changes  []Change
	// Amended: it is the notice of the number as the answer to an objection
	// changed it; nil for any other.
	Amended *Amendment
}

// A Span is the days from one to another.
type Span struct{ From, To calendar.Date }

func (s Span) said() string {
	if s.From == s.To {
		return chineseDate(s.From)
	}
	return chineseDate(s.From) + "至" + chineseDate(s.To)
}

// A Replaced is a notice of which some items are stated anew.
type Replaced struct {
	// Number is the notice's, Items are the numbers of the cases.
	Number string
	Items  []string
}

func (n Notice) title() string {
	about := n.Method + "发现问题"
	if n.Campaign != "" {
		about = n.Campaign + "发现问题"
	} else if len(n.Findings) == 1 && len([]rune(n.Findings[0].Title)) <= 40 {
		about = problem(n.Findings[0].Title)
	}
	if n.again() {
		about = strings.TrimSuffix(about, "问题") + "问题整改“回头看”情况"
	}
	corrected := ""
	if n.corrects() {
		corrected = "（更正）"
	}
	if n.Form == FormNotice {
		return "关于反馈" + about + "的通知" + corrected
	}
	return "关于" + about + "的反馈意见" + corrected
}

// problem is what a finding is called within a sentence.
func problem(title string) string {
	title = strings.TrimRight(strings.TrimSpace(title), "。；.;")
	if strings.HasSuffix(title, "问题") {
		return title
	}
	return title + "问题"
}

func (n Notice) check() error {
	if len(n.Findings) == 0 {
		return need(field{"findings", "问题", ""})
	}
	if err := need(field{"demand", "整改要求", n.Demand}, field{"method", "发现方式", n.Method}); err != nil {
		return err
	}
	for i, f := range n.Findings {
		at := fmt.Sprintf("findings[%d].", i)
		err := f.LookBack.check(at + "look_back.")
		if err == nil {
			err = checkChanges(at, f.Changes)
		}
		if err == nil {
			err = need(field{at + "number", "事项编号", f.Number}, field{at + "title", "问题", f.Title}, field{at + "facts", "问题事实", f.Facts},
				field{at + "category", "问题类别", f.Category}, field{at + "basis", "依据", f.Basis}, field{at + "type", "整改类型", f.Type})
		}
		if err == nil && f.Found.IsZero() {
			err = need(field{at + "found", "发现日期", ""})
		}
		if err == nil {
			err = allow(field{at + "dimension", "问题方面", f.Dimension}, field{at + "evidence", "佐证材料", strings.Join(f.Evidence, "；")})
		}
		if err != nil {
			return err
		}
	}
	for _, f := range n.Findings {
		if f.Term != nil {
			if err := f.Term.check(); err != nil {
				return err
			}
		}
	}
	for i, r := range n.Replaces {
		at := fmt.Sprintf("replaces[%d].", i)
		if err := need(field{at + "number", "所替代的文书", r.Number}, field{at + "items", "事项编号", strings.Join(r.Items, "、")}); err != nil {
			return err
		}
	}
	if err := checkChanges("", n.Changes); err != nil {
		return err
	}
	return n.Term.check()
}

func (t Term) check() error {
	if t.Period.IsZero() && t.Until.IsZero() {
		return need(field{"period", "整改期限", ""})
	}
	if t.Object.IsZero() || t.ObjectUnit.IsZero() {
		return need(field{"object", "提出异议的期限", ""})
	}
	if !t.Until.IsZero() {
		return need(field{"source", "期限来源", t.Source})
	}
	return nil
}

// Write writes the notice, with the receipt slip as its last page.
func (n Notice) Write() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	p := paper{office: n.Office, form: n.Form, title: n.title(), number: n.Number, draft: n.Draft, to: n.To, on: n.On}
	if n.Draft {
		p.number = ""
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	d := p.begin()
	d.add(text(n.opening()))
	switch {
	case n.Amended != nil:
		d.add(text(n.amending()))
	case len(n.Replaces) > 0:
		d.add(text(n.replacing()))
	}
	d.add(n.changed()...)
	d.add(heading("一、发现的问题"))
	for i, f := range n.Findings {
		d.add(f.write(i+1, len(n.Findings))...)
	}
	d.add(heading("二、整改要求"))
	d.add(texts(n.Demand)...)
	d.add(heading("三、整改期限和计算方法"))
	d.add(n.terms()...)
	d.add(
		heading("四、提出异议的权利"),
		text(n.objecting()+"异议期间不停止计算整改期限，异议由未参与该事项办理的人员处理并书面答复。"),
	)
	report := "整改完成后，请在期限内报送整改报告，按《整改报告》样式逐项说明措施、完成情况并附佐证材料，由你签名。"
	if n.Office.Channel != "" {
		report += "报送方式：" + sentence(n.Office.Channel)
	}
	if n.received() {
		d.add(heading("五、报告"), text(report), text("原反馈意见已经签收，本件不另行签收。"))
		p.end(d)
		return d.bytes()
	}
	d.add(
		heading("五、报告和签收"),
		text(report),
		text(fmt.Sprintf("收到本件后，请本人%s签收，签收后即发签收确认，载明到期日；以纸质送达的，请填写并退回送达回执。", n.Term.signing())),
		para{},
		text("附件：送达回执"),
	)
	p.end(d)
	d.add(n.slip()...)
	return d.bytes()
}

// replacing says of which notices which items stand here anew; the rest of them
// stands.
func (n Notice) replacing() string {
	var of []string
	for _, r := range n.Replaces {
		of = append(of, "反馈意见（"+r.Number+"）中的事项"+strings.Join(r.Items, "、"))
	}
	return "此前送达的" + strings.Join(of, "，") + "，自本件送达之日起停止执行，以本件为准。"
}

func (n Notice) opening() string {
	if n.again() {
		return n.Office.Name + "对你单位下列问题的整改情况进行了“回头看”，" + n.result() + "。你作为本单位机关党建工作第一责任人，现将有关问题一对一书面反馈给你，请牵头继续整改。"
	}
	where := "在" + n.Method + "中"
	if n.Campaign != "" {
		how := n.Method
		if !n.Held.From.IsZero() {
			how += "，" + n.Held.said()
		}
		where = "在" + n.Campaign + "（" + how + "）中"
	}
	count := ""
	if len(n.Findings) > 1 {
		count = fmt.Sprintf("%d个", len(n.Findings))
	}
	return n.Office.Name + where + "，发现你单位存在下列" + count + "问题。你作为本单位机关党建工作第一责任人，现将有关问题一对一书面反馈给你，请牵头组织整改。"
}

// objecting says until when objections may be made.
func (n Notice) objecting() string {
	if n.received() {
		return fmt.Sprintf("提出异议的期限自原反馈意见签收起计算，不因更正重新起算：对反馈的事实或者处理有异议的，最迟于%s书面提出并说明理由；认为问题不属于本单位的，最迟于%s提出。",
			chineseDate(n.Amended.Object), chineseDate(n.Amended.ObjectUnit))
	}
	return fmt.Sprintf("对反馈的事实或者处理有异议的，可以自签收次日起%s内书面提出并说明理由；认为问题不属于本单位的，请自签收次日起%s内提出。",
		within(n.Term.Object), within(n.Term.ObjectUnit))
}

// write states the finding, by number when there are several.
func (f Finding) write(no, of int) []block {
	title := sentence(f.Title)
	if of > 1 {
		title = "（" + chineseNumber(no) + "）" + title
	}
	out := []block{sub(title)}
	out = append(out, texts(sentence(f.Facts))...)
	kind := f.Category
	if f.Dimension != "" {
		kind = f.Dimension + "方面；" + f.Category
	}
	out = append(out, labelled("发现日期：", chineseDate(f.Found)+"。"), labelled("问题类别：", sentence(kind)))
	if all := evidenceNames(f.Evidence); len(all) > 0 {
		out = append(out, labelled("佐证材料：", sentence(named(all))))
	}
	out = append(out, labelled("依　　据：", sentence(oneLine(f.Basis))), labelled("整改类型：", f.Type+"。事项编号："+f.Number+"。"))
	if f.LookBack != nil {
		out = append(out, f.LookBack.write()...)
	}
	return out
}

// named names pieces of evidence, the first of many.
func named(all []string) string {
	const most = 10
	if len(all) <= most {
		return strings.Join(all, "；")
	}
	return strings.Join(all[:most], "；") + fmt.Sprintf("等%d件", len(all))
}

// terms say how long there is, for findings of the same term together.
func (n Notice) terms() []block {
	if n.received() {
		return n.Amended.terms(n.Term.Period, n.On)
	}
	var (
		out   []block
		terms []Term
		of    = map[Term]string{}
	)
	for i, f := range n.Findings {
		t := n.termOf(f)
		if of[t] == "" {
			terms = append(terms, t)
		}
		of[t] += "（" + chineseNumber(i+1) + "）"
	}
	for _, t := range terms {
		whose := ""
		if len(terms) > 1 {
			whose = "第" + of[t] + "项问题，"
		}
		for _, s := range t.sentences() {
			out = append(out, text(whose+s))
		}
	}
	return out
}

func (n Notice) termOf(f Finding) Term {
	if f.Term == nil {
		return n.Term
	}
	return *f.Term
}

// sentences say how long, and how it will be counted.
func (t Term) sentences() []string {
	var out []string
	switch {
	case !t.Until.IsZero():
		out = append(out, fmt.Sprintf("整改应于%s前完成（含当日），期限依据为%s。该日为休息日或者法定节假日的，顺延至其后第一个工作日。", chineseDate(t.Until), t.Source))
	case !t.AtLeast.IsZero():
		out = append(out, "整改期限为"+t.Period.Chinese()+"，不足"+t.AtLeast.Chinese()+"的按"+t.AtLeast.Chinese()+"计，自签收次日起计算，签收当日不计入。"+counting(t.Period))
	default:
		out = append(out, "整改期限为"+t.Period.Chinese()+"，自签收次日起计算，签收当日不计入。"+counting(t.Period))
	}
	if !t.Plan.IsZero() {
		capped := ""
		if t.PlanCapped {
			capped = "（整改期限先行届满的，于整改期限届满前）"
		}
		out = append(out, "请自签收次日起"+within(t.Plan)+"内"+capped+"报送整改方案，明确措施、责任人和完成时限。")
	}
	return out
}

// counting says how a period is counted.
func counting(p calendar.Period) string {
	switch p.Unit {
	case calendar.WorkingDays:
		return "按工作日计算，休息日、法定节假日不计入，调休上班的日期计入。"
	case calendar.NaturalDays:
		return "按自然日连续计算，最后一日是休息日或者法定节假日的，顺延至其后第一个工作日。"
	case calendar.Months:
		return "按月计算至到期月的对应日，没有对应日的至该月末日；该日是休息日或者法定节假日的，顺延至其后第一个工作日。"
	default:
		return ""
	}
}

// within is a period in a sentence that ends with 内.
func within(p calendar.Period) string { return p.Chinese() }

func (t Term) signing() string {
	if t.Receipt.IsZero() {
		return ""
	}
	return "于" + within(t.Receipt) + "内"
}

// slip is the receipt slip: the receipt, not the service, starts the clock.
func (n Notice) slip() []block {
	var numbers []string
	for _, f := range n.Findings {
		numbers = append(numbers, f.Number)
	}
	number := n.Number
	if n.Draft {
		number = draftMark
	}
	return []block{
		para{runs: []run{{text: "附件", face: faceHeading}}, align: "left", newPage: true},
		para{runs: []run{{text: "送达回执", face: faceTitle, size: sizeTitle}}, align: "center", line: 900, before: 200},
		para{line: 200},
		table{bare: true, height: 760, widths: []int{2100, textWidth - 2100}, rows: [][]string{
			{"送达文书", n.title()},
			{"发文字号", number},
			{"事项编号", strings.Join(numbers, "、")},
			{"受送达人", strings.TrimSuffix(n.To.salutation(), "：")},
			{"送达方式", "□ 电子送达　　□ 直接送达　　□ 留置送达　　□ 其他方式"},
			{"签收日期", "　　　　　年　　　月　　　日　　　时"},
			{"受送达人\n签　　名", "\n　"},
			{"拒收事由", "　"},
			{"见证人签名", "　　　　　　　　　　　　年　　　月　　　日"},
			{"送达人签名", "　　　　　　　　　　　　年　　　月　　　日"},
		}},
		para{line: 160},
		para{runs: []run{{text: "注：整改期限自签收次日起计算。请填写后退回" + n.Office.Name + "，据此出具签收确认。", size: sizeTable}}, line: 400},
	}
}
