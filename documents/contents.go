package documents

import (
	"fmt"
	"strings"
	"time"

	"duban/calendar"
	"duban/characters"
)

// Contents are the list of what is in a case's file (卷内文件目录).
type Contents struct {
	Office Office
	// Case, Unit and Title name the case, State says where it stands.
	Case, Unit, Title, State string
	// On is the day the list tells of.
	On    calendar.Date
	Items []Item
}

// An Item is one file of the case's file.
type Item struct {
	// Number is what a paper was issued under, By who made it; both may be empty.
	Number, By string
	Name       string
	On         calendar.Date
}

// Write writes the list. A text that no paper can hold is written without what
// cannot be printed: a file must not lack its list for the sake of a name.
func (c Contents) Write() ([]byte, error) {
	if err := need(field{"case", "事项编号", c.Case}, field{"date", "日期", c.On.String()}); err != nil {
		return nil, err
	}
	d := &document{
		title: "卷内文件目录", author: c.Office.Name, created: time.Date(c.On.Year(), c.On.Month(), c.On.Day(), 0, 0, 0, 0, time.UTC),
		fonts: c.Office.Fonts.withDefaults(), letter: false,
	}
	d.add(
		para{runs: []run{{text: "卷内文件目录", face: faceTitle, size: sizeTitle}}, align: "center", line: 900},
		para{line: 200},
		table{bare: true, height: 480, widths: []int{1600, textWidth - 1600}, rows: [][]string{
			{"事项编号", printed(c.Case)},
			{"单　　位", printed(c.Unit)},
			{"问　　题", printed(c.Title)},
			{"办理阶段", printed(c.State)},
			{"截　　至", fmt.Sprintf("%s，共%d件", chineseDate(c.On), len(c.Items))},
		}},
		para{line: 240},
	)
	const no, number, by, date = 800, 1800, 1500, 2300
	rows := [][]string{{"序号", "文　号", "责任者", "题　名", "日　期"}}
	for i, one := range c.Items {
		on := ""
		if !one.On.IsZero() {
			on = chineseDate(one.On)
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), printed(one.Number), printed(one.By), printed(one.Name), on})
	}
	d.add(table{height: 420, widths: []int{no, number, by, textWidth - no - number - by - date, date}, centred: []int{1, 2, 4}, rows: rows}, para{line: 240})
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
