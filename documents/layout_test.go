package documents_test

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// A page is what a reader sees of one: words with their places, in points.
type page struct {
	Width float64 `xml:"width,attr"`
	Words []word  `xml:"word"`
}

type word struct {
	XMin float64 `xml:"xMin,attr"`
	YMin float64 `xml:"yMin,attr"`
	XMax float64 `xml:"xMax,attr"`
	YMax float64 `xml:"yMax,attr"`
	Text string  `xml:",chardata"`
}

// rendered lays every paper out as people will see it, in one run: starting
// LibreOffice is what takes long.
func rendered(t *testing.T, files map[string]writable) map[string][]page {
	t.Helper()
	dir := t.TempDir()
	program, err := exec.LookPath("soffice")
	if err != nil {
		program, err = exec.LookPath("libreoffice")
	}
	require.NoError(t, err, "LibreOffice is missing: make office installs it")
	_, err = exec.LookPath("pdftotext")
	require.NoError(t, err, "pdftotext is missing: make office installs it")
	arguments := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir}
	for name, p := range files {
		file, err := p.Write()
		require.NoError(t, err, name)
		path := filepath.Join(dir, name+".docx")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		arguments = append(arguments, path)
	}
	out, err := exec.CommandContext(t.Context(), program, arguments...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	if keep := os.Getenv("DUBAN_KEEP_PDF"); keep != "" {
		require.NoError(t, os.CopyFS(keep, os.DirFS(dir)))
	}
	pages := map[string][]page{}
	for name := range files {
		out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", filepath.Join(dir, name+".pdf"), "-").Output()
		require.NoError(t, err, name)
		var v struct {
			Pages []page `xml:"body>doc>page"`
		}
		require.NoError(t, xml.Unmarshal(out, &v), name)
		require.NotEmpty(t, v.Pages, name)
		pages[name] = v.Pages
	}
	return pages
}

// lines are the words of a page by line, from the top, the page number left out.
func (p page) lines() [][]word {
	words := slices.DeleteFunc(slices.Clone(p.Words), func(w word) bool { return w.YMin > numberBelow })
	slices.SortFunc(words, func(a, b word) int { return int((a.YMin - b.YMin) * 100) })
	var out [][]word
	for _, w := range words {
		if n := len(out); n > 0 && w.YMin-out[n-1][0].YMin < 10 {
			out[n-1] = append(out[n-1], w)
			continue
		}
		out = append(out, []word{w})
	}
	for _, line := range out {
		slices.SortFunc(line, func(a, b word) int { return int((a.XMin - b.XMin) * 100) })
	}
	return out
}

func joined(words []word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.Text)
	}
	return b.String()
}

// numberBelow is where the type area ends: 262 mm from the top.
const numberBelow = 743.0

// GB/T 9704 5.2 and 7.5: a full page has 22 lines of 28 characters, the number
// stands right on odd pages and left on even ones, and the date is never alone.
func TestLayout(t *testing.T) {
	t.Parallel()
	full := notice()
	full.Demand = strings.Repeat("整改要求逐项落实到人", 200)
	files := papers()
	files["full"] = full
	// One more line each, so that the end of the text meets every line of a page.
	for i := range 23 {
		l := letter()
		l.Demand = strings.Repeat("请逐项说明。\n", i+1)
		files["letter-"+string(rune('a'+i))] = l
		n := notice()
		n.Demand = l.Demand
		files["notice-"+string(rune('a'+i))] = n
	}
	pages := rendered(t, files)

	lines := pages["full"][2].lines() // plain text from the first line to the last
	require.Len(t, lines, 22)
	for _, line := range lines {
		require.Equal(t, 28, utf8.RuneCountInString(joined(line)), "%s", joined(line))
	}

	for name, all := range pages {
		for i, p := range all {
			var number []word
			for _, w := range p.Words {
				if w.YMin > numberBelow {
					number = append(number, w)
				}
			}
			letter := name != "notice-form" && name != "form" && name != "contents" && name != "note"
			if i == 0 && letter { // 10.1: a letter's first page has no number
				require.Empty(t, number, name)
				continue
			}
			slices.SortFunc(number, func(a, b word) int { return int(a.XMin - b.XMin) })
			require.Regexp(t, `^—\d+—$`, joined(number), "%s page %d", name, i+1)
			if i%2 == 0 {
				require.Greater(t, number[0].XMin, p.Width/2, "%s page %d", name, i+1)
			} else {
				require.Less(t, number[0].XMin, p.Width/2, "%s page %d", name, i+1)
			}
		}
	}

	heads(t, pages)
	imprints(t, pages)
	for _, name := range []string{"closing", "withdrawal"} {
		require.Len(t, pages[name], 1, "%s: a short paper goes on a second page", name)
	}

	tables(t, pages)

	signatures(t, pages)

	// The line of the date, and above it the office's name, and above that text.
	for name, all := range pages {
		if !strings.HasPrefix(name, "letter-") {
			continue
		}
		found := false
		for _, p := range all {
			texts := make([]string, 0, 22)
			for _, line := range p.lines() {
				texts = append(texts, joined(line))
			}
			i := slices.Index(texts, "2026年5月20日")
			if i < 0 {
				continue
			}
			found = true
			require.GreaterOrEqual(t, i, 2, "%s: the date is alone on its page", name)
			require.Equal(t, "市直机关工作委员会", texts[i-1], name)
			require.Equal(t, "特此函告。", texts[i-2], name)
		}
		require.True(t, found, name)
	}
}

// GB/T 9704 7.3.5: text goes with the signature, and no more of it than needs to
// while the page before has room.
func signatures(t *testing.T, pages map[string][]page) {
	t.Helper()
	const pitch = 28.95
	moved := 0
	for name, all := range pages {
		for i, p := range all {
			var texts []string
			for _, line := range p.lines() {
				texts = append(texts, joined(line))
			}
			at := slices.Index(texts, "市直机关工作委员会")
			if i == 0 || at < 0 || at+1 == len(texts) || !strings.HasPrefix(texts[at+1], "2026年") {
				continue
			}
			along := slices.DeleteFunc(texts[:at], func(s string) bool { return strings.HasPrefix(s, "附件") })
			require.NotEmpty(t, along, "%s: the signature is alone on its page", name)
			before := all[i-1].lines()
			if free := (mm(297-35) - before[len(before)-1][0].YMax) / pitch; free >= 2 {
				require.LessOrEqual(t, len(along), 3, "%s: page %d has room for %.0f lines more", name, i, free)
				moved++
			}
		}
	}
	require.GreaterOrEqual(t, moved, 10, "papers whose signature does not fit on the page before")
}

// mm is a length in points.
func mm(v float64) float64 { return v * 72 / 25.4 }

// GB/T 9704 10.1 and 7.2.4: the head of a letter begins 30 mm from the edge of the
// first page, that of a 文件 35 mm below the edge of the type area.
func heads(t *testing.T, pages map[string][]page) {
	t.Helper()
	for name, want := range map[string]float64{
		"notice": mm(30), "draft": mm(30), "letter-a": mm(30), "talk": mm(30), "closing": mm(30), "withdrawal": mm(30), "receipt": mm(30), "notice-form": mm(37 + 35),
	} {
		lines := pages[name][0].lines()
		require.Contains(t, joined(lines[0]), "市直机关工作委员会", name)
		require.InDelta(t, want, lines[0][0].YMin, mm(1), name)
		for _, p := range pages[name][1:] {
			require.NotEqual(t, "市直机关工作委员会", joined(p.lines()[0]), "%s: the head is on a later page too", name)
		}
	}
}

// GB/T 9704 7.4 and 10.1: a 文件 ends with its imprint, at the foot of the type area
// of its last page; a letter has none.
func imprints(t *testing.T, pages map[string][]page) {
	t.Helper()
	for name, all := range pages {
		for i, p := range all {
			for _, line := range p.lines() {
				require.False(t, strings.HasSuffix(joined(line), "印发") && (name != "notice-form" || i < len(all)-1), "%s page %d", name, i+1)
			}
		}
	}
	all := pages["notice-form"]
	foot := all[len(all)-1].lines()
	foot = foot[len(foot)-3:]
	require.Equal(t, []string{
		"抄送：市纪委监委驻市直机关纪检监察组，市委组织部，市直机关", "各党委（总支、支部）。", "市直机关工作委员会2026年3月9日印发",
	}, []string{joined(foot[0]), joined(foot[1]), joined(foot[2])})
	require.InDelta(t, mm(297-35), foot[2][0].YMax, mm(3), "the foot of the type area")
	last := foot[2][len(foot[2])-1]
	require.InDelta(t, mm(28), foot[2][0].XMin, mm(6), "a character in from the left")
	require.InDelta(t, mm(28+156), last.XMax, mm(6), "and from the right")
}

// What is filled in by hand has room, a date in a table stands on one line, and a
// list goes on under its heading on the next page.
func tables(t *testing.T, pages map[string][]page) {
	t.Helper()
	find := func(name, text string) (word, bool) {
		for _, p := range pages[name] {
			for _, w := range p.Words {
				if strings.Contains(w.Text, text) {
					return w, true
				}
			}
		}
		return word{}, false
	}
	sign, ok := find("form", "书记签名：")
	require.True(t, ok)
	require.Less(t, sign.XMax, mm(28+156-40), "no room for the secretary's signature")
	for _, date := range []string{"20260302", "20260309", "20260420"} {
		require.True(t, onOneLine(pages["contents"], date), "%s is broken over lines", date)
	}
	require.Greater(t, len(pages["contents"]), 1)
	for _, p := range pages["contents"][1:] {
		require.Contains(t, joined(p.lines()[0]), "题名")
	}
}

// onOneLine reports whether a text stands on one line: a reader of the file parts
// figures from characters.
func onOneLine(pages []page, text string) bool {
	for _, p := range pages {
		for i := range p.Words {
			said := ""
			for _, w := range p.Words[i:] {
				if w.YMin != p.Words[i].YMin {
					break
				}
				if said += w.Text; strings.HasPrefix(said, text) {
					return true
				}
			}
		}
	}
	return false
}
