package casefile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"duban/lifecycle"
)

// ErrTooMany: the case has more files than an archive may hold.
var ErrTooMany = errors.New("the case has more files than an archive may hold")

// Write writes the case's file. It keeps no evidence in memory, and fails in the
// middle when a piece is not what the record says: a part of a file must not
// pass for the whole.
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
	entries, err := entriesOf(r, c)
	if err != nil {
		return err
	}
	if len(entries)+2 > maxFiles {
		return ErrTooMany
	}
	for _, e := range entries {
		if err := a.addEntry(e); err != nil {
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

func (a *archive) addEntry(e entry) error {
	if e.evidence == nil {
		return a.add(e.path, bytes.NewReader(e.text))
	}
	in, err := e.evidence.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := a.add(e.path, in); err != nil {
		return err
	}
	if have := a.manifest.Files[len(a.manifest.Files)-1]; have.SHA256 != e.evidence.SHA256 || have.Bytes != e.evidence.Size {
		return fmt.Errorf("evidence %s is not what the record says: %s", e.evidence.ID, have.SHA256)
	}
	return nil
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
