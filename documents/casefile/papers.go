package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"duban/calendar"
	"duban/lifecycle"
)

// A paper is one text of the file.
type paper struct {
	path string
	text []byte
}

// A section is a part of the file with the events that belong into it.
type section struct {
	no    int
	title string
	kinds []lifecycle.EventKind
}

func sections() []section {
	return []section{
		{10, "问题", []lifecycle.EventKind{lifecycle.EventCaseOpened, lifecycle.EventDraftAmended, lifecycle.EventFindingAccepted}},
		{20, "反馈意见", []lifecycle.EventKind{lifecycle.EventNoticeSubmitted, lifecycle.EventNoticeReturned, lifecycle.EventNoticeApproved, lifecycle.EventNoticeCorrected}},
		{30, "签收", []lifecycle.EventKind{lifecycle.EventReceiptRecorded}},
		{40, "整改方案", []lifecycle.EventKind{lifecycle.EventPlanSubmitted, lifecycle.EventPlanReturned, lifecycle.EventPlanAccepted}},
		{50, "整改报告", []lifecycle.EventKind{lifecycle.EventReportSubmitted, lifecycle.EventReportReturned, lifecycle.EventReportAccepted, lifecycle.EventCheckedIn}},
		{60, "回头看", []lifecycle.EventKind{lifecycle.EventArrived, lifecycle.EventLookBackRecorded}},
		{70, "措施", []lifecycle.EventKind{
			lifecycle.EventMeasureOrdered, lifecycle.EventMeasurePostponed, lifecycle.EventMeasureWaived, lifecycle.EventMeasureRecorded, lifecycle.EventMeasuresCancelled,
			lifecycle.EventMeasureTakenOver,
		}},
		{75, "异议延期中止", []lifecycle.EventKind{
			lifecycle.EventObjectionFiled, lifecycle.EventObjectionDecided, lifecycle.EventExtensionAsked, lifecycle.EventExtensionDecided,
			lifecycle.EventStayGranted, lifecycle.EventStayEnded,
		}},
		{80, "销号", []lifecycle.EventKind{lifecycle.EventClosureApproved, lifecycle.EventClosureRefused, lifecycle.EventReopened, lifecycle.EventCaseArchived}},
	}
}

// papersOf are the texts of the file, in order, the index first.
func papersOf(r Record, c lifecycle.Case) ([]paper, error) {
	state, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var history, told bytes.Buffer
	var papers []paper
	count := map[int]int{}
	for _, e := range r.Events {
		content, err := e.Content()
		if err != nil {
			return nil, err
		}
		one, err := json.Marshal(line{e.Seq, e.At, e.Legal, e.Kind, e.Actor.Account, e.Actor.Name, e.Command, content})
		if err != nil {
			return nil, err
		}
		history.Write(append(one, '\n'))
		text := tell(e, content)
		told.WriteString(text + "\n")
		i := slices.IndexFunc(sections(), func(s section) bool { return slices.Contains(s.kinds, e.Kind) })
		if i < 0 {
			continue
		}
		s := sections()[i]
		count[s.no]++
		name := fmt.Sprintf("%d-%s-%02d-%s", s.no, s.title, count[s.no], strings.ReplaceAll(e.Kind.ZH(), "、", ""))
		papers = append(papers, paper{name + ".json", append(one, '\n')}, paper{name + ".txt", []byte(text)})
	}
	slices.SortStableFunc(papers, func(a, b paper) int { return strings.Compare(a.path, b.path) })
	papers = slices.Concat([]paper{
		{eventsName, history.Bytes()}, {"02-经过.txt", told.Bytes()}, {stateName, append(state, '\n')}, {"03-事项.txt", []byte(summary(r, c))},
	}, papers)
	return append([]paper{{"01-目录.md", []byte(index(r, c, papers))}}, papers...), nil
}

// index is the list of the file's texts for people.
func index(r Record, c lifecycle.Case, papers []paper) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# 案卷目录\n\n%s　%s\n\n%s\n\n", c.Number, r.UnitName, c.Finding.Title)
	for i, p := range papers {
		fmt.Fprintf(&b, "%d. %s\n", i+1, p.path)
	}
	for i, p := range r.Parts {
		fmt.Fprintf(&b, "%d. 90-附件%03d-%s\n", len(papers)+i+1, i+1, p.Name())
	}
	return b.String()
}

// summary is where the case stands.
func summary(r Record, c lifecycle.Case) string {
	category, _ := r.Codes.Category(c.Finding.Category)
	dimension, _ := r.Codes.Dimension(c.Finding.Dimension)
	return fmt.Sprintf("编号：%s\n单位：%s\n标题：%s\n问题事实：%s\n类别：%s\n方面：%s\n批次：%s\n发现日期：%s\n阶段：%s\n轮次：%d\n督办等级：%s\n版本：%d\n",
		c.Number, r.UnitName, c.Finding.Title, c.Finding.Facts, category.ZH, dimension.ZH, c.Finding.Campaign, c.Finding.FoundOn,
		c.Stage.ZH(), c.Round, c.Level, c.Seq)
}

// tell is an event as people read it.
func tell(e lifecycle.Event, content []byte) string {
	var b strings.Builder
	who := e.Actor.Name
	if e.Actor.Account == "" {
		who = "系统"
	}
	fmt.Fprintf(&b, "第%d项　%s\n时间：%s（计为%s）\n办理人：%s\n", e.Seq, e.Kind.ZH(), e.At.In(calendar.Zone()).Format("2006-01-02 15:04:05"), e.Legal, who)
	if e.Stage != "" {
		fmt.Fprintf(&b, "阶段：%s\n", e.Stage.ZH())
	}
	if e.Level != nil {
		fmt.Fprintf(&b, "督办等级：%s\n", e.Level)
	}
	var stored struct {
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(content, &stored) == nil && len(stored.Data) > 0 {
		fields(&b, stored.Data, "")
	}
	return b.String()
}

// fields writes the fields of a body, in the order of the record.
func fields(b *strings.Builder, data json.RawMessage, indent string) {
	var list []json.RawMessage
	var text string
	d := json.NewDecoder(bytes.NewReader(data))
	switch {
	case json.Unmarshal(data, &list) == nil:
		for i, one := range list {
			fmt.Fprintf(b, "%s（%d）", indent, i+1)
			fields(b, one, indent+"　")
		}
	case json.Unmarshal(data, &text) == nil:
		b.WriteString(text + "\n")
	case len(data) > 0 && data[0] == '{':
		b.WriteString("\n")
		_, _ = d.Token()
		for d.More() {
			name, err := d.Token()
			var value json.RawMessage
			if err != nil || d.Decode(&value) != nil {
				return
			}
			fmt.Fprintf(b, "%s%s：", indent, lifecycle.Label(fmt.Sprint(name)))
			fields(b, value, indent+"　")
		}
	case string(data) == "true":
		b.WriteString("是\n")
	case string(data) == "false":
		b.WriteString("否\n")
	default:
		b.WriteString(string(data) + "\n")
	}
}
