package ledger

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// define makes the styles.
func (l *Ledger) define() error {
	var (
		black      = "000000"
		date       = `yyyy"-"mm"-"dd`
		provision  = `yyyy"-"mm"-"dd"（暂定）"`
		border     []excelize.Border
		wrapped    = &excelize.Alignment{Vertical: "center", WrapText: true}
		centred    = &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
		narrowed   = &excelize.Alignment{Horizontal: "center", Vertical: "center", ShrinkToFit: true} // a date that does not fit shows as ####
		plain      = &excelize.Font{Family: "宋体", Size: 10}
		bold       = &excelize.Font{Family: "宋体", Size: 10, Bold: true}
		background = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}
	)
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: black, Style: 1})
	}
	for _, one := range []struct {
		into  *int
		style excelize.Style
	}{
		{&l.styles.title, excelize.Style{Font: &excelize.Font{Family: "黑体", Size: 18}, Alignment: centred}},
		{&l.styles.head, excelize.Style{Font: bold, Alignment: centred, Border: border, Fill: background}},
		{&l.styles.text, excelize.Style{Font: plain, Alignment: wrapped, Border: border}},
		{&l.styles.centre, excelize.Style{Font: plain, Alignment: centred, Border: border}},
		{&l.styles.date, excelize.Style{Font: plain, Alignment: narrowed, Border: border, CustomNumFmt: &date}},
		{&l.styles.provisional, excelize.Style{Font: plain, Alignment: narrowed, Border: border, CustomNumFmt: &provision}},
	} {
		var err error
		if *one.into, err = l.file.NewStyle(&one.style); err != nil {
			return err
		}
	}
	return nil
}

// paper sets up the print: A3 across, which offices print ledgers on, one page
// wide, the heading on each page.
func (l *Ledger) paper() error {
	var (
		a3, wide, high     = 8, 1, 0
		across, yes        = "landscape", true
		margin, foot, head = 0.4, 0.6, 0.5
	)
	if err := l.file.SetSheetProps(l.sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	if err := l.file.SetPageLayout(l.sheet, &excelize.PageLayoutOptions{Size: &a3, Orientation: &across, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	if err := l.file.SetPageMargins(l.sheet, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &head, Bottom: &foot, Horizontally: &yes}); err != nil {
		return err
	}
	if err := l.file.SetHeaderFooter(l.sheet, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}); err != nil {
		return err
	}
	return l.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$%d", l.sheet, headRow), Scope: l.sheet,
	})
}
