package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
)

// Two findings are the same by unit, title, facts and day; how they were typed
// and what they were filed under does not count.
func TestTheSameFindingIsKnownByItsKey(t *testing.T) {
	t.Parallel()
	one := lifecycle.OpenCase{
		Unit: "u1", Title: "党费1.5万元收缴不及时", Facts: "第一行，\n第二行", FoundOn: calendar.On(2026, time.March, 2), Method: "inspection", Category: "C03", Campaign: "a",
	}
	for name, change := range map[string]func(*lifecycle.OpenCase){
		"blanks":   func(b *lifecycle.OpenCase) { b.Facts = " 第一行，\r\n第二行\u3000" },
		"width":    func(b *lifecycle.OpenCase) { b.Title = "党费１．５万元收缴不及时" },
		"campaign": func(b *lifecycle.OpenCase) { b.Campaign = "b" },
		"judged":   func(b *lifecycle.OpenCase) { b.Category, b.Method, b.Dimension = "C04", "visit", "D4" },
	} {
		other := one
		change(&other)
		require.Equal(t, one.Key(), other.Key(), name)
	}
	for name, change := range map[string]func(*lifecycle.OpenCase){
		"unit":        func(b *lifecycle.OpenCase) { b.Unit = "u2" },
		"title":       func(b *lifecycle.OpenCase) { b.Title += "改" },
		"punctuation": func(b *lifecycle.OpenCase) { b.Title = "党费15万元收缴不及时" },
		"facts":       func(b *lifecycle.OpenCase) { b.Facts += "改" },
		"day":         func(b *lifecycle.OpenCase) { b.FoundOn = b.FoundOn.AddDays(1) },
		"boundary":    func(b *lifecycle.OpenCase) { b.Title, b.Facts = b.Title+"第", "一行，\n第二行" },
	} {
		other := one
		change(&other)
		require.NotEqual(t, one.Key(), other.Key(), name)
	}
}

// A finding is the same whatever a PDF or a messenger made of its characters.
func TestTheSameFindingIsKnownThroughWhatNobodySees(t *testing.T) {
	t.Parallel()
	one := lifecycle.OpenCase{Unit: "u1", Title: "文件流转不及时", Facts: "收文（3件）未登记", FoundOn: calendar.On(2026, time.March, 2)}
	for name, change := range map[string]func(*lifecycle.OpenCase){
		"radical":     func(b *lifecycle.OpenCase) { b.Title = "\u2f42件流转不及时" },
		"soft hyphen": func(b *lifecycle.OpenCase) { b.Facts = "收文\u00ad（3件）未登记" },
		"mark":        func(b *lifecycle.OpenCase) { b.Title = "文件\u200e流转不及时" },
		"brackets":    func(b *lifecycle.OpenCase) { b.Facts = "收文〔３件〕未登记" },
	} {
		other := one
		change(&other)
		require.Equal(t, one.Key(), other.Key(), name)
	}
}

func TestANumberIsReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"督〔2026〕0001", "督[2026]0001", "督（2026）1号", "督〔２０２６〕第0001号", " 督【2026】 1"} {
		require.Equal(t, int64(2026_000001), lifecycle.CaseNumberKey(text), text)
		require.Equal(t, "督〔2026〕0001", lifecycle.CaseNumber(text), text)
	}
	for _, text := range []string{"", "督", "督〔2026〕", "督〔26〕1", "〔2026〕1号", "督〔2026〕1234567", "督〔2026〕+1", "督〔2026〕0"} {
		require.Zero(t, lifecycle.CaseNumberKey(text), text)
		require.Equal(t, text, lifecycle.CaseNumber(text))
	}
}

// What is one line is refused where it is entered, with the character and its place.
func TestATitleStandsOnOneLine(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"第一\n第二": "第3个字符U+000A", "三会\t一课": "第3个字符U+0009", "三会\u2028一课": "第3个字符U+2028", "题\ufffe": "第2个字符U+FFFE",
	} {
		body := newCase()
		body.Title = title
		_, err := lifecycle.Decide(lifecycle.Case{}, nil, lifecycle.Command{ID: "c", Actor: people["author"], Body: body}, noon(day("2024-01-03")), defaultRules())
		var refused *lifecycle.Refusal
		require.ErrorAs(t, err, &refused, "%q", title)
		require.Equal(t, "bad_characters", refused.Code)
		require.Contains(t, refused.ZH, want)
	}
}
