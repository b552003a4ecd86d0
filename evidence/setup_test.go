package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

// A shelf is a store of its own in a folder.
type shelf struct {
	*evidence.Store
	folder string
}

func newShelf(t *testing.T, limit int64) shelf {
	t.Helper()
	s := shelf{folder: filepath.Join(t.TempDir(), "evidence")}
	url, err := evidence.FolderURL(s.folder)
	require.NoError(t, err)
	s.Store, err = evidence.Open(t.Context(), evidence.Options{URL: url, MaxBytes: limit})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// files lists every file in the folder, whatever it is.
func (s shelf) files(t *testing.T) []string {
	t.Helper()
	files := []string{}
	require.NoError(t, filepath.WalkDir(s.folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// keep receives and keeps a file.
func (s shelf) keep(t *testing.T, name string, content []byte) *evidence.Draft {
	t.Helper()
	d, err := s.Receive(t.Context(), name, bytes.NewReader(content))
	require.NoError(t, err, name)
	defer d.Discard()
	require.NoError(t, s.Keep(t.Context(), d))
	return d
}

// zipped is an archive of the parts, a name and a content each.
func zipped(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		p, err := w.Create(parts[i])
		require.NoError(t, err)
		_, err = io.WriteString(p, parts[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func office(t *testing.T, main string, more ...string) []byte {
	t.Helper()
	types := fmt.Sprintf(`<Types><Override ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/></Types>`, main)
	return zipped(t, append([]string{"[Content_Types].xml", types}, more...)...)
}

// compound is the directory of a compound file with entries of the names.
func compound(names ...string) []byte {
	b := make([]byte, 512)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for _, name := range names {
		entry := make([]byte, 128)
		units := append(utf16.Encode([]rune(name)), 0)
		for i, u := range units {
			binary.LittleEndian.PutUint16(entry[2*i:], u)
		}
		binary.LittleEndian.PutUint16(entry[64:], uint16(2*len(units)))
		entry[66] = 2
		b = append(b, entry...) //nolint:makezero // the header comes first
	}
	return b
}

const helperEnv = "DUBAN_EVIDENCE_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) != "" {
		os.Exit(playUploader())
	}
	os.Exit(m.Run())
}
