package documents

import (
	"fmt"
	"strings"
	"time"

	"duban/calendar"
	"duban/characters"
)

// Contents are the list of what is in a case's file (卷内文件目录, GB/T 9705, DA/T 22):
// papers by their titles. What only programs read is not among them.
type Contents struct {
	Office Office
	// Case, Unit and Title name the case, State says where it stands.
	Case, Unit, Title, State string
	// On is the day the list tells of.
	On    calendar.Date
	Items []Item
}

// An Item is one paper of the case's file.
type Item struct {
	// Number is what a paper was issued under (文号), By who made it (责任者); both may
	// be empty.
	Number, By string
	// Title is the paper's own (题名).
	Title string
	On    calendar.Date
	// Remark is what else there is to say of it (备注).
	Remark string
}

// Write writes the list. A text that no paper can hold is written without what
// cannot be printed: a file must not lack its list for the sake of a name. The pages
// are numbered when the file is bound, by hand.
func (c Contents) Write() ([]byte, error) {
	d, err := fileList(c.Office, "卷内文件目录", c.Case, c.On)
	if err != nil {
		return nil, err
	}
	d.add(
		table{bare: true, height: 480, widths: []int{1600, textWidth - 1600}, rows: [][]string{
			{"事项编号", printed(c.Case)},
			{"单　　位", printed(c.Unit)},
			{"问　　题", printed(c.Title)},
			{"办理阶段", printed(c.State)},
			{"截　　至", fmt.Sprintf("%s，共%d件", chineseDate(c.On), len(c.Items))},
		}},
		para{line: 240},
	)
	const no, number, by, date, pages, remark = 680, 1700, 1480, 1360, 680, 1120
	rows := [][]string{{"序号", "文　号", "责任者", "题　名", "日期", "页号", "备注"}}
	for i, one := range c.Items {
		on := ""
		if !one.On.IsZero() {
			on = eightDigits(one.On)
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), printed(one.Number), printed(one.By), withoutExtension(printed(one.Title)), on, "", printed(one.Remark)})
	}
	d.add(
		table{
			height: 420, size: sizeList, widths: []int{no, number, by, textWidth - no - number - by - date - pages - remark, date, pages, remark},
			centred: []int{1, 2, 4, 5, 6}, rows: rows,
		},
		para{line: 160},
		para{runs: []run{{text: "注：页号在装订编页时填写。", size: sizeList}}, line: 400},
	)
	return d.bytes()
}

// eightDigits is a day as lists of files say it (DA/T 22).
func eightDigits(d calendar.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// sizeList is 五号, of lists with many columns.
const sizeList = 21

// fileList begins a list of a case's file.
func fileList(o Office, title, number string, on calendar.Date) (*document, error) {
	if err := need(field{"case", "事项编号", number}, field{"date", "日期", on.String()}); err != nil {
		return nil, err
	}
	d := &document{
		title: title, author: o.Name, created: time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, time.UTC),
		fonts: o.Fonts.withDefaults(), letter: false,
	}
	d.add(para{runs: []run{{text: title, face: faceTitle, size: sizeTitle}}, align: "center", line: 900}, para{line: 200})
	return d, nil
}

// A Note is the last leaf of a case's file (卷内备考表, GB/T 9705): how much it holds, and
// room for who put it together and who checked it.
type Note struct {
	Office Office
	Case   string
	On     calendar.Date
	// Papers, Records and Evidence are how many pieces there are of each, Machine how
	// many files for programs besides.
	Papers, Records, Evidence, Machine int
	// Lacking are the titles of papers that could not be made.
	Lacking []string
}

// Write writes the leaf.
func (n Note) Write() ([]byte, error) {
	d, err := fileList(n.Office, "卷内备考表", n.Case, n.On)
	if err != nil {
		return nil, err
	}
	state := fmt.Sprintf("事项编号：%s。本卷截至%s，共有文件材料%d件，其中发出的公文%d件，办理记录%d件，佐证材料%d件。",
		printed(n.Case), chineseDate(n.On), n.Papers+n.Records+n.Evidence, n.Papers, n.Records, n.Evidence)
	if n.Machine > 0 {
		state += fmt.Sprintf("\n另有供计算机核验的电子数据%d件，不编入目录，名称和用途见所附《电子数据清单》。", n.Machine)
	}
	if len(n.Lacking) > 0 {
		state += "\n下列公文未能形成，以说明代替：" + printed(strings.Join(n.Lacking, "；")) + "。"
	}
	const head = 2100
	d.add(table{bare: true, height: 700, widths: []int{head, textWidth - head}, rows: [][]string{
		{"本卷情况说明", state + strings.Repeat("\n　", 12)},
		{"立　卷　人", "　"},
		{"检　查　人", "　"},
		{"立卷时间", "　　　　　年　　　月　　　日"},
	}}, para{line: 160})
	return d.bytes()
}

// printed is a text without what no paper can hold.
func printed(s string) string {
	return strings.Map(func(r rune) rune {
		if characters.Text(string(r)) != nil {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
