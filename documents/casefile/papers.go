package casefile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"duban/calendar"
	"duban/documents"
	"duban/lifecycle"
)

// An entry is one file of the archive: a text, or a piece of evidence.
type entry struct {
	path     string
	text     []byte
	evidence *Evidence
	// What the list says of it; nothing of what only programs read.
	title, number, by, remark string
	on                        calendar.Date
}

// A section is a part of the file with the events that belong into it, and what
// is in order there.
type section struct {
	no    int
	title string
	kinds []lifecycle.EventKind
}

func sections() []section {
	return []section{
		{10, "问题", []lifecycle.EventKind{lifecycle.EventCaseOpened, lifecycle.EventDraftAmended, lifecycle.EventFindingAccepted}},
		{20, "反馈意见", []lifecycle.EventKind{lifecycle.EventNoticeSubmitted, lifecycle.EventNoticeReturned, lifecycle.EventNoticeApproved, lifecycle.EventNoticeCorrected}},
		{30, "签收", []lifecycle.EventKind{lifecycle.EventReceiptRecorded, lifecycle.EventEntryCorrected}},
		{40, "整改方案", []lifecycle.EventKind{lifecycle.EventPlanSubmitted, lifecycle.EventPlanReturned, lifecycle.EventPlanAccepted}},
		{50, "整改报告", []lifecycle.EventKind{
			lifecycle.EventReportSubmitted, lifecycle.EventReportReturned, lifecycle.EventReportAccepted, lifecycle.EventCheckedIn,
			lifecycle.EventCaseSustained, lifecycle.EventSustainedExited,
		}},
		{60, evidenceTitle, nil},
		{70, "回头看", []lifecycle.EventKind{
			lifecycle.EventLookBackDrawn, lifecycle.EventLookBackUndrawn, lifecycle.EventLookBackMissed, lifecycle.EventSealBroken, lifecycle.EventSealMended,
			lifecycle.EventRedrawAsked, lifecycle.EventRedrawDecided, lifecycle.EventOpeningAsked, lifecycle.EventOpeningDecided,
			lifecycle.EventLookBackAnnounced, lifecycle.EventArrivalPermitted, lifecycle.EventLookBackDispatched,
			lifecycle.EventArrived, lifecycle.EventLookBackRecorded,
		}},
		{75, "措施", []lifecycle.EventKind{
			lifecycle.EventMeasureOrdered, lifecycle.EventMeasurePostponed, lifecycle.EventMeasureReassigned, lifecycle.EventTalkFixed, lifecycle.EventMeasureWaived,
			lifecycle.EventMeasureRecorded, lifecycle.EventMeasuresCancelled, lifecycle.EventMeasureSettled, lifecycle.EventMeasureTakenOver,
		}},
		{80, "异议延期中止", []lifecycle.EventKind{
			lifecycle.EventObjectionFiled, lifecycle.EventObjectionDecided, lifecycle.EventExtensionAsked, lifecycle.EventExtensionDecided,
			lifecycle.EventStayGranted, lifecycle.EventStayEnded,
		}},
		{85, "销号撤销", []lifecycle.EventKind{
			lifecycle.EventClosureApproved, lifecycle.EventClosureRefused, lifecycle.EventReopened, lifecycle.EventCaseVoided, lifecycle.EventCaseArchived,
		}},
	}
}

// prefix begins the name of the section's file with the number.
func (s section) prefix(no int) string { return fmt.Sprintf("%d-%s-%02d-", s.no, s.title, no) }

// sectionOf is the section that an event belongs to, if it belongs to one.
func sectionOf(kind lifecycle.EventKind) (section, bool) {
	all := sections()
	i := slices.IndexFunc(all, func(s section) bool { return slices.Contains(s.kinds, kind) })
	if i < 0 {
		return section{}, false
	}
	return all[i], true
}

const evidenceTitle = "佐证材料"

// A binder puts the entries together.
type binder struct {
	Record
	teller

	c lifecycle.Case
	// bySection are the entries of the sections, count their numbers in them.
	bySection map[int][]entry
	history   bytes.Buffer
	told      bytes.Buffer
}

// entriesOf are all files but manifest and hash, in order, the list first.
func entriesOf(r Record, c lifecycle.Case) ([]entry, error) {
	b := &binder{Record: r, c: c, bySection: map[int][]entry{}, teller: teller{codes: r.Codes, names: r.Names, files: map[string]string{}}}
	b.proof()
	for _, e := range r.Events {
		if err := b.event(e); err != nil {
			return nil, err
		}
	}
	state, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, s := range sections() {
		out = append(out, b.bySection[s.no]...)
	}
	out = append(out,
		entry{path: eventsName, text: b.history.Bytes()}, entry{path: "90-办理经过.txt", text: b.told.Bytes(), title: "事项办理经过", by: b.Office.Name, on: b.day()},
		entry{path: stateName, text: append(state, '\n')}, entry{path: "91-事项现状.txt", text: []byte(b.summary()), title: "事项现状", by: b.Office.Name, on: b.day()},
	)
	list, err := b.contents(out)
	if err != nil {
		return nil, err
	}
	note, err := b.note(out)
	if err != nil {
		return nil, err
	}
	out = append(out, entry{path: "92-卷内备考表.docx", text: note}, entry{path: "93-电子数据清单.txt", text: []byte(machineList)})
	return append([]entry{{path: "00-卷内文件目录.docx", text: list}}, out...), nil
}

// machineList says what those files are that only programs read.
const machineList = `电子数据清单

下列文件供计算机核验，不编入卷内文件目录。

` + eventsName + `　事项办理经过的全部记录，一行一项
` + stateName + `　事项现状的数据
` + manifestName + `　本卷全部文件的名称、长度和校验值
` + hashName + `　上述清单的校验值
`

// machine is how many files machineList names.
const machine = 4

// note is the last leaf of the file.
func (b *binder) note(entries []entry) ([]byte, error) {
	n := documents.Note{Office: b.Office, Case: b.c.Number, On: b.day(), Machine: machine}
	for _, e := range entries {
		switch {
		case e.title == "":
		case e.evidence != nil:
			n.Evidence++
		case e.number != "":
			n.Papers++
		default:
			n.Records++
		}
		if e.remark == lacking {
			n.Lacking = append(n.Lacking, e.title)
		}
	}
	return n.Write()
}

// day is the last day of the record.
func (b *binder) day() calendar.Date {
	if len(b.Events) == 0 {
		return calendar.Date{}
	}
	return b.Events[len(b.Events)-1].Legal
}

// put adds an entry to a section, under the next number of it.
func (b *binder) put(s section, name string, e entry) {
	e.path = fileName(s.prefix(len(b.bySection[s.no])+1), name)
	b.bySection[s.no] = append(b.bySection[s.no], e)
}

// event writes an event into the history, and into the section it belongs to
// with the papers it sent out.
func (b *binder) event(e lifecycle.Event) error {
	content, err := e.Content()
	if err != nil {
		return err
	}
	one, err := json.Marshal(line{e.Seq, e.At, e.Legal, e.Kind, e.Actor.Account, e.Actor.Name, e.Command, content})
	if err != nil {
		return err
	}
	b.history.Write(append(one, '\n'))
	text := b.tell(e)
	b.told.WriteString(text + "\n")
	s, ok := sectionOf(e.Kind)
	if !ok {
		return nil
	}
	by := b.Office.Name
	if byUnit(e.Kind) {
		by = b.UnitName
	}
	b.put(s, e.Kind.ZH()+".txt", entry{text: []byte(text), title: titleOf(e.Kind), by: by, on: e.Legal})
	for _, p := range b.Papers {
		if p.Event == e.Seq {
			b.paper(s, p)
		}
	}
	return nil
}

// lacking is the remark on a paper that could not be made.
const lacking = "未能形成"

// lackingName ends the name of the note that stands in a paper's place.
const lackingName = "（未能生成）.txt"

func (b *binder) paper(s section, p documents.Sent) {
	one := entry{text: p.Bytes, title: cmp.Or(p.Title, p.Name), number: p.Number, by: b.Office.Name, on: p.On}
	name := p.Name + ".docx"
	if p.Lacks != "" {
		one.text, name, one.remark = []byte(p.Lacks+"\n"), p.Name+lackingName, lacking
	}
	b.put(s, name, one)
}

// proof puts the evidence into its section, a list of it first.
func (b *binder) proof() {
	if len(b.Evidence) == 0 {
		return
	}
	all := sections()
	s := all[slices.IndexFunc(all, func(s section) bool { return s.title == evidenceTitle })]
	var list strings.Builder
	list.WriteString("佐证材料清单\n")
	var files []entry
	for i := range b.Evidence {
		one := &b.Evidence[i]
		name := fileName(fmt.Sprintf("%d-%s-%03d-", s.no, s.title, i+1), one.Name)
		b.files[one.ID] = fmt.Sprintf("佐证材料%03d《%s》", i+1, one.Name)
		from, bears := "工委", "未注明"
		if one.ByUnit {
			from = "单位"
		}
		on := one.Effective
		if on.IsZero() {
			on = calendar.On(one.ReceivedAt.In(calendar.Zone()).Date())
		} else {
			bears = dateZH(one.Effective)
		}
		fmt.Fprintf(&list, "\n佐证材料%03d　%s\n提交：%s（%s）\n收到时间：%s\n材料日期：%s\n大小：%d字节\nSHA-256：%s\n",
			i+1, one.Name, one.ByName, from, timeZH(one.ReceivedAt), bears, one.Size, one.SHA256)
		by := b.Office.Name
		if one.ByUnit {
			by = b.UnitName
		}
		files = append(files, entry{path: name, evidence: one, title: one.Name, by: by, remark: "佐证材料", on: on})
	}
	b.bySection[s.no] = append([]entry{{path: fmt.Sprintf("%d-%s-000-清单.txt", s.no, s.title), text: []byte(list.String()), title: "佐证材料清单", by: b.Office.Name, on: b.day()}}, files...)
}

// contents are the list of the file for people.
func (b *binder) contents(entries []entry) ([]byte, error) {
	list := documents.Contents{
		Office: b.Office, Case: b.c.Number, Unit: b.UnitName, Title: b.c.Finding.Title, State: b.c.Stage.ZH(), On: b.day(),
	}
	for _, e := range entries {
		if e.title != "" {
			list.Items = append(list.Items, documents.Item{Number: e.number, By: e.by, Title: e.title, On: e.on, Remark: e.remark})
		}
	}
	return list.Write()
}

// fileName is a name that every system can keep, with its extension.
func fileName(prefix, name string) string {
	name = strings.Map(func(r rune) rune {
		if !fit(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(name, ". ")
	ext := path.Ext(name)
	if len(ext) > maxName/4 {
		ext = ""
	}
	base := strings.TrimSuffix(name, ext)
	for len(prefix)+len(base)+len(ext) > maxName {
		_, size := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-size]
	}
	return prefix + base + ext
}
