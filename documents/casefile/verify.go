package casefile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"duban/lifecycle"
)

// What an archive may hold at the most; more is refused unread.
const (
	maxFiles = 100_000
	maxText  = 64 << 20
	maxName  = 255
)

// Verify checks an archive and returns what is wrong with it, a sentence each,
// and the manifest as far as it could be read. An error says that the archive
// could not be read at all.
func Verify(in io.ReaderAt, size int64) (m Manifest, problems []string) {
	m, _, problems = Open(in, size)
	return m, problems
}

// Open checks an archive as Verify does, and returns the events besides.
func Open(in io.ReaderAt, size int64) (m Manifest, events []lifecycle.Event, problems []string) {
	z, err := zip.NewReader(in, size)
	if err != nil {
		return m, nil, []string{"不是完整的压缩包"}
	}
	// Of an archive that was cut off, a Word file in it may be taken for the whole.
	if !slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == manifestName }) {
		return m, nil, []string{"不是完整的案卷，缺少文件：" + manifestName}
	}
	c := &check{zip: z, files: map[string]*zip.File{}}
	if !c.names() {
		return m, nil, c.problems
	}
	c.manifest()
	c.hashes()
	c.history()
	c.container(io.NewSectionReader(in, 0, size))
	return c.m, c.events, c.problems
}

type check struct {
	zip      *zip.Reader
	files    map[string]*zip.File
	m        Manifest
	events   []lifecycle.Event
	problems []string
}

func (c *check) say(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// safe reports whether a name can stand in an archive.
func safe(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) && name[0] != '.' &&
		!strings.ContainsFunc(name, func(r rune) bool { return !fit(r) })
}

// fit reports whether a letter can stand in a name.
func fit(r rune) bool { return unicode.IsPrint(r) && !strings.ContainsRune(`/\:*?"<>|`, r) }

func (c *check) names() bool {
	if len(c.zip.File) > maxFiles {
		c.say("文件过多")
		return false
	}
	for _, f := range c.zip.File {
		switch {
		case !safe(f.Name):
			c.say("文件名不安全：%q", f.Name)
		case c.files[f.Name] != nil:
			c.say("文件重复：%s", f.Name)
		case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64:
			c.say("文件被压缩过：%s", f.Name)
		}
		c.files[f.Name] = f
	}
	return len(c.problems) == 0
}

// text reads one of the texts.
func (c *check) text(name string) []byte {
	f := c.files[name]
	if f == nil {
		c.say("缺少文件：%s", name)
		return nil
	}
	if f.UncompressedSize64 > maxText {
		c.say("文件过大：%s", name)
		return nil
	}
	in, err := f.Open()
	if err == nil {
		defer in.Close()
		var text []byte
		if text, err = io.ReadAll(io.LimitReader(in, maxText)); err == nil {
			return text
		}
	}
	c.say("文件无法读取：%s", name)
	return nil
}

func (c *check) manifest() {
	text, want := c.text(manifestName), c.text(hashName)
	sum := sha256.Sum256(text)
	if string(want) != hex.EncodeToString(sum[:])+"\n" {
		c.say("清单与其哈希值不符")
	}
	if json.Unmarshal(text, &c.m) != nil || c.m.Format != format {
		c.say("清单无法读取，或者是本程序不认识的版本")
	}
}

func (c *check) hashes() {
	listed := map[string]bool{manifestName: true, hashName: true}
	for _, want := range c.m.Files {
		listed[want.Path] = true
		f := c.files[want.Path]
		if f == nil {
			c.say("缺少文件：%s", want.Path)
			continue
		}
		sum := sha256.New()
		in, err := f.Open()
		var n int64
		if err == nil {
			n, err = io.Copy(sum, in) //nolint:gosec // nothing here is compressed
			_ = in.Close()
		}
		if err != nil || n != want.Bytes || sumOf(sum) != want.SHA256 {
			c.say("文件与清单不符：%s", want.Path)
		}
	}
	for _, f := range c.zip.File {
		if !listed[f.Name] {
			c.say("清单之外的文件：%s", f.Name)
		}
	}
}

// history folds the events and compares what they make with the state.
func (c *check) history() {
	events, state := c.text(eventsName), c.text(stateName)
	list, err := linesOf(c.m.Case, events)
	var have lifecycle.Case
	if err == nil {
		have, err = fold(list)
	}
	if err != nil {
		c.say("经过无法读取")
		return
	}
	c.events = list
	var want lifecycle.Case
	if json.Unmarshal(state, &want) != nil {
		c.say("事项无法读取")
		return
	}
	one, _ := json.Marshal(have)     //nolint:errchkjson // it was just read
	another, _ := json.Marshal(want) //nolint:errchkjson // as above
	if !bytes.Equal(one, another) || have.Number != c.m.Number || have.Seq != c.m.Version {
		c.say("经过与事项的现状不符")
	}
	c.papers()
	// Whoever wrote a whole new archive, whose hashes fit, is found by what was
	// committed to at the draw.
	for _, d := range lifecycle.CheckDraws(c.m.Case, lifecycle.DrawsOf(list), nil) {
		for _, m := range d.Mismatches {
			c.say("第%d次抽签：%s", d.Number, m.ZH)
		}
	}
}

// papers holds the papers against the events by which they went out, which name
// their hashes: where an event's text stands its paper follows.
func (c *check) papers() {
	next := map[int]int{}
	for _, e := range c.events {
		s, ok := sectionOf(e.Kind)
		if !ok {
			continue
		}
		next[s.no] += 2
		file := c.begins(s.prefix(next[s.no]))
		paper := strings.HasSuffix(file.Path, ".docx")
		if !paper && !strings.HasSuffix(file.Path, lackingName) {
			next[s.no]--
		}
		switch issued := lifecycle.IssuedBy(e); {
		case issued == nil:
		case !paper:
			c.say("缺少文书：第%d项“%s”发出的文书", e.Seq, e.Kind.ZH())
		case file.SHA256 != issued.SHA256:
			c.say("文书不是发出的那一份：%s", file.Path)
		}
	}
}

// begins is the listed file whose name begins so.
func (c *check) begins(prefix string) File {
	i := slices.IndexFunc(c.m.Files, func(f File) bool { return strings.HasPrefix(f.Path, prefix) })
	if i < 0 {
		return File{}
	}
	return c.m.Files[i]
}

var errHistory = errors.New("the events are none a case could have")

func fold(events []lifecycle.Event) (out lifecycle.Case, err error) {
	defer func() {
		if recover() != nil { // events that no case can have one after another
			err = errHistory
		}
	}()
	return lifecycle.Fold(events), nil
}

// container writes the archive again and compares byte by byte, so that nothing
// hides between the files.
func (c *check) container(in io.Reader) {
	same := &comparing{with: bufio.NewReader(in)}
	out := zip.NewWriter(same)
	for _, f := range c.zip.File {
		content, err := f.Open()
		if err == nil {
			_, err = copyTo(out, f.Name, content)
			_ = content.Close()
		}
		if err != nil {
			c.say("压缩包的结构被改动过")
			return
		}
	}
	if out.Close() != nil {
		c.say("压缩包的结构被改动过")
		return
	}
	if _, err := same.with.ReadByte(); err == nil {
		c.say("压缩包之后另有内容")
	}
}

var errDiffers = errors.New("differs")

// comparing is a writer that fails at the first byte that is another's.
type comparing struct {
	with *bufio.Reader
	have []byte
}

// Write compares.
func (c *comparing) Write(p []byte) (int, error) {
	c.have = slices.Grow(c.have[:0], len(p))[:len(p)]
	if _, err := io.ReadFull(c.with, c.have); err != nil || !bytes.Equal(p, c.have) {
		return 0, errDiffers
	}
	return len(p), nil
}
