package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

// What becomes of a message after each kind of try.
func TestJudging(t *testing.T) {
	t.Parallel()
	s := notify.Schedule{time.Minute, time.Hour}
	for name, c := range map[string]struct {
		err   error
		tries int
		want  notify.Verdict
	}{
		"taken":               {nil, 1, notify.Verdict{Outcome: notify.Sent, Counts: true}},
		"taken at last":       {nil, 9, notify.Verdict{Outcome: notify.Sent, Counts: true}},
		"first":               {&notify.SendError{Code: "x", Status: 451, ZH: "甲"}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Minute), Counts: true, Code: "x", Status: 451, ZH: "甲"}},
		"second":              {&notify.SendError{Code: "x"}, 2, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Hour), Counts: true, Code: "x"}},
		"last":                {&notify.SendError{Code: "x"}, 3, notify.Verdict{Outcome: notify.Dead, Counts: true, Code: "x"}},
		"asked to wait":       {&notify.SendError{Code: "x", RetryAfter: 10 * time.Minute}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(10 * time.Minute), Counts: true, Code: "x"}},
		"asked to come soon":  {&notify.SendError{Code: "x", RetryAfter: time.Second}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Minute), Counts: true, Code: "x"}},
		"asked for a year":    {&notify.SendError{Code: "x", RetryAfter: 365 * 24 * time.Hour}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(24 * time.Hour), Counts: true, Code: "x"}},
		"perhaps taken":       {&notify.SendError{Code: "x", Fate: notify.Uncertain}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Minute), Counts: true, MayHaveArrived: true, Code: "x"}},
		"perhaps taken, last": {&notify.SendError{Code: "x", Fate: notify.Uncertain}, 3, notify.Verdict{Outcome: notify.Dead, Counts: true, MayHaveArrived: true, Code: "x"}},
		"never":               {&notify.SendError{Code: "x", Fate: notify.Permanent}, 1, notify.Verdict{Outcome: notify.Dead, Counts: true, Code: "x"}},
		"never, wrapped":      {fmt.Errorf("send: %w", &notify.SendError{Code: "x", Fate: notify.Permanent}), 1, notify.Verdict{Outcome: notify.Dead, Counts: true, Code: "x"}},
		"held":                {&notify.SendError{Code: "x", Held: true, RetryAfter: 4 * time.Second}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(4 * time.Second), Code: "x"}},
		"held for no time":    {&notify.SendError{Code: "x", Held: true}, 1, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Second), Code: "x"}},
		"held however often":  {&notify.SendError{Code: "x", Held: true}, 99, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Second), Code: "x"}},
		"unknown":             {errors.New("?"), 1, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Minute), Counts: true, MayHaveArrived: true, Code: "unknown", ZH: "发送时发生未知错误。"}},
		"unknown end":         {context.Canceled, 3, notify.Verdict{Outcome: notify.Dead, Counts: true, MayHaveArrived: true, Code: "unknown", ZH: "发送时发生未知错误。"}},
		"no try at all":       {&notify.SendError{Code: "x"}, 0, notify.Verdict{Outcome: notify.Again, At: now.Add(time.Minute), Counts: true, Code: "x"}},
	} {
		require.Equal(t, c.want, s.Judge(c.err, c.tries, now), name)
	}
	require.Equal(t, notify.Dead, notify.Schedule{}.Judge(&notify.SendError{}, 1, now).Outcome, "one try and no more")
}

// The default outlasts a weekend without a receiver, and ends.
func TestTheDefaultSchedule(t *testing.T) {
	t.Parallel()
	s, at, tries := notify.DefaultSchedule(), now, 0
	for v := (notify.Verdict{}); v.Outcome != notify.Dead; {
		tries++
		if v = s.Judge(&notify.SendError{Code: "mail_later"}, tries, at); v.Outcome == notify.Again {
			require.True(t, v.At.After(at))
			at = v.At
		}
	}
	require.Equal(t, 10, tries)
	require.Greater(t, at.Sub(now), 3*24*time.Hour)
	require.Less(t, at.Sub(now), 4*24*time.Hour)
}
