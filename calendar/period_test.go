package calendar_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
)

// periods draws any valid period of at most most units.
func periods(most int) *rapid.Generator[calendar.Period] {
	units := []calendar.Unit{calendar.WorkingDays, calendar.NaturalDays, calendar.Months}
	return rapid.Custom(func(t *rapid.T) calendar.Period {
		return calendar.Period{N: rapid.IntRange(0, most).Draw(t, "n"), Unit: rapid.SampledFrom(units).Draw(t, "unit")}
	})
}

func TestParsePeriod(t *testing.T) {
	t.Parallel()

	for s, want := range map[string]calendar.Period{
		"15WD":  {N: 15, Unit: calendar.WorkingDays},
		"30D":   {N: 30, Unit: calendar.NaturalDays},
		"2M":    {N: 2, Unit: calendar.Months},
		"0WD":   {N: 0, Unit: calendar.WorkingDays},
		"3650D": {N: 3650, Unit: calendar.NaturalDays},
	} {
		require.Equal(t, want, period(t, s))
		require.Equal(t, s, want.String())
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	t.Parallel()

	for _, s := range []string{
		"", "15", "WD", "15 WD", "15wd", "15W", "15DD", "15MD", "15WDM", "-1D", "+1D", "015WD", "00D", "1.5M", "1Y", "15WD ", "１５WD", "15工作日",
	} {
		_, err := calendar.ParsePeriod(s)
		require.ErrorContains(t, err, "is not a number with WD (working days), D (natural days) or M (months), such as 15WD", s)
	}
	for _, s := range []string{"3651D", "99999999999999999999WD"} {
		_, err := calendar.ParsePeriod(s)
		require.ErrorContains(t, err, "is longer than 3650", s)
	}
}

func TestPeriodTextRoundTrip(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		p := periods(calendar.MaxPeriod).Draw(t, "p")
		require.True(t, p.Valid())
		require.False(t, p.IsZero())
		text, err := json.Marshal(p)
		require.NoError(t, err)
		var back calendar.Period
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, p, back)
		value, err := p.Value()
		require.NoError(t, err)
		require.NoError(t, back.Scan(value))
		require.Equal(t, p, back)
	})
}

func TestNoPeriod(t *testing.T) {
	t.Parallel()

	var none calendar.Period
	require.True(t, none.IsZero())
	require.False(t, none.Valid())
	require.Empty(t, none.String())
	require.Empty(t, none.Chinese())
	text, err := none.MarshalText()
	require.NoError(t, err)
	require.Empty(t, text)
	p := calendar.Period{N: 1, Unit: calendar.Months}
	require.NoError(t, p.UnmarshalText(nil))
	require.True(t, p.IsZero())
	value, err := none.Value()
	require.NoError(t, err)
	require.Nil(t, value)
	require.NoError(t, p.Scan(nil))
	require.True(t, p.IsZero())
}

func TestPeriodRefusesToWriteOrReadNonsense(t *testing.T) {
	t.Parallel()

	for _, p := range []calendar.Period{
		{N: 15},
		{N: -1, Unit: calendar.WorkingDays},
		{N: 3651, Unit: calendar.Months},
		{N: 1, Unit: "Y"},
	} {
		require.False(t, p.Valid())
		_, err := p.MarshalText()
		require.Error(t, err)
		_, err = p.Value()
		require.Error(t, err)
	}
	var p calendar.Period
	require.Error(t, p.UnmarshalText([]byte("15")))
	require.Error(t, p.Scan("15"))
	require.Error(t, p.Scan(""))
	require.Error(t, p.Scan(int64(15)))
	require.NoError(t, p.Scan([]byte("15WD")))
}

func TestPeriodChinese(t *testing.T) {
	t.Parallel()

	require.Equal(t, "15个工作日", period(t, "15WD").Chinese())
	require.Equal(t, "30日", period(t, "30D").Chinese())
	require.Equal(t, "2个月", period(t, "2M").Chinese())
}
