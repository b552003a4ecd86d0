package documents_test

import (
	"html"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
	"duban/policy"
)

func list() documents.NegativeList {
	return documents.NegativeList{
		Office: documents.Office{Name: "市直机关工作委员会"}, List: policy.ListAssessment, Year: 2026, Number: "工委通报〔2026〕3号",
		On: calendar.On(2026, 12, 1), Entries: []documents.Listed{
			{Unit: "市档案局", On: calendar.On(2026, 6, 1), Decision: "工委会议〔2026〕1号", Facts: "组织生活制度不严格。"},
			{Unit: "市统计局", On: calendar.On(2026, 7, 1), Facts: "整改逾期 <20个工作日>。"},
		},
	}
}

// plainText is the text of a document without its marks.
func plainText(t *testing.T, file []byte) string {
	t.Helper()
	_, all := parts(t, file)
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(all["word/document.xml"], ""))
}

// Issue 4 point 4: the list as an official paper: every unit with its day, its
// decision and what is said of the facts; the same input makes the same bytes.
func TestTheListAsAPaper(t *testing.T) {
	t.Parallel()
	text, err := list().Write()
	require.NoError(t, err)
	again, err := list().Write()
	require.NoError(t, err)
	require.Equal(t, text, again)
	body := plainText(t, text)
	for _, want := range []string{
		"各部门党组（党委）：", "2026年度下列2个单位列入党建成效考核负面清单", "市档案局", "工委会议〔2026〕1号", "2026年7月1日", "整改逾期 <20个工作日>。", "工委通报〔2026〕3号", "2026年12月1日",
	} {
		require.Contains(t, body, want)
	}
	require.NotContains(t, body, "送审稿")
	draft := list()
	draft.Number = ""
	text, err = draft.Write()
	require.NoError(t, err)
	require.Contains(t, plainText(t, text), "送审稿")
}

// What the paper must say and does not is refused; an empty list is no paper.
func TestAListWithoutItsFacts(t *testing.T) {
	t.Parallel()
	n := list()
	n.Entries[1].Facts = ""
	_, err := n.Write()
	var field *documents.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "facts", field.Field)
	n.Entries = nil
	_, err = n.Write()
	var yet *documents.NotYetError
	require.ErrorAs(t, err, &yet)
	require.Equal(t, "nobody_listed", yet.Code)
}
