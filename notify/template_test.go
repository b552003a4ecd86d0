package notify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/notify"
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
	tmpl, err := notify.Load[fields]("digest", `督办提醒：{{len2}}`, `x`)
	require.Error(t, err)
	require.Nil(t, tmpl)
	tmpl, err = notify.Load[fields]("digest", `{{.Name}}：督办提醒`, `
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
		`{{not}}`:                                           "not",
		`{{.Name .Late}}`:                                   ".Name .Late",
		`{{(.Items).Number}}`:                               "(.Items).Number",
		`{{define "x"}}y{{end}}{{template "x"}}`:            "define",
		`{{block "x" .}}{{.Oops}}{{end}}`:                   "define",
		`{{template "x"}}`:                                  `{{template "x"}}`,
		`{{.Name`:                                           "",
		`{{unknown .Name}}`:                                 "",
		`  `:                                                "",
		`{{if and .Name (or .Late (eq .Oops "x"))}}{{end}}`: ".Oops",
	} {
		for part, texts := range map[string][2]string{"subject": {source, "x"}, "text": {"x", source}} {
			_, err := notify.Load[fields]("提醒", texts[0], texts[1])
			var refused *notify.TemplateError
			require.ErrorAs(t, err, &refused, source)
			require.Equal(t, []string{"提醒", part, field}, []string{refused.Template, refused.Part, refused.Field}, source)
			require.Contains(t, refused.ZH, "模板“提醒”的")
		}
	}
	require.Panics(t, func() { _, _ = notify.Load[map[string]string]("x", "x", "x") })
}
