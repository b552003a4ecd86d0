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
	"slices"
	"strings"
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
func zipped(t testing.TB, parts ...string) []byte {
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

func office(t testing.TB, main string, more ...string) []byte {
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

// A part of a compound file: its path and its content.
type compoundPart struct{ path, content string }

// compoundFile is a compound file that programs can open: each stream lies in
// sectors of its own, and the entries of a storage follow each other.
func compoundFile(parts ...compoundPart) []byte {
	const sector, end, none, cutoff = 512, 0xfffffffe, 0xffffffff, 4096
	type entry struct {
		name         string
		kind         byte
		right, child uint32
		start, size  uint32
	}
	entries := []entry{{"Root Entry", 5, none, none, end, 0}}
	storages := map[string]int{"": 0}
	var fat []uint32
	var streams []byte
	link := func(parent, child int) {
		if entries[parent].child == none {
			entries[parent].child = uint32(child)
			return
		}
		at := entries[parent].child
		for entries[at].right != none {
			at = entries[at].right
		}
		entries[at].right = uint32(child)
	}
	for _, p := range parts {
		folders := strings.Split(p.path, "/")
		at := ""
		for _, folder := range folders[:len(folders)-1] {
			parent := storages[at]
			at += "/" + folder
			if _, have := storages[at]; !have {
				storages[at] = len(entries)
				entries = append(entries, entry{folder, 1, none, none, 0, 0})
				link(parent, len(entries)-1)
			}
		}
		content := []byte(p.content)
		if len(content) < cutoff { // smaller streams lie elsewhere
			content = append(content, make([]byte, cutoff-len(content))...)
		}
		size := len(content)
		content = append(content, make([]byte, (sector-size%sector)%sector)...)
		entries = append(entries, entry{folders[len(folders)-1], 2, none, none, uint32(len(fat)), uint32(size)})
		link(storages[at], len(entries)-1)
		for i := range len(content) / sector {
			next := uint32(len(fat) + 1)
			if i == len(content)/sector-1 {
				next = end
			}
			fat = append(fat, next)
		}
		streams = append(streams, content...)
	}
	directory := uint32(len(fat))
	var names []byte
	for _, e := range entries {
		b := make([]byte, 128)
		units := append(utf16.Encode([]rune(e.name)), 0)
		for i, u := range units {
			binary.LittleEndian.PutUint16(b[2*i:], u)
		}
		binary.LittleEndian.PutUint16(b[64:], uint16(2*len(units)))
		b[66] = e.kind
		for at, v := range map[int]uint32{68: none, 72: e.right, 76: e.child, 116: e.start, 120: e.size} {
			binary.LittleEndian.PutUint32(b[at:], v)
		}
		names = append(names, b...)
	}
	names = append(names, make([]byte, (sector-len(names)%sector)%sector)...)
	for i := range len(names) / sector {
		next := uint32(len(fat) + 1)
		if i == len(names)/sector-1 {
			next = end
		}
		fat = append(fat, next)
	}
	tables := (len(fat) + 127) / 128
	for tables*128 < len(fat)+tables {
		tables++
	}
	first := len(fat)
	for range tables {
		fat = append(fat, 0xfffffffd)
	}
	for len(fat) < tables*128 {
		fat = append(fat, none)
	}
	head := make([]byte, sector)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for at, v := range map[int]uint16{24: 0x3e, 26: 3, 28: 0xfffe, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(head[at:], v)
	}
	for at, v := range map[int]uint32{44: uint32(tables), 48: directory, 56: cutoff, 60: end, 68: end} {
		binary.LittleEndian.PutUint32(head[at:], v)
	}
	for i := range 109 {
		v := uint32(none)
		if i < tables {
			v = uint32(first + i)
		}
		binary.LittleEndian.PutUint32(head[76+4*i:], v)
	}
	file := slices.Concat(head, streams)
	file = append(file, names...)
	for _, v := range fat {
		file = binary.LittleEndian.AppendUint32(file, v)
	}
	return file
}

const helperEnv = "DUBAN_EVIDENCE_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) != "" {
		os.Exit(playUploader())
	}
	os.Exit(m.Run())
}
