package findings

import "duban/documents/workbook"

// SheetName is the sheet that findings are read from.
const SheetName = "问题清单"

// InHandSheet is the sheet that cases in hand are read from.
const InHandSheet = "在办事项"

// sheet is the name of the sheet that is read.
func (t Tables) sheet() string {
	if t.InHand {
		return InHandSheet
	}
	return SheetName
}

// The other sheets of the template. That of the codes is hidden.
const (
	guideName = "填写说明"
	codesName = "代码表"
)

// choose picks the sheet of findings: the one of that name, or the only one
// that is not the template's own. What is hidden is refused, and what is beside
// it is named, so that nobody believes it was read.
func choose(sheets []workbook.Sheet, name string) (chosen workbook.Sheet, ignored []string, err error) {
	var named, others []workbook.Sheet
	for _, s := range sheets {
		switch {
		case s.Name == codesName, s.Name == guideName && !s.Hidden:
		case s.Hidden:
			return s, nil, refuse("hidden_sheet", "文件有隐藏的工作表“"+workbook.Cut(s.Name)+"”。隐藏的内容不予导入，请取消隐藏或删除后再上传。", "There is a hidden sheet.")
		case s.Name == name:
			named = append(named, s)
		default:
			others = append(others, s)
		}
	}
	if len(named) == 0 && len(others) == 1 {
		return others[0], nil, nil
	}
	if len(named) != 1 {
		return workbook.Sheet{}, nil, refuse("no_sheet", "没有找到工作表“"+name+"”。请把要导入的工作表命名为“"+name+"”。", "There is no sheet named "+name+".")
	}
	for _, s := range others {
		ignored = append(ignored, s.Name)
	}
	return named[0], ignored, nil
}
