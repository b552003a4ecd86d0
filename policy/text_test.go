package policy_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"duban/calendar"
	"duban/policy"
)

func TestTextReadsBackAsTheSamePolicy(t *testing.T) {
	t.Parallel()
	p := policy.Default()
	require.Equal(t, policy.DefaultText(), p.Text())
	require.Regexp(t, `^[0-9a-f]{64}$`, p.Hash())
	again, err := policy.Read(bytes.NewReader(p.Text()))
	require.NoError(t, err)
	require.Equal(t, p, again)
	require.Equal(t, p.Hash(), again.Hash())
}

func TestWithDayLengthChangesNothingElse(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"as it is":    "day_length: 24h",
		"quoted":      `day_length: "24h" # a "day"`,
		"in quotes":   "day_length: '24h'",
		"written out": "day_length: 24h00m00s",
		"wide":        "day_length:      24h",
		"below":       "day_length:\n    24h",
		"escaped":     `day_length: "2\x34h"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := policy.Read(strings.NewReader(strings.Replace(string(policy.DefaultText()), "day_length: 24h", line, 1)))
			require.NoError(t, err)
			for _, length := range []time.Duration{10 * time.Millisecond, 1500 * time.Millisecond, time.Hour, 24 * time.Hour} {
				got, err := p.WithDayLength(length)
				require.NoError(t, err)
				require.NotEqual(t, p.Hash(), got.Hash(), "another policy is another version")

				read, err := policy.Read(bytes.NewReader(got.Text()))
				require.NoError(t, err)
				require.Equal(t, read, got)

				want := *policy.Default()
				want.Time.DayLength = policy.Duration(length)
				requireSame(t, &want, got)
			}
			require.Equal(t, 24*time.Hour, p.Time.DayLength.Std(), "the first is as it was")
		})
	}
}

// YAML includes JSON, and a file of one line is the hardest to change in place.
func TestWithDayLengthChangesAFileOfOneLine(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"", "\ufeff"} {
		p, err := policy.Read(strings.NewReader(mark + oneLine(t)))
		require.NoError(t, err)
		requireSame(t, policy.Default(), p)
		got, err := p.WithDayLength(2 * time.Second)
		require.NoError(t, err)
		want := strings.Replace(string(p.Text()), `"day_length":"24h"`, `"day_length":"2s"`, 1)
		require.True(t, want == string(got.Text()), "the same but for one word: JSON stays JSON")
	}
}

// oneLine returns the default policy as JSON.
func oneLine(t *testing.T) string {
	t.Helper()
	var tree map[string]any
	require.NoError(t, yaml.Load(policy.DefaultText(), &tree))
	text, err := json.Marshal(tree)
	require.NoError(t, err)
	return string(text)
}

func TestWithDayLengthKeepsToItsBounds(t *testing.T) {
	t.Parallel()
	for _, length := range []time.Duration{-time.Second, 0, 9 * time.Millisecond, 24*time.Hour + 1} {
		_, err := policy.Default().WithDayLength(length)
		require.ErrorContains(t, err, "time.day_length: expected", length)
	}
	_, err := new(policy.Policy).WithDayLength(time.Second)
	require.Error(t, err)
}

func TestTimelineIsRealUnlessTheDayIsShorter(t *testing.T) {
	t.Parallel()
	origin := calendar.On(2026, time.March, 2)
	start := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

	lawful, err := policy.Default().Timeline(calendar.Date{}, time.Time{})
	require.NoError(t, err)
	require.Equal(t, calendar.Real(), lawful)

	p, err := policy.Default().WithDayLength(2 * time.Second)
	require.NoError(t, err)
	fast, err := p.Timeline(origin, start)
	require.NoError(t, err)
	require.Equal(t, start.Add(6*time.Second), fast.Start(origin.AddDays(3)))

	_, err = p.Timeline(calendar.Date{}, start)
	require.Error(t, err, "a compressed timeline begins somewhere")
}

// requireSame compares two policies, their texts apart.
func requireSame(t *testing.T, want, got *policy.Policy) {
	t.Helper()
	for _, pair := range [][2]any{
		{want.Name, got.Name},
		{want.Time, got.Time},
		{want.Clocks, got.Clocks},
		{want.Rectification, got.Rectification},
		{want.Ladder, got.Ladder},
		{want.Measures, got.Measures},
		{want.TypeRules, got.TypeRules},
		{want.Extension, got.Extension},
		{want.Objection, got.Objection},
		{want.Stay, got.Stay},
		{want.Sustained, got.Sustained},
		{want.LookBack, got.LookBack},
		{want.Codes, got.Codes},
	} {
		require.Equal(t, pair[0], pair[1])
	}
}
