package findings

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"duban/documents/workbook"
	"duban/policy"
)

// Template writes the workbook that findings are filled in: a sheet with
// drop-downs from the code tables and the units' names, and one that explains
// each column.
func Template(w io.Writer, tables Tables) error {
	header := Header{Row: 1}
	for is := range Errors {
		if is.of(tables) {
			header.Columns = append(header.Columns, is.header())
		}
	}
	return write(w, tables, header, func(f *excelize.File, s styles) error {
		return writeRows(f, s, tables.sheet(), header, func(func(Row) error) error { return nil })
	})
}

// Filled writes the workbook as staff send it: the template with every cell
// typed as text, under heads in the caller's order.
func Filled(w io.Writer, tables Tables, heads []string, rows [][]string) error {
	header := Header{Row: 1, Columns: heads}
	return write(w, tables, header, func(f *excelize.File, s styles) error {
		out, err := f.NewStreamWriter(tables.sheet())
		if err != nil {
			return err
		}
		if err := widths(out, heads); err != nil {
			return err
		}
		for i, texts := range append([][]string{heads}, rows...) {
			style := s.text
			if i == 0 {
				style = s.header
			}
			cells := make([]any, len(texts))
			for column, text := range texts {
				cells[column] = excelize.Cell{StyleID: style, Value: text}
			}
			if err := out.SetRow(workbook.CellName(0, header.Row+i), cells); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}

// styles are how cells look.
type styles struct{ header, text, wrong int }

func newStyles(f *excelize.File) (s styles, err error) {
	border := []excelize.Border{}
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "BFBFBF", Style: 1})
	}
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	text := 49 // what is typed stays as it was typed
	for _, one := range []struct {
		into  *int
		style excelize.Style
	}{
		{&s.header, excelize.Style{Font: &excelize.Font{Bold: true}, Border: border, Fill: fill("DDEBF7"), Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "center"}}},
		{&s.text, excelize.Style{Border: border, Alignment: wrap, NumFmt: text}},
		{&s.wrong, excelize.Style{Border: border, Alignment: wrap, NumFmt: text, Fill: fill("FF9999")}},
	} {
		if *one.into, err = f.NewStyle(&one.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func fill(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

// write writes a workbook around the sheet of findings, which the caller fills.
func write(w io.Writer, tables Tables, header Header, sheet func(*excelize.File, styles) error) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	if err := f.SetSheetName("Sheet1", tables.sheet()); err != nil {
		return err
	}
	s, err := newStyles(f)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return writeGuide(f, s, tables) },
		func() error { return writeCodes(f, tables) },
		func() error { return writeLists(f, tables, header) },
		func() error { return layOut(f, tables.sheet(), header) },
		func() error { return sheet(f, s) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return f.Write(w)
}

// layOut sets up the print: A4 across, one page wide, the heading on each page.
func layOut(f *excelize.File, name string, header Header) error {
	a4, wide, high, across, yes := 9, 1, 0, "landscape", true
	for _, sheet := range []string{name, guideName} {
		if err := f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
			return err
		}
		if err := f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &across, FitToWidth: &wide, FitToHeight: &high}); err != nil {
			return err
		}
	}
	return f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$%d", name, header.Row), Scope: name,
	})
}

// choice is how a code shows in a drop-down: with its code where that is short.
func choice(c policy.Code) string {
	if strings.ContainsAny(c.Code, "0123456789") {
		return c.Code + " " + c.ZH
	}
	return c.ZH
}

// listed is a column with its drop-down.
type listed struct {
	is     Column
	values []string
}

// lists are the drop-downs, by column of findings.
func lists(tables Tables) []listed {
	choices := func(codes []policy.Code) []string {
		list := make([]string, len(codes))
		for i, c := range codes {
			list[i] = choice(c)
		}
		return list
	}
	units := make([]string, 0, len(tables.Units))
	for name := range tables.Units {
		units = append(units, name)
	}
	slices.Sort(units)
	all := []listed{
		{UnitName, units},
		{Method, choices(tables.Codes.Methods)},
		{Category, choices(tables.Codes.Categories)},
		{Dimension, choices(tables.Codes.Dimensions)},
		{Matter, choices(matters(tables.Codes))},
	}
	if tables.InHand {
		all = append(all, tables.inHandLists(choices(tables.Codes.Severities))...)
	}
	return all
}

// writeCodes writes the hidden sheet that the drop-downs show.
func writeCodes(f *excelize.File, tables Tables) error {
	if _, err := f.NewSheet(codesName); err != nil {
		return err
	}
	for i, list := range lists(tables) {
		cells := append([]string{columns[list.is].header}, list.values...)
		if err := f.SetSheetCol(codesName, workbook.CellName(i, 1), &cells); err != nil {
			return err
		}
	}
	return f.SetSheetVisible(codesName, false, true)
}

// writeLists gives the columns their drop-downs. They come from a sheet: what
// is longer than 255 characters may not stand in the rule itself.
func writeLists(f *excelize.File, tables Tables, header Header) error {
	for i, list := range lists(tables) {
		if len(list.values) == 0 {
			continue
		}
		for column, name := range header.Columns {
			if columnOf(name) != list.is {
				continue
			}
			rule := excelize.NewDataValidation(true)
			rule.SetSqref(workbook.CellName(column, header.Row+1) + ":" + workbook.CellName(column, header.Row+MaxRows))
			rule.SetSqrefDropList("'" + codesName + "'!$" + workbook.ColumnName(i) + "$2:$" + workbook.ColumnName(i) + "$" + workbook.CellName(0, len(list.values)+1)[1:])
			rule.SetError(excelize.DataValidationErrorStyleStop, columns[list.is].header, "请从下拉列表中选择。")
			if err := f.AddDataValidation(tables.sheet(), rule); err != nil {
				return err
			}
		}
	}
	return nil
}

// guide explains the sheet, line by line.
func guide() []string {
	return []string{
		"问题清单填写说明",
		"一、每行填写一个问题，从表头下一行起填写。带*的列必须填写，其余可以留空。",
		"二、“单位”填写单位名录中的全称，可从下拉列表选择。名称有出入的不会自动更正，系统会列出最接近的名称。",
		"三、“问题”写标题，最多200字。“事实”写时间、地点和发现的情况，最多10000字。",
		"四、“发现日期”可写成2026-11-23、2026.11.23、2026/11/23、2026年11月23日，不得晚于今天。",
		"五、“发现方式”“问题类别”“方面”“具体事项”从下拉列表选择，也可只填代码或名称。“具体事项”须属于所填类别。",
		"六、“佐证材料”可填写多项，用分号或换行分开。",
		"七、问题在销号归档后重复发生的，“前案编号”填写原事项的编号，如督〔2026〕0001；须是同一单位（或其前身）已归档的事项。",
		"八、请填写数值，不要使用公式、合并单元格、隐藏的行、列或工作表，也不要含宏和外部链接：这些内容不予导入。",
		"九、只读取工作表“" + SheetName + "”。一个文件最多20000行、20 MiB，格式为.xlsx。",
		"十、上传后先检查全部内容。有一处错误就不登记任何问题，并退回标出错误的工作簿；改正后重新上传即可。",
		"十一、单位、问题、事实、发现日期都相同的视为同一问题（空格和全角半角不计）：表内不得重复，已登记的不再登记。已登记的会列出事项编号；确需再次登记的，请在上传时选择“再次登记已登记的问题”。",
		"十二、退回的工作簿在“登记提示”列写明该单位已有的事项、近三年同类问题和标题相似的事项，供登记前核对；该列不予导入。",
		"十三、导出的整改台账也可以直接导入：有编号的行是已登记的事项，不再登记；在末行之下填写新问题，“编号”和由系统填写的各列留空。",
	}
}

func writeGuide(f *excelize.File, s styles, tables Tables) error {
	if _, err := f.NewSheet(guideName); err != nil {
		return err
	}
	lines := guide()
	if tables.InHand {
		lines = inHandGuide()
	}
	if err := f.SetSheetCol(guideName, "A1", &lines); err != nil {
		return err
	}
	if err := f.SetCellStyle(guideName, "A1", "A1", s.header); err != nil {
		return err
	}
	return f.SetColWidth(guideName, "A", "A", 110)
}
