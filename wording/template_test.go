package wording_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/wording"
)

type fields struct {
	Name  string
	Late  int
	Items []item

	private string
}

type item struct {
	Number, Due string
	Unit        struct{ Name string }
}

// Secretly is a method, which no template may call.
func (fields) Secretly() string { return "called" }

func TestATemplateIsFilledIn(t *testing.T) {
	t.Parallel()
	tmpl, err := wording.Load[fields](`督办提醒：{{len2}}`, `x`)
	require.Error(t, err)
	require.Nil(t, tmpl)
	tmpl, err = wording.Load[fields](`{{.Name}}：督办提醒`, `
{{- /* 每日汇总 */ -}}
{{if and .Items (not (eq .Late 0))}}{{.Name}}，逾期{{.Late}}项：
{{range .Items}}{{.Number}}（{{.Unit.Name}}）{{with .Due}}应于{{.}}前办结{{else}}无期限{{end}}；{{$.Name}}
{{end}}{{else if eq .Name "甲"}}甲没有逾期{{else}}没有逾期{{end}}`)
	require.NoError(t, err)
	one := item{Number: "督〔2026〕0001号", Due: "3月2日"}
	one.Unit.Name = "市档案局"
	subject, text, err := tmpl.Write(fields{Name: "张书记", Late: 2, Items: []item{one, {Number: "2"}}, private: "x"})
	require.NoError(t, err)
	require.Equal(t, "张书记：督办提醒", subject)
	require.Equal(t, "张书记，逾期2项：\n督〔2026〕0001号（市档案局）应于3月2日前办结；张书记\n2（）无期限；张书记", text)
	_, text, err = tmpl.Write(fields{Name: "甲"})
	require.NoError(t, err)
	require.Equal(t, "甲没有逾期", text)
}

// A template with an unknown field is refused when it is loaded, wherever in it
// the field stands, and so is all else that could fail or reach further.
func TestTemplatesThatAreRefused(t *testing.T) {
	t.Parallel()
	for source, field := range map[string]string{
		`{{.Nome}}`:                                         ".Nome",
		`{{.private}}`:                                      ".private",
		`{{.Secretly}}`:                                     ".Secretly",
		`{{if .Name}}{{else}}{{.Oops}}{{end}}`:              ".Oops",
		`{{if false}}{{.Oops}}{{end}}`:                      "false",
		`{{if .Oops}}{{end}}`:                               ".Oops",
		`{{range .Items}}{{.Name}}{{end}}`:                  ".Name",
		`{{range .Items}}{{.Unit.Oops}}{{end}}`:             ".Unit.Oops",
		`{{range .Items}}{{$.Oops}}{{end}}`:                 ".Oops",
		`{{range .Items}}x{{else}}{{.Number}}{{end}}`:       ".Number",
		`{{range .Name}}{{end}}`:                            ".Name",
		`{{range 1000000000}}x{{end}}`:                      "1000000000",
		`{{with .Name}}{{.Late}}{{end}}`:                    ".Late",
		`{{with .Name}}{{else}}{{.Oops}}{{end}}`:            ".Oops",
		`{{.Name.Length}}`:                                  ".Name.Length",
		`{{.Items.Number}}`:                                 ".Items.Number",
		`{{$x := .Name}}{{$x}}`:                             "$x := .Name",
		`{{range $i, $e := .Items}}{{end}}`:                 "$i, $e := .Items",
		`{{.Name | printf "%d"}}`:                           `.Name | printf "%d"`,
		`{{printf "%1000000d" .Late}}`:                      `printf "%1000000d" .Late`,
		`{{len .Items}}`:                                    "len .Items",
		`{{index .Items 9}}`:                                "index .Items 9",
		`{{call .Name}}`:                                    "call .Name",
		`{{html .Name}}`:                                    "html .Name",
		`{{eq .Name 1}}`:                                    "eq .Name 1",
		`{{eq .Items .Items}}`:                              "eq .Items .Items",
		`{{eq .Name}}`:                                      "eq .Name",
		`{{.Items}}`:                                        ".Items",
		`{{range .Items}}{{.}}{{end}}`:                      ".",
		`{{eq .Late 1}}`:                                    "eq .Late 1",
		`{{not}}`:                                           "not",
		`{{.Name .Late}}`:                                   ".Name .Late",
		`{{(.Items).Number}}`:                               "(.Items).Number",
		`{{define "x"}}y{{end}}{{template "x"}}`:            "define",
		`{{block "x" .}}{{.Oops}}{{end}}`:                   "define",
		`{{template "x"}}`:                                  `{{template "x"}}`,
		`{{.Name`:                                           "",
		`{{range .Items}}{{range $.Items}}x{{end}}{{end}}`:  "$.Items",
		`{{unknown .Name}}`:                                 "",
		`  `:                                                "",
		`{{if and .Name (or .Late (eq .Oops "x"))}}{{end}}`: ".Oops",
	} {
		for part, texts := range map[wording.Part][2]string{wording.Subject: {source, "x"}, wording.Text: {"x", source}} {
			_, err := wording.Load[fields](texts[0], texts[1])
			var refused *wording.Error
			require.ErrorAs(t, err, &refused, source)
			require.Equal(t, []string{string(part), field}, []string{string(refused.Part), refused.Asked}, source)
			require.Contains(t, refused.Error(), string(part)+": ")
		}
	}
	require.Panics(t, func() { _, _ = wording.Load[map[string]string]("x", "x") })
}

type duty struct {
	Number string `must:"subject,text"`
	Items  []line `must:"text"`
	Rest   int    `must:"text"`
}

type line struct {
	Title string `must:"text"`
	Copy  bool
}

// What a message must say no wording of it leaves out, whatever the values are, and
// says of each in a list.
func TestATemplateSaysWhatItMust(t *testing.T) {
	t.Parallel()
	const all = `{{.Number}}{{range .Items}}{{.Title}}{{end}}{{with .Rest}}另{{.}}项{{end}}`
	_, err := wording.Load[duty](`{{.Number}}`, all)
	require.NoError(t, err)
	_, err = wording.Load[duty](`督办`, all)
	require.EqualError(t, err, "subject: must ask for .Number, as {{.Number}} outside of every branch, or by {{with .Number}}…{{.}}…{{end}}")
	for text, left := range map[string]string{
		`{{if .Rest}}{{.Number}}{{end}}{{range .Items}}{{.Title}}{{end}}{{with .Rest}}{{.}}{{end}}`:                       ".Number",
		`{{if .Number}}{{end}}{{range .Items}}{{.Title}}{{end}}{{with .Rest}}{{.}}{{end}}`:                                ".Number",
		`{{.Number}}{{range .Items}}{{break}}{{.Title}}{{end}}{{with .Rest}}{{.}}{{end}}`:                                 "{{break}}",
		`{{.Number}}{{range .Items}}{{continue}}{{.Title}}{{end}}{{with .Rest}}{{.}}{{end}}`:                              "{{continue}}",
		`{{with .Number}}x{{end}}{{range .Items}}{{.Title}}{{end}}{{with .Rest}}{{.}}{{end}}`:                             ".Number",
		`{{.Number}}{{with .Rest}}{{.}}{{end}}`:                                                                           ".Items",
		`{{.Number}}{{range .Items}}x{{end}}{{with .Rest}}{{.}}{{end}}`:                                                   ".Title",
		`{{.Number}}{{range .Items}}{{if .Copy}}{{.Title}}{{end}}{{end}}{{with .Rest}}{{.}}{{end}}`:                       ".Title",
		`{{.Number}}{{range .Items}}{{.Title}}{{end}}{{range .Items}}{{.Title}}{{else}}{{with .Rest}}{{.}}{{end}}{{end}}`: ".Rest",
		`{{with .Number}}{{.}}{{end}}{{range .Items}}{{with $.Rest}}{{.}}{{end}}{{.Title}}{{end}}`:                        ".Rest",
	} {
		_, err := wording.Load[duty](`{{.Number}}`, text)
		var refused *wording.Error
		require.ErrorAs(t, err, &refused, text)
		require.Equal(t, []string{"text", left}, []string{string(refused.Part), refused.Asked}, text)
	}
}

// Who words a message is told what there is, and where it cannot be read.
func TestARefusedTemplateSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	_, err := wording.Load[fields]("x", "第一行\n{{range .Items}}{{.Nummer}}{{end}}")
	require.EqualError(t, err, "text: asks for .Nummer, which there is not: expected one of .Number, .Due, .Unit")
	_, err = wording.Load[fields]("x", "第一行\n{{if .Name}}")
	require.EqualError(t, err, "text: cannot be read, at its line 2: unexpected EOF")
	_, err = wording.Load[fields]("两\n行", "x")
	require.EqualError(t, err, "subject: expected one line of at most 200 characters")
	_, err = wording.Load[fields](strings.Repeat("长", 201), "x")
	require.EqualError(t, err, "subject: expected one line of at most 200 characters")
	_, err = wording.Load[fields]("x", strings.Repeat("长", 4001))
	require.EqualError(t, err, "text: expected at most 4000 characters")
	_, err = wording.Load[fields](" ", "x")
	require.EqualError(t, err, "subject: expected text, got nothing")
}

// There is always a subject.
func TestASubjectSaysSomething(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"{{if .Late}}逾期{{end}}", " {{with .Name}}{{.}}{{end}} ", "{{range .Items}}{{.Number}}{{end}}"} {
		_, err := wording.Load[fields](source, "x")
		require.EqualError(t, err, "subject: must say something outside of every branch", source)
	}
	for _, source := range []string{"督办{{if .Late}}逾期{{end}}", "{{.Name}}"} {
		_, err := wording.Load[fields](source, "x")
		require.NoError(t, err, source)
	}
}

// A subject is one line: what follows a line break would be a header of an e-mail.
func TestASubjectIsOneLine(t *testing.T) {
	t.Parallel()
	tmpl, err := wording.Load[fields]("{{.Name}}", "{{.Name}}")
	require.NoError(t, err)
	subject, text, err := tmpl.Write(fields{Name: "甲\r\nBcc: all"})
	require.NoError(t, err)
	require.Equal(t, "甲  Bcc: all", subject)
	require.Equal(t, "甲\r\nBcc: all", text)
}

// Whatever template is taken writes something of whatever values.
func FuzzLoad(f *testing.F) {
	for _, source := range []string{
		`{{.Name}}`, `{{range .Items}}{{.Number}}{{with .Due}}{{.}}{{else}}{{$.Late}}{{end}}{{end}}`, `{{if and .Name (not (eq .Late 0))}}x{{end}}`,
		`{{if or .Items (ne "x" .Name)}}{{break}}{{end}}`, `{{- /* x */ -}}{{with .Items}}x{{end}}`, `{{range .Items}}{{continue}}{{end}}`,
	} {
		f.Add(source)
	}
	full := fields{Name: "张书记", Late: -1, Items: []item{{Number: "1", Due: "3月2日"}, {}}}
	f.Fuzz(func(t *testing.T, source string) {
		tmpl, err := wording.Load[fields]("x", source)
		if err != nil {
			return
		}
		for _, values := range []fields{{}, full} {
			_, text, err := tmpl.Write(values)
			require.NoError(t, err)
			require.Less(t, len(text), 1<<20)
		}
	})
}
