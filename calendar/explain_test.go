package calendar_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the difference before you commit it")

func TestExplainAgreesWithAdd(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	rapid.Check(t, func(t *rapid.T) {
		start := dates().Draw(t, "start")
		if rapid.Bool().Draw(t, "near the notices") {
			start = calendar.On(2023, 11, 1).AddDays(rapid.IntRange(0, 1300).Draw(t, "days"))
		}
		p := periods(calendar.MaxPeriod).Draw(t, "p")
		e := c.Explain(start, p)
		require.Equal(t, c.Add(start, p), e.Due)
		require.Equal(t, start, e.Start)
		require.Equal(t, p, e.Period)

		// The steps tell the same: in order, without gaps, counted up to N and
		// ending on the due date.
		counted := 0
		last := e.Days[0].Date
		require.Equal(t, start, last)
		for i, s := range e.Days {
			require.NotEmpty(t, s.Reason)
			require.NotEmpty(t, s.ReasonEN)
			require.Equal(t, s.Counted, s.N > 0)
			if s.Counted {
				require.Greater(t, s.N, counted)
				counted = s.N
			}
			if p.Unit == calendar.WorkingDays && i > 0 {
				require.Equal(t, last.AddDays(1), s.Date)
			}
			require.False(t, s.Date.Before(last))
			last = s.Date
			if s.Until.IsZero() {
				continue
			}
			require.True(t, s.Until.After(s.Date))
			last = s.Until
		}
		require.Equal(t, e.Due.Date, last)
		if last != lastDate {
			require.Equal(t, p.N, counted)
		}
	})
}

func TestExplainSteps(t *testing.T) {
	t.Parallel()

	e := calendar.Builtin().Explain(date(t, "2026-02-13"), period(t, "2WD"))
	const notice = "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
	require.Equal(t, 1, e.Version)
	require.Equal(t, calendar.Step{
		Date: date(t, "2026-02-13"), Reason: "起算日，不计入", ReasonEN: "the start day does not count",
		Reference: "《中华人民共和国民法典》第二百零一条",
	}, e.Days[0])
	require.Equal(t, calendar.Step{
		Date: date(t, "2026-02-14"), Counted: true, N: 1, Reason: "调休上班（春节）", ReasonEN: "make-up workday (春节)", Reference: notice,
	}, e.Days[1])
	require.Equal(t, calendar.Step{
		Date: date(t, "2026-02-15"), Reason: "放假（春节）", ReasonEN: "day off (春节)", Reference: notice,
	}, e.Days[2])
	require.Equal(t, calendar.Step{
		Date: date(t, "2026-02-24"), Counted: true, N: 2, Reason: "工作日，期满", ReasonEN: "workday; the period ends",
	}, e.Days[11])
	require.Len(t, e.Days, 12)
}

func TestExplainRollsOntoAMakeUpWorkday(t *testing.T) {
	t.Parallel()

	e := calendar.Builtin().Explain(date(t, "2024-02-01"), period(t, "15D"))
	last := e.Days[len(e.Days)-1]
	require.Equal(t, "2024-02-18", last.Date.String())
	require.Equal(t, "调休上班（春节），顺延至此日到期", last.Reason)
	require.Equal(t, "国务院办公厅关于2024年部分节假日安排的通知（国办发明电〔2023〕7号）；《中华人民共和国民法典》第二百零三条", last.Reference)
}

func TestExplainNoDate(t *testing.T) {
	t.Parallel()

	e := calendar.Builtin().Explain(calendar.Date{}, period(t, "15WD"))
	require.Zero(t, e.Due)
	require.Empty(t, e.Days)
	var out bytes.Buffer
	require.NoError(t, e.WriteText(&out))
	require.Equal(t, "没有起算日，没有到期日\n", out.String())
}

func TestExplanationJSON(t *testing.T) {
	t.Parallel()

	text, err := json.Marshal(calendar.Builtin().Explain(date(t, "2026-02-26"), period(t, "1D")))
	require.NoError(t, err)
	require.JSONEq(t, `{
		"start": "2026-02-26", "period": "1D", "calendar_version": 1, "due": {"date": "2026-02-27", "provisional": false},
		"days": [
			{"date": "2026-02-26", "counted": false, "n": 0, "reason": "起算日，不计入", "reason_en": "the start day does not count",
			 "reference": "《中华人民共和国民法典》第二百零一条"},
			{"date": "2026-02-27", "counted": true, "n": 1, "reason": "按自然日连续计算，休息日和节假日计入", "reason_en": "natural days, days off among them"},
			{"date": "2026-02-27", "counted": false, "n": 0, "reason": "工作日，到期", "reason_en": "workday; due"}
		]}`, string(text))
}

func TestExplanationWriteText(t *testing.T) {
	t.Parallel()

	long := calendar.Builtin().Years()[2]
	long.Reference = strings.Repeat("国务院办公厅关于2026年部分节假日安排的通知，", 6) + "（国办发明电〔2025〕7号）"
	longest, err := calendar.Builtin().With(long, 12)
	require.NoError(t, err)
	for _, v := range []struct {
		name, start, period string
		calendar            *calendar.Calendar
	}{
		{"working-days", "2026-02-02", "15WD", calendar.Builtin()},
		{"natural-days", "2026-01-20", "30D", calendar.Builtin()},
		{"months", "2025-12-31", "2M", calendar.Builtin()},
		{"provisional", "2026-12-21", "15WD", calendar.Builtin()},
		{"no-length", "2026-10-01", "0D", calendar.Builtin()},
		{"long-reference", "2026-01-20", "30D", longest},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()

			var out bytes.Buffer
			require.NoError(t, v.calendar.Explain(date(t, v.start), period(t, v.period)).WriteText(&out))
			for line := range strings.Lines(out.String()) {
				require.LessOrEqual(t, columns(strings.TrimSuffix(line, "\n")), 80, line)
				require.Equal(t, strings.TrimRight(line, " \n"), strings.TrimSuffix(line, "\n"), "no trailing space")
			}
			golden := filepath.Join("testdata", "explain-"+v.name+".txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), out.String())
		})
	}
}

// columns counts Chinese characters and their marks as two; the texts here hold
// nothing else beyond ASCII.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0x7F {
			n++
		}
	}
	return n
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestExplanationWriteTextReturnsTheWritersError(t *testing.T) {
	t.Parallel()

	e := calendar.Builtin().Explain(date(t, "2026-02-02"), period(t, "15WD"))
	require.ErrorIs(t, e.WriteText(fullDisk{}), errFull)
}
