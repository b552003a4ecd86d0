package casefile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// format is the version of the archive's form.
const format = 1

// A Part is something more that belongs to the case, such as a piece of evidence
// or a letter.
type Part interface {
	// Name is the part's file name, without a folder.
	Name() string
	// Open begins reading it.
	Open() (io.ReadCloser, error)
}

// A Record is what the file is made of.
type Record struct {
	// Events are the case's whole history, from the first.
	Events   []lifecycle.Event
	UnitName string
	Codes    policy.Codes
	Parts    []Part
}

// A Manifest lists what is in the archive beside itself.
type Manifest struct {
	Format  int    `json:"format"`
	Case    string `json:"case_id"`
	Number  string `json:"number"`
	Version int64  `json:"version"`
	Files   []File `json:"files"`
}

// A File is one file of the archive.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// The names that do not follow from the case.
const (
	manifestName = "manifest.json"
	hashName     = "manifest.sha256"
	eventsName   = "02-经过.jsonl"
	stateName    = "03-事项.json"
)

// A line is one event as the history holds it.
type line struct {
	Seq       int64               `json:"seq"`
	At        time.Time           `json:"at"`
	Legal     calendar.Date       `json:"legal"`
	Kind      lifecycle.EventKind `json:"kind"`
	Actor     string              `json:"actor,omitempty"`
	ActorName string              `json:"actor_name,omitempty"`
	Command   string              `json:"command_id,omitempty"`
	Content   json.RawMessage     `json:"content"`
}

// Write writes the case's file. It keeps no part in memory.
func Write(w io.Writer, r Record) error {
	c := lifecycle.Fold(r.Events)
	a := &archive{zip: zip.NewWriter(w), manifest: Manifest{Format: format, Case: c.ID, Number: c.Number, Version: c.Seq}}
	if err := a.write(r, c); err != nil {
		return fmt.Errorf("write file of case %s: %w", c.ID, err)
	}
	return nil
}

type archive struct {
	zip      *zip.Writer
	manifest Manifest
}

func (a *archive) write(r Record, c lifecycle.Case) error {
	papers, err := papersOf(r, c)
	if err != nil {
		return err
	}
	for _, p := range papers {
		if err := a.add(p.path, bytes.NewReader(p.text)); err != nil {
			return err
		}
	}
	for i, part := range r.Parts {
		if err := a.addPart(fmt.Sprintf("90-附件%03d-%s", i+1, part.Name()), part); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(a.manifest, "", "  ")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	if _, err := copyTo(a.zip, manifestName, bytes.NewReader(text)); err != nil {
		return err
	}
	if _, err := copyTo(a.zip, hashName, bytes.NewReader([]byte(hex.EncodeToString(sum[:])+"\n"))); err != nil {
		return err
	}
	return a.zip.Close()
}

func (a *archive) addPart(path string, part Part) error {
	in, err := part.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return a.add(path, in)
}

// add writes one file and lists it.
func (a *archive) add(path string, in io.Reader) error {
	if !safe(path) {
		return fmt.Errorf("the name %q cannot stand in an archive", path)
	}
	sum := sha256.New()
	n, err := copyTo(a.zip, path, io.TeeReader(in, sum))
	if err != nil {
		return err
	}
	a.manifest.Files = append(a.manifest.Files, File{Path: path, Bytes: n, SHA256: sumOf(sum)})
	return nil
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// copyTo writes one file as it is, at a time that is always the same.
func copyTo(z *zip.Writer, path string, in io.Reader) (int64, error) {
	out, err := z.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return 0, err
	}
	return io.Copy(out, in)
}
