package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
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
	styles  styles
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
	main, err := b.main()
	if err != nil {
		return nil, err
	}
	if err := b.list(main); err != nil {
		return nil, err
	}
	shared, styles := "", ""
	err = b.relations(main, func(id string, r related) error {
		switch {
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			shared = r.target
		case strings.HasSuffix(r.kind, "/styles"):
			styles = r.target
		}
		if len(b.parts) == maxRelated {
			return bomb()
		}
		b.parts[id] = r
		return nil
	})
	if errors.Is(err, errNoPart) {
		return nil, Corrupt()
	}
	if err != nil {
		return nil, err
	}
	if b.styles, err = readStyles(archive, styles); err != nil {
		return nil, err
	}
	if b.texts, err = readTexts(archive, shared); err != nil {
		return nil, err
	}
	return b, nil
}

// Close gives back what the reading took.
func (b *Book) Close() error { return b.texts.close() }

// main is the part that lists the sheets: what the package says is its document,
// or where that usually stands.
func (b *Book) main() (string, error) {
	main := ""
	err := b.relations("", func(_ string, r related) error {
		if strings.HasSuffix(r.kind, "/officeDocument") && main == "" {
			main = r.target
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNoPart) {
		return "", err
	}
	if main == "" {
		main = "xl/workbook.xml"
	}
	return main, nil
}

// list reads the sheets' names.
func (b *Book) list(main string) error {
	workbook := false
	err := readSmall(b.archive, main, func(path []string, a []xml.Attr) error {
		workbook = workbook || len(path) == 1 && path[0] == "workbook"
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
	switch {
	case errors.Is(err, errNoPart):
		return notAWorkbook()
	case err == nil && !workbook:
		return notAWorkbook()
	}
	return err
}

// relations hands over what a part refers to; the package itself is the part
// without a name.
func (b *Book) relations(of string, found func(id string, r related) error) error {
	within, name := path.Split(of)
	return readSmall(b.archive, within+"_rels/"+name+".rels", func(steps []string, a []xml.Attr) error {
		if steps[len(steps)-1] != "Relationship" {
			return nil
		}
		if of != "" && strings.EqualFold(attribute(a, "TargetMode"), "external") {
			return Refuse("external_link", "文件引用了其他文件。请断开外部链接（数据—编辑链接），只保留数值后再上传。", "The file refers to other files.")
		}
		target := strings.ReplaceAll(attribute(a, "Target"), `\`, "/")
		if plain, err := url.PathUnescape(target); err == nil {
			target = plain
		}
		if !strings.HasPrefix(target, "/") {
			target = within + target
		}
		return found(attribute(a, "Id"), related{target: partName(target), kind: attribute(a, "Type")})
	})
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
	return (&reader{Reader: r, texts: b.texts, styles: b.styles}).read(sheet)
}

// readSmall reads a small part; errNoPart when it is not there.
func readSmall(archive *zip.Reader, name string, enter func([]string, []xml.Attr) error) error {
	r, err := part(archive, name, maxSmall)
	if err != nil {
		return err
	}
	defer r.Close()
	return walk{enter: enter}.run(r)
}
