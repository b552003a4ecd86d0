package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// A Book is a workbook that is read. Close it in any case.
type Book struct {
	// From1904: days are counted from 1904.
	From1904 bool
	// Sheets are its sheets, in the order of their tabs.
	Sheets []Sheet

	archive *zip.Reader
	texts   *texts
	parts   map[string]related
}

// A Sheet is what the workbook says of one sheet.
type Sheet struct {
	Name   string
	Hidden bool

	relation string
}

// A related part is where the workbook says that something stands.
type related struct{ target, kind string }

// maxRelated is how many parts a workbook may refer to.
const maxRelated = 10_000

// Open reads what a file says of its sheets. A *Refusal is a file that cannot be
// vouched for.
func Open(file io.ReaderAt, size int64, name string) (*Book, error) {
	archive, err := openContainer(file, size, name)
	if err != nil {
		return nil, err
	}
	b := &Book{archive: archive, parts: map[string]related{}}
	if err := b.list(); err != nil {
		return nil, err
	}
	shared, err := b.relate()
	if err != nil {
		return nil, err
	}
	if b.texts, err = readTexts(archive, shared); err != nil {
		return nil, err
	}
	return b, nil
}

// Close gives back what the reading took.
func (b *Book) Close() error { return b.texts.close() }

// list reads the sheets' names.
func (b *Book) list() error {
	return readSmall(b.archive, "xl/workbook.xml", func(path []string, a []xml.Attr) error {
		switch path[len(path)-1] {
		case "workbookPr":
			b.From1904 = truth(attribute(a, "date1904"))
		case "sheet":
			var one Sheet
			one.Name, one.Hidden = strings.TrimSpace(attribute(a, "name")), attribute(a, "state") != "" && attribute(a, "state") != "visible"
			for _, x := range a {
				if x.Name.Local == "id" {
					one.relation = x.Value
				}
			}
			b.Sheets = append(b.Sheets, one)
		}
		return nil
	})
}

// relate finds the parts that hold the sheets and the shared texts.
func (b *Book) relate() (shared string, err error) {
	err = readSmall(b.archive, "xl/_rels/workbook.xml.rels", func(steps []string, a []xml.Attr) error {
		if steps[len(steps)-1] != "Relationship" {
			return nil
		}
		if strings.EqualFold(attribute(a, "TargetMode"), "external") {
			return Refuse("external_link", "文件引用了其他文件。请断开外部链接（数据—编辑链接），只保留数值后再上传。", "The file refers to other files.")
		}
		target := attribute(a, "Target")
		if rooted, ok := strings.CutPrefix(target, "/"); ok {
			target = rooted
		} else {
			target = path.Join("xl", target)
		}
		kind := attribute(a, "Type")
		if strings.HasSuffix(kind, "/sharedStrings") {
			shared = target
		}
		if len(b.parts) == maxRelated {
			return bomb()
		}
		b.parts[attribute(a, "Id")] = related{target: target, kind: kind}
		return nil
	})
	return shared, err
}

// Read hands over what stands on a sheet.
func (b *Book) Read(s Sheet, r Reader) error {
	at, there := b.parts[s.relation]
	if !there {
		return Corrupt()
	}
	if !strings.HasSuffix(at.kind, "/worksheet") {
		return Refuse("no_sheet", "工作表“"+Cut(s.Name)+"”不是普通的工作表。", "The sheet is no worksheet.")
	}
	sheet, err := part(b.archive, at.target, maxSheet)
	if errors.Is(err, errNoPart) {
		return Corrupt()
	}
	if err != nil {
		return err
	}
	defer sheet.Close()
	return (&reader{Reader: r, texts: b.texts}).read(sheet)
}

func readSmall(archive *zip.Reader, name string, enter func([]string, []xml.Attr) error) error {
	r, err := part(archive, name, maxSmall)
	if errors.Is(err, errNoPart) {
		return Corrupt()
	}
	if err != nil {
		return err
	}
	defer r.Close()
	return walk{enter: enter}.run(r)
}
