package findings

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"path"
	"strings"
)

// SheetName is the sheet that findings are read from.
const SheetName = "问题清单"

// The other sheets of the template. That of the codes is hidden.
const (
	guideName = "填写说明"
	codesName = "代码表"
)

// A book is what the workbook says of its sheets.
type book struct {
	// name is the sheet's, sheet and texts are the parts of the file.
	name, sheet, texts string
	// from1904: days are counted from 1904.
	from1904 bool
	ignored  []string
}

type sheetEntry struct {
	name, relation string
	hidden         bool
}

// readBook finds the sheet of findings. What is hidden is refused, and what is
// beside it is named, so that nobody believes it was read.
func readBook(archive *zip.Reader) (book, error) {
	var (
		b      book
		sheets []sheetEntry
	)
	err := readSmall(archive, "xl/workbook.xml", func(path []string, a []xml.Attr) error {
		switch path[len(path)-1] {
		case "workbookPr":
			b.from1904 = truth(attribute(a, "date1904"))
		case "sheet":
			var one sheetEntry
			one.name, one.hidden = strings.TrimSpace(attribute(a, "name")), attribute(a, "state") != "" && attribute(a, "state") != "visible"
			for _, x := range a {
				if x.Name.Local == "id" {
					one.relation = x.Value
				}
			}
			sheets = append(sheets, one)
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	chosen, err := choose(sheets, &b)
	if err != nil {
		return b, err
	}
	b.name = chosen.name
	return b, b.relate(archive, chosen.relation)
}

// choose picks the sheet of findings: the one of that name, or the only one
// that is not the template's own.
func choose(sheets []sheetEntry, b *book) (sheetEntry, error) {
	var named, others []sheetEntry
	for _, s := range sheets {
		switch {
		case s.name == codesName, s.name == guideName && !s.hidden:
		case s.hidden:
			return s, refuse("hidden_sheet", "文件有隐藏的工作表“"+cut(s.name)+"”。隐藏的内容不予导入，请取消隐藏或删除后再上传。", "There is a hidden sheet.")
		case s.name == SheetName:
			named = append(named, s)
		default:
			others = append(others, s)
		}
	}
	if len(named) == 0 && len(others) == 1 {
		return others[0], nil
	}
	if len(named) != 1 {
		return sheetEntry{}, refuse("no_sheet", "没有找到工作表“"+SheetName+"”。请把要导入的工作表命名为“"+SheetName+"”。", "There is no sheet named "+SheetName+".")
	}
	for _, s := range others {
		b.ignored = append(b.ignored, s.name)
	}
	return named[0], nil
}

// relate finds the parts that hold the sheet and the shared texts.
func (b *book) relate(archive *zip.Reader, relation string) error {
	err := readSmall(archive, "xl/_rels/workbook.xml.rels", func(steps []string, a []xml.Attr) error {
		if steps[len(steps)-1] != "Relationship" {
			return nil
		}
		if strings.EqualFold(attribute(a, "TargetMode"), "external") {
			return refuse("external_link", "文件引用了其他文件。请断开外部链接（数据—编辑链接），只保留数值后再上传。", "The file refers to other files.")
		}
		target := attribute(a, "Target")
		if rooted, ok := strings.CutPrefix(target, "/"); ok {
			target = rooted
		} else {
			target = path.Join("xl", target)
		}
		kind := attribute(a, "Type")
		switch {
		case attribute(a, "Id") == relation:
			b.sheet = target
			if !strings.HasSuffix(kind, "/worksheet") {
				return refuse("no_sheet", "工作表“"+SheetName+"”不是普通的工作表。", "The sheet is no worksheet.")
			}
		case strings.HasSuffix(kind, "/sharedStrings"):
			b.texts = target
		}
		return nil
	})
	if err == nil && b.sheet == "" {
		return corrupt()
	}
	return err
}

func readSmall(archive *zip.Reader, name string, enter func([]string, []xml.Attr) error) error {
	r, err := part(archive, name, maxSmall)
	if errors.Is(err, errNoPart) {
		return corrupt()
	}
	if err != nil {
		return err
	}
	defer r.Close()
	return walk{enter: enter}.run(r)
}

// cut shortens what somebody typed to what fits into a sentence.
func cut(text string) string {
	runes := []rune(text)
	if len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
