package policy

// An Example is a mailing of the policy with made-up values in it, for whoever words
// the policy to look at.
type Example struct {
	// Name is that of the message in the file, such as digest.
	Name          string
	Subject, Text string
}

// Examples writes one mailing of every kind.
func (p *Policy) Examples() []Example {
	const day, figures = "2026-03-02", "督办情况（截至2026-03-02）：……"
	const number, title = "督〔2026〕0001号", "未按时交纳党费"
	w := p.Writer()
	return []Example{
		example("paper")(w.Paper(PaperWords{Number: number, Title: title, Task: "请于3月9日（一）前签收反馈意见", About: "签发", Where: "https://duban.example.org", Copy: true})),
		example("digest")(w.Digest(DigestWords{Day: day, Count: 30, Late: 1, Rest: 28, Figures: figures, Items: []DigestItem{
			{No: 1, Number: number, Title: title, What: "报送整改报告", Due: "2026-02-25", Overdue: true, Late: 3, Level: L1.ZH()},
			{No: 2, Number: "督〔2026〕0002号", Title: "学习记录不全", What: "落实督办措施", Measure: 1, Kind: MeasureReminderTalk.ZH(), Due: "2026-03-04", Copy: true},
		}})),
		example("figures")(w.Figures(FiguresWords{Day: day, Late: 3, Committee: 1, Figures: figures})),
		example("group")(w.Group(GroupWords{Day: day, Late: 3, Levels: []GroupItem{{No: 1, Level: L1.ZH(), Late: 2}, {No: 2, Level: L0.ZH(), Late: 1}}})),
		example("task")(w.Task(TaskWords{Task: "T-3KJ2HD7QXA"})),
	}
}

func example(name string) func(subject, text string, err error) Example {
	return func(subject, text string, err error) Example {
		if err != nil { // a template that was taken writes any values
			panic("policy: wording of " + name + ": " + err.Error())
		}
		return Example{name, subject, text}
	}
}
