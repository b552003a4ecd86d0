package directory

import (
	"fmt"
	"io"
	"strings"

	"duban/calendar"
	"duban/documents/workbook"
)

// maxChoices is how many rows a drop-down shows.
const maxChoices = 5000

// Export writes the directory as a workbook. That of an empty directory is the
// template to fill in. The same directory makes the same bytes.
func Export(w io.Writer, d Directory) error {
	book, err := workbook.NewWriter(w, Regions, Categories, Areas, Officers, Units, Posts, accounts, guide)
	if err != nil {
		return err
	}
	rows := d.rows()
	for _, l := range layouts() {
		if err := writeSheet(book, l.form(d.Kinds), l.headers(), rows[l.name]); err != nil {
			return err
		}
	}
	if err := writeSheet(book, workbook.Form{Widths: []float64{18, 14, 36}, Frozen: 1}, []string{"编号", "姓名", "单位"}, rows[accounts]); err != nil {
		return err
	}
	if err := book.Sheet(workbook.Form{Widths: []float64{110}}); err != nil {
		return err
	}
	for i, line := range guideLines() {
		if err := book.Row(i+1, workbook.Styled{Text: line}); err != nil {
			return err
		}
	}
	return book.Close()
}

func writeSheet(book *workbook.Writer, form workbook.Form, headers []string, rows [][]string) error {
	if err := book.Sheet(form); err != nil {
		return err
	}
	if err := book.Row(1, styled(headers, workbook.Head)...); err != nil {
		return err
	}
	for i, cells := range rows {
		if err := book.Row(i+2, styled(cells, workbook.Text)...); err != nil {
			return err
		}
	}
	return nil
}

func styled(texts []string, style workbook.Style) []workbook.Styled {
	cells := make([]workbook.Styled, len(texts))
	for i, text := range texts {
		cells[i] = workbook.Styled{Text: text, Style: style}
	}
	return cells
}

// form is the sheet's widths and drop-downs.
func (l layout) form(posts []string) workbook.Form {
	f := workbook.Form{Frozen: 1}
	for i, c := range l.columns {
		f.Widths = append(f.Widths, c.width)
		switch c.choices {
		case "":
		case kinds:
			f.Lists = append(f.Lists, c.list(i, 1, `"`+strings.Join(posts, ",")+`"`))
		default:
			f.Lists = append(f.Lists, c.list(i, 1, choicesOf(c.choices, c.from, 1)))
		}
	}
	return f
}

// choicesOf are the cells below a heading.
func choicesOf(sheet string, column, head int) string {
	at := "$" + workbook.ColumnName(column) + "$"
	return fmt.Sprintf("'%s'!%s%d:%s%d", sheet, at, head+1, at, head+maxChoices)
}

// list is the drop-down of a column below its heading.
func (c column) list(at, head int, from string) workbook.List {
	message := "请从下拉列表中选择，或先在“" + c.choices + "”表中登记。"
	if c.choices == kinds {
		message = "请从下拉列表中选择。"
	}
	return workbook.List{Column: at, First: head + 1, Last: head + MaxRows, From: from, Title: c.header, Message: message}
}

// rows are the cells of each sheet below its heading.
func (d Directory) rows() map[string][][]string {
	rows := map[string][][]string{}
	regions, categories, areas := map[string]string{}, named(d.Categories), named(d.Areas)
	for _, r := range d.Regions {
		regions[r.ID] = r.Name
	}
	people, units := map[string]string{}, map[string]string{}
	for _, a := range d.Accounts {
		people[a.ID] = a.Name
	}
	for _, u := range d.Units {
		units[u.ID] = u.Name
	}
	for _, r := range d.Regions {
		rows[Regions] = append(rows[Regions], []string{r.ID, r.Name, regions[r.Parent]})
	}
	for _, c := range d.Categories {
		rows[Categories] = append(rows[Categories], []string{c.ID, c.Name})
	}
	for _, a := range d.Areas {
		rows[Areas] = append(rows[Areas], []string{a.ID, a.Name})
	}
	for _, o := range d.Officers {
		rows[Officers] = append(rows[Officers], []string{areas[o.Area], o.Account, people[o.Account], day(o.Since), day(o.Until)})
	}
	for _, u := range d.Units {
		rows[Units] = append(rows[Units], []string{u.ID, u.Name, u.Code, regions[u.Region], areas[u.Area], categories[u.Category], "", "", day(u.Abolished)})
	}
	for _, p := range d.Posts {
		rows[Posts] = append(rows[Posts], []string{p.ID, p.Unit, units[p.Unit], p.Kind, p.Holder, p.Account, day(p.Since), day(p.Until)})
	}
	for _, a := range d.Accounts {
		if !a.Disabled {
			rows[accounts] = append(rows[accounts], []string{a.ID, a.Name, units[a.Unit]})
		}
	}
	return rows
}

func named(list []Name) map[string]string {
	names := map[string]string{}
	for _, n := range list {
		names[n.ID] = n.Name
	}
	return names
}

func day(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func guideLines() []string {
	return []string{
		"名录填写说明",
		"一、各表从表头下一行起填写。带*的列必须填写。空着的单元格和没有列出的行不改动原有内容，导入不删除任何内容。",
		"二、“编号”由系统生成，新增的行留空即可；区域、片区、单位分类也可自定编号。名称与已有名称相近的不会自动合并：同一事项请填写原编号，确属新增的请在“编号”填写“新增”。",
		"三、单位更名：保留编号，改写名称，并填写“更名日期”“更名依据”。更名前的文书仍用原名。合并、分设、撤销不在此办理，请在单位变更中登记；“撤销日期”只供查看。",
		"四、职务换人：在原行改写姓名和任职日期，或另起一行填写继任者；前任自动止于新任职日期的前一天。只免不任的，填写“免职日期”。同一单位同一职务的任职时间不能重叠。",
		"五、日期可写成2026-11-23、2026.11.23、2026/11/23、2026年11月23日。",
		"六、“账号”填写账号表中的编号或者姓名；账号表只供查看，不予导入。片区负责人须为经办人账号，职务的账号须属于该单位。",
		"七、请填写数值，不要使用公式、合并单元格、隐藏的行、列或工作表，也不要含宏和外部链接：这些内容不予导入。",
		"八、一个文件最多20000行、20 MiB，格式为.xlsx。上传后先检查全部内容；有一处错误就不改动名录，并退回标出错误的工作簿。",
	}
}
