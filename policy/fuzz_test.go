package policy_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

// Whatever it is given, Read answers with a policy that reads back the same or
// with errors that can be shown, and never with more of either than fits a
// page of memory.
func FuzzRead(f *testing.F) {
	f.Add(policy.DefaultText())
	for _, b := range broken() {
		f.Add([]byte(b.text(f)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := policy.Read(bytes.NewReader(text))
		if err != nil {
			requireShowable(t, err, bytes.Count(text, []byte("\n"))+1)
			return
		}
		require.Equal(t, text, p.Text())
		again, err := policy.Read(bytes.NewReader(p.Text()))
		require.NoError(t, err)
		require.Equal(t, p, again)

		fast, err := p.WithDayLength(2 * time.Second)
		require.NoError(t, err)
		want := *p
		want.Time.DayLength = policy.Duration(2 * time.Second)
		requireSame(t, &want, fast)
	})
}

// Files made to exhaust whoever reads them are refused like any other.
func TestReadIsNotExhausted(t *testing.T) {
	t.Parallel()
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := policy.Read(strings.NewReader(text))
			requireShowable(t, err, strings.Count(text, "\n")+1)
		})
	}
}

// hostile returns files at the limit of size, each heavy in its own way.
func hostile() map[string]string {
	const limit = 256 << 10
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (limit-len(head)-len(tail))/len(unit)) + tail
	}
	laughs := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for name := 'b'; name <= 'z'; name++ {
		before := string(name - 1)
		laughs += string(name) + ": &" + string(name) + " [" + strings.Repeat("*"+before+", ", 8) + "*" + before + "]\n"
	}
	return map[string]string{
		"billion laughs": laughs,
		"deep lists":     fill("", "[", ""),
		"deep fields":    fill("", "{a: ", ""),
		"deep items":     fill("", "- ", ""),
		"deep keys":      fill("", "? ", ""),
		"empty steps":    fill("ladder: [", "{},", "]"),
		"empty codes":    fill("codes: {matters: [", "{},", "]}"),
		"unknown fields": fill("clocks: {", "x: 1, ", "}"),
		"long key":       fill("", "k", ": 1"),
		"long value":     fill("name: x\ntime: {day_length: ", "9", "h}"),
		"long tag":       fill("name: !<", "t", "> x"),
		"long anchor":    fill("name: &", "t", " x"),
		"comments":       fill("", "#\n", ""),
		"one line":       fill("name: [", ",", "]"),
	}
}

func requireShowable(t *testing.T, err error, lines int) {
	t.Helper()
	var all policy.Errors
	require.ErrorAs(t, err, &all)
	require.NotEmpty(t, all)
	require.LessOrEqual(t, len(all), 200)
	last := 0
	for _, one := range all {
		require.NotEmpty(t, one.Reason)
		require.GreaterOrEqual(t, one.Line, last, "sorted by line")
		require.LessOrEqual(t, one.Line, lines+1)
		require.Less(t, len(one.Error()), 2000)
		last = one.Line
	}
}
