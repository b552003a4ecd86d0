package workbook

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"os"
	"slices"
	"strings"
)

const (
	// maxTexts is how many different texts a workbook may have.
	maxTexts = 500_000
	// maxText is how many bytes a cell's text may have: 32,767 characters.
	maxText = 4 * 32767
)

// texts are the workbook's shared texts, spooled to a file: only where each
// begins is in memory.
type texts struct {
	file   *os.File
	starts []uint32
	// struck are those in which something is struck out.
	struck map[int]bool
}

// spool makes a temporary file that is gone when the process is.
func spool() (*os.File, error) {
	file, err := os.CreateTemp("", "duban-import-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// readTexts spools the shared texts, if there are any.
func readTexts(archive *zip.Reader, name string) (*texts, error) {
	r, err := part(archive, name, maxStrings)
	if errors.Is(err, errNoPart) {
		return &texts{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	file, err := spool()
	if err != nil {
		return nil, err
	}
	t := &texts{file: file, starts: []uint32{0}, struck: map[int]bool{}}
	if err := t.fill(r); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return t, nil
}

func (t *texts) fill(r interface{ Read([]byte) (int, error) }) error {
	out := bufio.NewWriterSize(t.file, 64<<10)
	at, length := uint32(0), 0
	err := walk{
		enter: func(path []string, a []xml.Attr) error {
			switch path[len(path)-1] {
			case "si":
				length = 0
			case "strike":
				if on(a) {
					t.struck[len(t.starts)-1] = true
				}
			}
			return nil
		},
		text: func(path []string, text []byte) error {
			if len(path) == 0 || path[len(path)-1] != "t" || slices.Contains(path, "rPh") {
				return nil
			}
			if length += len(text); length > maxText {
				return corruptBy(errLongToken)
			}
			_, err := out.Write(text)
			return err
		},
		leave: func(path []string) error {
			if path[len(path)-1] != "si" {
				return nil
			}
			if len(t.starts) > maxTexts {
				return bomb()
			}
			at += uint32(length) //nolint:gosec // the whole part is bounded
			t.starts = append(t.starts, at)
			return nil
		},
	}.run(r)
	if err != nil {
		return err
	}
	return out.Flush()
}

// at returns one text.
func (t *texts) at(index string) (text string, struck bool, err error) {
	i, ok := parseCount(strings.TrimSpace(index), maxTexts)
	if !ok || i >= len(t.starts)-1 {
		return "", false, Corrupt()
	}
	read := make([]byte, t.starts[i+1]-t.starts[i])
	if _, err := t.file.ReadAt(read, int64(t.starts[i])); err != nil {
		return "", false, err
	}
	return string(read), t.struck[i], nil
}

func (t *texts) close() error {
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}
