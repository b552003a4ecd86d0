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
