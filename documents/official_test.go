package documents_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What no official paper has, with what is wrong about it. Numbers of cases and papers,
// dates and telephone numbers are of other forms.
var unofficial = map[string]*regexp.Regexp{
	"a level, code or short name of ours": regexp.MustCompile(`\b[A-Z]\d+\b`),
	"a date as programs write it":         regexp.MustCompile(`\d{4}-\d{2}-\d{2}`),
	"the name of a kind of file":          regexp.MustCompile(`(?i)\.(pdf|docx?|xlsx?|jpe?g|png|txt|jsonl?|zip|mp[34])\b`),
	"a word of English or of programs":    regexp.MustCompile(`[A-Za-z_]{3,}`),
	"straight quotes or half-width stops": regexp.MustCompile(`["']|[\p{Han}][,;:?!]|[,;:?!][\p{Han}]`),
	"“回头看” without its quotes":            regexp.MustCompile(`[^“看]回头看|^回头看|回头看[^”]`),
	"an empty place":                      regexp.MustCompile(`《》|“”|（）|〔〕|第项|，，|。。|；。|，。|：。`),
	"one word for two things":             regexp.MustCompile(`冷静期|承诺值|计至|证明材料|案件|转持续|负责人负责`),
}

// official holds a paper's text against what no official paper has.
func official(t *testing.T, name, text string) {
	t.Helper()
	require.NotEmpty(t, text, name)
	for what, form := range unofficial {
		if found := form.FindStringIndex(text); found != nil {
			around := []rune(text[max(0, found[0]-60):min(len(text), found[1]+60)])
			require.Fail(t, "not official", "%s has %s: …%s…", name, what, strings.ToValidUTF8(string(around), ""))
		}
	}
	if !strings.Contains(name, "draft") {
		require.NotContains(t, text, "送审稿", name)
	}
}

// lines are what people read of a document, a paragraph a line.
func lines(t *testing.T, file []byte) string {
	t.Helper()
	_, all := parts(t, file)
	var out strings.Builder
	for _, m := range regexp.MustCompile(`(?s)<w:t(?: [^>]*)?>(.*?)</w:t>|</w:p>`).FindAllStringSubmatch(all["word/document.xml"], -1) {
		if m[1] == "" {
			out.WriteString("\n")
		}
		out.WriteString(html.UnescapeString(m[1]))
	}
	return out.String()
}

// Nothing that leaves in the committee's name has a code, a level, a date of programs, a
// file's name or English in it; so every kind of paper, and every one that the tests of
// the lives of cases make (played.says).
func TestEveryPaperIsOfficial(t *testing.T) {
	t.Parallel()
	for name, paper := range papers() {
		file, err := paper.Write()
		require.NoError(t, err, name)
		official(t, name, lines(t, file))
	}
	file, err := list().Write()
	require.NoError(t, err)
	official(t, "list", lines(t, file))
	require.Len(t, unofficial, 8)
	for what, form := range unofficial {
		require.Regexp(t, form, map[string]string{
			"a level, code or short name of ours": "督办依据：L2督办函", "a date as programs write it": "于2026-03-02", "the name of a kind of file": "照片.jpg",
			"a word of English or of programs": "见record", "straight quotes or half-width stops": `以"三会一课"`, "“回头看” without its quotes": "开展回头看工作",
			"an empty place": "对《》的", "one word for two things": "该案件",
		}[what], what)
	}
}
