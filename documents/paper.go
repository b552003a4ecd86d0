package documents

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"duban/calendar"
)

// An Office is the committee as its papers name it.
type Office struct {
	// Name is the full name, in the red head and under the text. Required.
	Name string
	// Contact and Phone are whom to ask; the line is left out without them.
	Contact, Phone string
	// Channel is how reports come in; a notice says nothing of it when empty.
	Channel string
	// Copies are who gets a copy (抄送) of each paper in the form of a 通知; the line
	// is left out without them.
	Copies []string
	Fonts  Fonts
}

// An Addressee is the one person a paper goes to, by office.
type Addressee struct {
	// Unit is the unit's name. Required.
	Unit string
	// Post and Holder are the office and who held it on the day of the paper. A
	// paper goes to the office when nobody is known to hold it.
	Post, Holder string
}

// salutation is how the addressee is spoken to.
func (a Addressee) salutation() string {
	post := a.Post
	if post == "" {
		post = "党组（党委）书记"
	}
	if a.Holder == "" {
		return a.Unit + post + "："
	}
	return a.Unit + post + a.Holder + "同志："
}

func (a Addressee) check() error {
	if err := need(field{"unit", "单位", a.Unit}); err != nil {
		return err
	}
	return allow(field{"post", "职务", a.Post}, field{"holder", "姓名", a.Holder})
}

// A paper is what every outgoing document has.
type paper struct {
	office Office
	// form is the layout; a letter unless told.
	form  Form
	title string
	// number is the paper's own (发文字号), under the head: no paper in force is without.
	number string
	// draft marks a paper that nobody has signed yet. It has no number.
	draft bool
	to    Addressee
	on    calendar.Date
}

func (p paper) check() error {
	if err := need(field{"office", "发文机关", p.office.Name}, field{"title", "标题", p.title}); err != nil {
		return err
	}
	if p.on.IsZero() {
		return need(field{"date", "成文日期", ""})
	}
	if !p.draft {
		if err := need(field{"number", "发文字号", p.number}); err != nil {
			return err
		}
	}
	for _, to := range p.office.Copies {
		if err := allow(field{"copies", "抄送机关", to}); err != nil {
			return err
		}
	}
	if err := allow(field{"number", "发文字号", p.number}, field{"contact", "联系人", p.office.Contact}, field{"phone", "联系电话", p.office.Phone},
		field{"channel", "报送方式", p.office.Channel}); err != nil {
		return err
	}
	return p.to.check()
}

// A Form is the layout of a paper.
type Form string

// The forms.
const (
	FormLetter Form = "letter" // 信函格式
	FormNotice Form = "notice" // 通知
)

// begin writes the head, the title and the salutation.
func (p paper) begin() *document {
	d := &document{
		title: p.title, author: p.office.Name, created: time.Date(p.on.Year(), p.on.Month(), p.on.Day(), 0, 0, 0, 0, time.UTC),
		fonts: p.office.Fonts.withDefaults(), letter: p.form != FormNotice,
	}
	if d.letter {
		p.letterHead(d)
	} else {
		p.noticeHead(d)
		if !p.draft {
			d.imprint = p.imprint()
		}
	}
	titles := titleLines(p.title)
	for i, line := range titles {
		t := para{runs: []run{{text: line, face: faceTitle, size: sizeTitle}}, align: "center", line: 640, keep: true}
		if i == 0 {
			t.before = 2 * pitch
		}
		d.add(t)
	}
	d.add(
		para{keep: true},
		para{runs: []run{{text: p.to.salutation()}}},
	)
	return d
}

// draftMark is what a paper that nobody has signed is marked with.
const draftMark = "送审稿"

// letterHead is 信函格式: the name 30 mm from the edge, over a red double line of
// 170 mm, and the number below it on the right. Name and line stand above the type
// area and so in the first page's header.
func (p paper) letterHead(d *document) {
	d.head = []block{
		para{runs: []run{{text: p.office.Name, face: faceTitle, size: headSize(p.office.Name, 64), color: red}}, align: "center", line: headLine},
		para{line: headGap - 140, outLeft: mm(8), outRight: mm(6), rule: rule{side: "bottom", style: "thickThinSmallGap", color: red, size: 24, space: 4}},
	}
	number := para{runs: []run{{text: p.number}}, align: "right", before: 120} // seven eighths of a character
	if p.draft {
		number.runs = []run{{text: draftMark, face: faceHeading}}
		number.align = "left"
	}
	d.add(number)
}

// headLine is the line of a letter's red head, headGap what stands below it: the gap to
// the red line, and that line with its own.
const (
	headLine = 900
	headGap  = 260
)

// noticeHead is the head of a 文件: name and 文件, 35 mm below the edge of the type
// area, the number centred two lines below, and a red line.
func (p paper) noticeHead(d *document) {
	mark := para{}
	if p.draft {
		mark = para{runs: []run{{text: draftMark, face: faceHeading}}, align: "left"}
	}
	head := p.office.Name + "文件"
	const line = 1200
	size := headSize(head, 84)
	d.add(
		mark,
		para{
			runs: []run{{text: head, face: faceTitle, size: size, color: red}}, align: "center", line: line,
			before: mm(35) - pitch - (line-10*size)/2,
		},
		para{}, para{},
		para{runs: []run{{text: p.number}}, align: "center", rule: rule{side: "bottom", style: "single", color: red, size: 16, space: 11}},
	)
}

// imprint is the imprint (版记) at the foot of the last page: who gets a copy, who
// printed it and when, between lines of which the outer ones are thick.
func (p paper) imprint() []para {
	const thick, thin, line, edge = 8, 6, 500, 40
	r := rule{side: "top", style: "single", color: black, size: thick, space: 1}
	one := func(s string) para {
		return para{runs: []run{{text: "　" + s, size: sizePage}}, align: "left", line: line, rule: r, tab: textWidth - sizePage*10}
	}
	var out []para
	copies := slices.DeleteFunc(slices.Clone(p.office.Copies), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(copies) > 0 {
		for i, s := range broken("抄送："+strings.Join(copies, "，")+"。", (textWidth/10-2*sizePage)/sizePage) {
			out = append(out, one(s))
			if i == 0 {
				r = rule{}
			}
		}
		r = rule{side: "top", style: "single", color: black, size: thin, space: 1}
	}
	out = append(out, one(p.office.Name+"\t"+chineseDate(p.on)+"印发"))
	return append(out, para{line: edge, rule: rule{side: "bottom", style: "single", color: black, size: thick}})
}

// broken is a text in lines of so many characters, the later ones under what
// follows the label of three in the first.
func broken(s string, fit int) []string {
	const label = "　　　"
	all := []rune(s)
	out := []string{string(all[:min(fit, len(all))])}
	for all = all[min(fit, len(all)):]; len(all) > 0; {
		n := min(fit-3, len(all))
		out = append(out, label+string(all[:n]))
		all = all[n:]
	}
	return out
}

// headSize shrinks the red head until it fits the 156 mm of the type area.
func headSize(head string, most int) int {
	fits := 2 * textWidth / 20 / max(utf8.RuneCountInString(head), 1)
	return max(min(most, fits), 20)
}

// end writes what stands under the text: office and date, held on the page of the
// last paragraph, and whom to ask. The seal goes on the date, four characters in.
//
// Word splits a paragraph that is held so; LibreOffice moves it whole. So every
// paper ends with a short one, which leaves the page before as full as may be.
func (p paper) end(d *document) {
	for i := len(d.body) - 1; i >= 0; i-- {
		one, ok := d.body[i].(para)
		if !ok {
			break
		}
		one.keep = true
		d.body[i] = one
		if said := one.said(); said != "" && !strings.HasPrefix(said, "附件") {
			break // the last words of the text itself
		}
	}
	date, name := chineseDate(p.on), p.office.Name
	w, n := width(date), 100*utf8.RuneCountInString(name)
	dateRight := 400
	nameRight := dateRight + (w-n)/2
	if nameRight < 200 {
		nameRight = 200
		dateRight = max(200, nameRight+(n-w)/2)
	}
	d.add(
		para{keep: true}, para{keep: true},
		para{runs: []run{{text: name}}, align: "right", right: nameRight, keep: true},
	)
	on := para{runs: []run{{text: date}}, align: "right", right: dateRight}
	defer d.fit()
	if p.office.Contact == "" && p.office.Phone == "" {
		d.add(on)
		return
	}
	on.keep = true
	var ask []string
	if p.office.Contact != "" {
		ask = append(ask, "联系人："+p.office.Contact)
	}
	if p.office.Phone != "" {
		ask = append(ask, "联系电话："+p.office.Phone)
	}
	d.add(on, text("（"+strings.Join(ask, "，")+"）"))
}

// width is about how wide a text is, in hundredths of a character.
func width(s string) int {
	n := 0
	for _, r := range s {
		if r < 0x100 {
			n += 50
		} else {
			n += 100
		}
	}
	return n
}

// said is what a paragraph says.
func (p para) said() string {
	var b strings.Builder
	for _, r := range p.runs {
		b.WriteString(r.text)
	}
	return b.String()
}

// text is a paragraph of the body.
func text(s string) para { return para{runs: []run{{text: s}}, first: 200} }

// texts are the paragraphs of a text.
func texts(s string) []block {
	var all []block
	for _, line := range lines(s) {
		all = append(all, text(line))
	}
	return all
}

// labelled is a paragraph that begins with what it is about.
func labelled(label, s string) para {
	return para{runs: []run{{text: label, face: faceHeading}, {text: s}}, first: 200}
}

// heading is a first heading (一、), sub a second one ((一)).
func heading(s string) para {
	return para{runs: []run{{text: s, face: faceHeading}}, first: 200, keep: true}
}

func sub(s string) para {
	return para{runs: []run{{text: s, face: faceSub}}, first: 200, keep: true}
}

// chineseDate is a date as a paper writes it: no leading zeros.
func chineseDate(d calendar.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

// chineseNumber counts headings: 一, 十二, 三十. From 1 to 99.
func chineseNumber(n int) string {
	digits := []rune("零一二三四五六七八九")
	switch {
	case n < 10:
		return string(digits[n])
	case n < 20:
		return strings.TrimSuffix("十"+string(digits[n%10]), "零")
	case n < 100:
		return strings.TrimSuffix(string(digits[n/10])+"十"+string(digits[n%10]), "零")
	default:
		return fmt.Sprint(n)
	}
}

// sentence ends a text with a full stop if it has no mark of its own.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	if strings.ContainsRune("。！？；：.!?…", last) {
		return s
	}
	return s + "。"
}
