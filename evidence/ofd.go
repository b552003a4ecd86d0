package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
)

// judgeOFD looks through an OFD: it knows no scripts, but links, and files that
// are attached to it. An invoice has its data as XML with it.
func judgeOFD(b *budget, z *zip.Reader) error {
	for _, f := range z.File {
		head, err := headOf(f)
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte(compoundMagic)), carrier(head):
			if err := judgeCarried(b, f, head); err != nil {
				return err
			}
		case headerOfPDF(head) >= 0:
			return refusedEmbedded(f.Name)
		case isXML(head):
			if err := readPart(b, f, head, ofdLinks); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofdLinks looks at the actions of a page.
func ofdLinks(token xml.Token) error {
	e, is := token.(xml.StartElement)
	if !is {
		return nil
	}
	switch e.Name.Local {
	case "URI":
		if to := attribute(e, "URI"); harmful(to) {
			return refusedLink(to)
		}
	case "script", "html", "HTML", "Script", "SCRIPT":
		return refusedMacros()
	}
	return nil
}

// readPart hands the tokens of an XML part to see.
func readPart(b *budget, f *zip.File, head []byte, see func(xml.Token) error) error {
	r, err := f.Open()
	if err != nil {
		return refusedBroken()
	}
	defer r.Close()
	return b.tokens(r, head, see)
}

// judgeCarried judges a file that lies in a document as a part: it must be a
// document that would be taken by itself.
func judgeCarried(b *budget, f *zip.File, head []byte) error {
	if carrier(head) {
		return refusedEmbedded(f.Name)
	}
	content, err := b.content(f)
	if err != nil {
		return err
	}
	return judgeWithin(b, content, f.Name)
}

// judgeWithin judges a document that lies in another. What is wrong with it is
// said of the whole, but what is not known is an object.
func judgeWithin(b *budget, content []byte, name string) error {
	err := b.deeper(func() (err error) {
		switch {
		case bytes.HasPrefix(content, []byte("PK\x03\x04")):
			_, err = judgeZip(b, content)
		case bytes.HasPrefix(content, []byte(compoundMagic)):
			err = judgeObject(b, content)
		default:
			err = refusedEmbedded(name)
		}
		return err
	})
	if refused, is := errors.AsType[*Refusal](err); is {
		switch refused.Code {
		case "file_type", "file_archive", "file_broken", "file_format", "file_encrypted", "file_cannot_be_checked":
			return refusedEmbedded(name)
		}
	}
	return err
}
