package calendar_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"duban/calendar"
)

// notice is a whole file as small as the law allows: the days of 2019, when one
// notice moved the end of 2018 too. Line numbers below are those of this text.
const notice = `{
  "$schema": "https://example.org/schema.json",
  "year": 2019,
  "reference": "国务院办公厅关于2019年部分节假日安排的通知",
  "papers": [
    "https://www.gov.cn/one.htm"
  ],
  "days": [
    {"name": "元旦", "date": "2018-12-29", "isOffDay": false},
    {"name": "元旦", "date": "2018-12-30", "isOffDay": true},
    {"name": "元旦", "date": "2018-12-31", "isOffDay": true},
    {"name": "元旦", "date": "2019-01-01", "isOffDay": true},
    {"name": "劳动节", "date": "2019-05-01", "isOffDay": true},
    {"name": "国庆节", "date": "2019-10-03", "isOffDay": true},
    {"name": "国庆节", "date": "2019-10-02", "isOffDay": true},
    {"name": "国庆节", "date": "2019-10-01", "isOffDay": true}
  ]
}
`

func read(s string) (calendar.Year, error) { return calendar.ReadYear(strings.NewReader(s)) }

func TestReadYear(t *testing.T) {
	t.Parallel()

	y, err := read(notice)
	require.NoError(t, err)
	require.Equal(t, 2019, y.Year)
	require.Equal(t, "国务院办公厅关于2019年部分节假日安排的通知", y.Reference)
	require.Equal(t, "https://www.gov.cn/one.htm", y.Source)
	require.Len(t, y.Days, 8)
	require.Equal(t, calendar.SpecialDay{Date: date(t, "2018-12-29"), Name: "元旦"}, y.Days[0])
	require.Equal(t, calendar.SpecialDay{Date: date(t, "2019-10-03"), Name: "国庆节", Off: true}, y.Days[7], "sorted by date")

	c, err := calendar.New(1, y)
	require.NoError(t, err)
	day := c.Day(date(t, "2018-12-29"))
	require.Equal(t, calendar.MakeUpWorkday, day.Kind)
	require.False(t, day.Provisional, "decided by a notice, though not that of its year")
	require.True(t, c.Day(date(t, "2018-12-28")).Provisional)
}

func TestReadYearAccepts(t *testing.T) {
	t.Parallel()

	for name, change := range map[string][]string{
		"a byte order mark":           {"{\n  \"$schema\"", "\ufeff{\n  \"$schema\""},
		"Windows line ends":           {"\n", "\r\n"},
		"a second paper":              {`one.htm"`, `one.htm", "http://www.gov.cn/two.htm"`},
		"no papers but the reference": {`"https://www.gov.cn/one.htm"`, ``},
		"work resumed on a Wednesday": {`{"name": "国庆节", "date": "2019-10-03"`, `{"name": "劳动节", "date": "2019-05-02", "isOffDay": false}, {"name": "国庆节", "date": "2019-10-03"`},
	} {
		_, err := read(strings.ReplaceAll(notice, change[0], change[1]))
		require.NoError(t, err, name)
	}

	y, err := read(strings.Replace(notice, `  "reference": "国务院办公厅关于2019年部分节假日安排的通知",`+"\n", "", 1))
	require.NoError(t, err)
	require.Equal(t, "国务院办公厅关于2019年部分节假日安排的通知", y.Reference, "the title all notices have")
}

func TestReadYearRefuses(t *testing.T) {
	t.Parallel()

	for _, v := range []struct {
		name     string
		old, new string
		line     int
		reason   string // in English
		zh       string // a part of the Chinese
	}{
		{"empty", notice, "", 1, "the file ends too early", "文件不完整"},
		{"cut off", "  ]\n}\n", "", 16, "the file ends too early", "文件不完整"},
		{"cut in a word", "true}\n  ]\n}\n", "tr", 16, "the file ends too early", "文件不完整"},
		{"a list", notice, "[]", 1, "the file must begin with {", "文件应当以{开始"},
		{"a comma too many", "true}\n  ]", "true},\n  ]", 17, "the file is not valid JSON", "不是有效的JSON"},
		{"a comma missing", "\"year\": 2019,", "\"year\": 2019", 4, "the file is not valid JSON", "不是有效的JSON"},
		{"a field without quotes", `"year"`, `year`, 3, "the file is not valid JSON", "不是有效的JSON"},
		{"a value of nothing", `2019,`, `,`, 3, "the file is not valid JSON", "不是有效的JSON"},
		{"saved as GBK", "元旦\", \"date\": \"2018-12-30", "\xd4\xaa\xb5\xa9\", \"date\": \"2018-12-30", 10, "the file is not UTF-8 text", "不是UTF-8"},
		{"something after it", "  ]\n}\n", "  ]\n}\n\n{}\n", 20, "something follows the end of the notice", "还有内容"},

		{"an unknown field", `"$schema"`, `"schema"`, 2, `the field "schema" is unknown`, `不认识字段"schema"`},
		{"an unknown field of a day", `"isOffDay": false`, `"off": false`, 9, `the field "off" is unknown`, `不认识字段"off"`},
		{"other capitals", `"isOffDay": false`, `"IsOffDay": false`, 9, `the field "IsOffDay" is unknown`, `不认识字段`},
		{"a field twice", "\"year\": 2019,\n", "\"year\": 2019,\n\"year\": 2020,\n", 4, `the field "year" appears twice`, "重复"},
		{"a field of a day twice", `"isOffDay": false`, `"isOffDay": false, "isOffDay": true`, 9, `the field "isOffDay" appears twice`, "重复"},
		{"no year", "  \"year\": 2019,\n", "", 17, `the field "year" is missing`, "缺少"},
		{"no papers", "  \"papers\": [\n    \"https://www.gov.cn/one.htm\"\n  ],\n", "", 15, `the field "papers" is missing`, "缺少"},
		{"no days", notice, "{\n\"year\": 2019,\n\"papers\": []}", 3, `the field "days" is missing`, "缺少"},
		{"a day without isOffDay", `, "isOffDay": false`, "", 9, `the field "isOffDay" is missing`, "缺少"},
		{"a day without a date", `"date": "2018-12-29", `, "", 9, `the field "date" is missing`, "缺少"},
		{"a day without a name", `"name": "元旦", "date": "2018-12-29"`, `"date": "2018-12-29"`, 9, `the field "name" is missing`, "缺少"},

		{"year as text", "2019,", `"2019",`, 3, `the field "year" must be a whole number`, "应当是整数"},
		{"year as fraction", "2019,", `2019.0,`, 3, `the field "year" must be a whole number`, "应当是整数"},
		{"year as power", "2019,", `2e3,`, 3, `the field "year" must be a whole number`, "应当是整数"},
		{"huge year", "2019,", `99999999999999999999,`, 3, `the field "year" must be a whole number`, "应当是整数"},
		{"year of nobody", "2019,", `1911,`, 3, "year 1911 is outside 1949 to 2200", "年份1911"},
		{"reference as number", `"国务院办公厅关于2019年部分节假日安排的通知"`, "7", 4, `the field "reference" must be text`, "应当是文字"},
		{"papers as text", "[\n    \"https://www.gov.cn/one.htm\"\n  ]", `"https://www.gov.cn/one.htm"`, 5, `"papers" must begin with [`, "应当以[开始"},
		{"a paper as object", `"https://www.gov.cn/one.htm"`, "{}", 6, `the field "papers" must be text`, "应当是文字"},
		{"days as object", "\"days\": [", "\"days\": {", 8, `"days" must begin with [`, "应当以[开始"},
		{"a day as text", `{"name": "元旦", "date": "2018-12-29", "isOffDay": false}`, `"2018-12-29"`, 9, "a day must begin with {", "应当以{开始"},
		{"isOffDay as number", `"isOffDay": false`, `"isOffDay": 0`, 9, `the field "isOffDay" must be true or false`, "应当是true或者false"},
		{"isOffDay as null", `"isOffDay": false`, `"isOffDay": null`, 9, `the field "isOffDay" must be true or false`, "应当是true或者false"},
		{"date as number", `"2018-12-29"`, `20181229`, 9, `the field "date" must be text`, "应当是文字"},
		{"name as null", `"name": "元旦", "date": "2018-12-29"`, `"name": null, "date": "2018-12-29"`, 9, `the field "name" must be text`, "应当是文字"},

		{"a date that does not exist", "2019-10-02", "2019-02-29", 15, "there is no day 2019-02-29", "不存在"},
		{"a date with slashes", "2019-10-02", "2019/10/02", 15, "is not in the form 2026-02-28", "不是2026-02-28的形式"},
		{"a date twice", "2018-12-31", "2018-12-30", 11, "2018-12-30 is named twice", "列了两次"},
		{"off and worked", "2018-12-30", "2018-12-29", 10, "2018-12-29 is named both as a day off and as a workday", "既列为放假又列为上班"},
		{"a date of another year", "2018-12-29", "2020-01-05", 9, "2020-01-05 is not in 2019, nor in December of the year before", "不属于2019年"},
		{"November before", "2018-12-29", "2018-11-24", 9, "2018-11-24 is not in 2019", "不属于2019年"},
		{"December two years before", "2018-12-29", "2017-12-30", 9, "2017-12-30 is not in 2019", "不属于2019年"},
		{"the year's title wrong", "2019,", "2020,", 9, "2018-12-29 is not in 2020", "不属于2020年"},
		{"a weekday made up", "2018-12-29", "2018-12-28", 9, "2018-12-28 is an ordinary weekday, not a make-up workday", "是普通工作日"},
		{"a statutory day worked", `"2019-05-01", "isOffDay": true`, `"2019-05-01", "isOffDay": false`, 13, "2019-05-01 is a day off by law (劳动节) and cannot be a workday", "不能列为上班"},
		{"a statutory day left out", "    {\"name\": \"劳动节\", \"date\": \"2019-05-01\", \"isOffDay\": true},\n", "", 8, "2019-05-01 is a day off by law (劳动节) that the notice does not name", "没有列为放假"},

		{"a name of spaces", `"name": "元旦", "date": "2018-12-31"`, `"name": " ", "date": "2018-12-31"`, 11, "the name of 2018-12-31 is empty", "名称为空"},
		{"a long name", `"name": "元旦", "date": "2018-12-31"`, `"name": "` + strings.Repeat("节", 41) + `", "date": "2018-12-31"`, 11, "over 40 characters", "超过40字"},
		{"a name that turns the line", `"name": "元旦", "date": "2018-12-31"`, `"name": "元旦\u202e", "date": "2018-12-31"`, 11, "invisible", "不可见"},
		{"a reference with a line break", `的通知"`, `的通知\n"`, 8, "invisible", "不可见"},
		{"a script for an address", "https://www.gov.cn/one.htm", "javascript:alert(1)", 8, "does not begin with https:// or http://", "不以https://或者http://开头"},
		{"an address with a space", "https://www.gov.cn/one.htm", "https://www.gov.cn/ one.htm", 6, "an address is empty or has a space in it", "网址为空"},

		// What holiday-cn keeps for a year whose notice is still to come.
		{"no notice yet", notice, "{\n  \"year\": 2027,\n  \"papers\": [],\n  \"days\": []\n}\n", 4, "the notice names no day", "没有列出任何日期"},
		{"nobody's notice", notice, "{\n\"year\": 2019,\n\"papers\": [],\n\"days\": [\n{\"name\":\"元旦\",\"date\":\"2019-01-01\",\"isOffDay\":true}]}", 4, "neither a reference nor an address", "没有写明"},
		{"too large", notice, notice + strings.Repeat("\n", calendar.MaxYearBytes), 1 + strings.Count(notice, "\n") + calendar.MaxYearBytes + 1 - len(notice), "the file is larger than 1 MiB", "超过1MiB"},
		{"too deep", notice, strings.Repeat("[", 200_000), 1, "the file must begin with {", "应当以{开始"},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()

			require.Contains(t, notice, v.old)
			y, err := read(strings.Replace(notice, v.old, v.new, 1))
			require.Zero(t, y)
			var refused *calendar.LineError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, refused.ReasonEN, v.reason)
			require.Contains(t, refused.Reason, v.zh)
			require.Equal(t, v.line, refused.Line, err)
			require.ErrorContains(t, err, "line ")
		})
	}
}

func TestReadYearPassesTheReadersError(t *testing.T) {
	t.Parallel()

	broken := errors.New("the disk is gone")
	_, err := calendar.ReadYear(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	var refused *calendar.LineError
	require.NotErrorAs(t, err, &refused)
}

func TestYearJSONRoundTrip(t *testing.T) {
	t.Parallel()

	for _, y := range calendar.Builtin().Years() {
		text, err := json.Marshal(y)
		require.NoError(t, err)
		var back calendar.Year
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, y, back)
	}
	var y calendar.Year
	require.Error(t, json.Unmarshal([]byte(`{"year":2027,"papers":[],"days":[]}`), &y))
}

func FuzzReadYear(f *testing.F) {
	f.Add([]byte(notice))
	f.Add([]byte(`{"year":2027,"papers":[],"days":[]}`))
	f.Add([]byte("\ufeff{}"))
	for _, name := range []string{"data/2024.json", "data/2025.json", "data/2026.json"} {
		file, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		y, err := calendar.ReadYear(bytes.NewReader(file))
		if err != nil {
			var refused *calendar.LineError
			require.ErrorAs(t, err, &refused)
			require.Positive(t, refused.Line)
			require.LessOrEqual(t, refused.Line, 1+bytes.Count(file, []byte("\n")))
			require.NotEmpty(t, refused.Reason)
			require.NotEmpty(t, refused.ReasonEN)
			return
		}
		_, err = calendar.New(1, y)
		require.NoError(t, err)
		text, err := json.Marshal(y)
		require.NoError(t, err)
		var back calendar.Year
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, y, back)
	})
}
