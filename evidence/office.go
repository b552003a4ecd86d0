package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"path"
	"slices"
	"strings"
)

// An office document is judged part by part, every part that is in it: what
// programs reach by relationships and content types has any name it likes.
type office struct {
	b *budget
	// objects are the parts that a relationship makes objects of; judged are
	// those that turned out to be documents.
	objects, judged map[string]bool
}

// judgeOffice says which Office document a container is, by what its chief part
// is said to be, which is what Office itself goes by.
func judgeOffice(b *budget, z *zip.Reader, types *zip.File) ([]string, error) {
	head, err := headOf(types)
	if err != nil {
		return nil, err
	}
	var media []string
	template := false
	err = readPart(b, types, head, func(token xml.Token) error {
		e, is := token.(xml.StartElement)
		if !is {
			return nil
		}
		said := strings.ToLower(attribute(e, "ContentType"))
		if activeType(said) {
			return refusedMacros()
		}
		template = template || strings.HasSuffix(said, ".template.main+xml") || strings.HasSuffix(said, ".slideshow.main+xml")
		for _, one := range []string{mediaDocx, mediaXlsx, mediaPptx} {
			if strings.HasPrefix(said, one+".main+xml") && !slices.Contains(media, one) {
				media = append(media, one)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(media) == 0 && template:
		return nil, refusedOtherFormat("模板或放映文件", "a template or a slide show")
	case len(media) == 0:
		return nil, refusedType()
	case len(media) > 1:
		return nil, refusedDisguise()
	}
	o := &office{b: b, objects: map[string]bool{}, judged: map[string]bool{}}
	for _, f := range z.File {
		if f == types {
			continue
		}
		if err := o.part(f); err != nil {
			return nil, err
		}
	}
	for name := range o.objects {
		if !o.judged[name] && entry(z, name) != nil {
			return nil, refusedEmbedded(name)
		}
	}
	return media, nil
}

// activeType reports whether a content type is one of what runs.
func activeType(said string) bool {
	return slices.ContainsFunc([]string{"macroenabled", "vbaproject", "vbadata", "macrosheet", "activex", "webextension", "x-msdownload", "dialogsheet"}, func(mark string) bool {
		return strings.Contains(said, mark)
	})
}

// part judges one part by what it is.
func (o *office) part(f *zip.File) error {
	head, err := headOf(f)
	if err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte(compoundMagic)), carrier(head):
		o.judged[partName(f.Name)] = true
		return judgeCarried(o.b, f, head)
	case isXML(head):
		return o.xml(f, head)
	default:
		return nil
	}
}

// xml judges a part of XML by its root.
func (o *office) xml(f *zip.File, head []byte) error {
	var see func(xml.Token) error
	scan := scanner{}
	return readPart(o.b, f, head, func(token xml.Token) error {
		if e, is := token.(xml.StartElement); is && see == nil {
			switch strings.ToLower(e.Name.Local) {
			case "relationships":
				see = o.relationships(f.Name)
			case "sst": // texts of cells
				return errEnd
			case "worksheet":
				if _, is := wide(head); !is {
					busy, err := o.busySheet(f)
					if err != nil || !busy {
						return orEnd(err)
					}
				}
				see = scan.see
			case "macrosheet", "dialogsheet", "ocx", "webextension", "taskpanes", "script", "html", "hta":
				return refusedMacros()
			default:
				see = scan.see
			}
		}
		if see == nil {
			return nil
		}
		return see(token)
	})
}

func orEnd(err error) error {
	if err != nil {
		return err
	}
	return errEnd
}

// busySheet reports whether a sheet has anything that must be looked at closely.
// Sheets are the largest parts there are, and most hold numbers only.
func (o *office) busySheet(f *zip.File) (bool, error) {
	r, err := f.Open()
	if err != nil {
		return false, refusedBroken()
	}
	defer r.Close()
	busy, err := contains(r, append([]string{"|", "&#", "<!", "hlink", "connection", "action="}, functionMarks()...))
	if err != nil {
		return false, refusedBroken()
	}
	const cheaply = 16 // looking for marks is that much faster than reading
	return busy, o.b.spend(int(min(f.UncompressedSize64, maxUnpacked)) / cheaply)
}

// relationships looks at what a part is bound to.
func (o *office) relationships(rels string) func(xml.Token) error {
	folder := path.Dir(path.Dir(partName(rels)))
	return func(token xml.Token) error {
		e, is := token.(xml.StartElement)
		if !is || e.Name.Local != "Relationship" {
			return nil
		}
		target := attribute(e, "Target")
		kind := strings.ToLower(path.Base(strings.ReplaceAll(attribute(e, "Type"), `\`, "/")))
		external := strings.EqualFold(attribute(e, "TargetMode"), "External")
		if !external && kind != "hyperlink" && !scheme.MatchString(plainTarget(target)) {
			return o.internal(kind, folder, target)
		}
		return judgeExternal(kind, target)
	}
}

// internal judges a relationship to a part of the document.
func (o *office) internal(kind, folder, target string) error {
	switch kind {
	case "vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet", "dialogsheet", "control", "activexcontrolbinary", "webextension", "webextensiontaskpanes", "taskpanes":
		return refusedMacros()
	case "afchunk", "altchunk", "subdocument", "frame":
		return refusedEmbedded(target)
	case "oleobject", "package":
		name := plainTarget(target)
		if !strings.HasPrefix(name, "/") {
			name = folder + "/" + name
		}
		o.objects[partName(name)] = true
	}
	return nil
}

// judgeExternal judges a relationship to something outside the document.
func judgeExternal(kind, target string) error {
	switch kind {
	case "hyperlink":
		if harmful(target) {
			return refusedLink(target)
		}
		return nil
	case "oleobject", "package": // a chart that is fed from a workbook on the writer's disk
		if document(target) {
			return nil
		}
		return refusedOutside(target)
	case "subdocument", "frame", "afchunk", "altchunk", "control", "vbaproject":
		return refusedOutside(target)
	}
	switch {
	case elsewhere(target):
		return refusedOutside(target)
	case program(target):
		return refusedCommand(target)
	default:
		return nil
	}
}
