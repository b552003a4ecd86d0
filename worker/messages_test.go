package worker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/notify"
	"duban/store"
)

// With the engine, timers and Schedules as they are: a notice reaches the unit's
// secretary by e-mail once, and when nothing is done, so does a digest that
// names the case, each under an id of its own.
func TestANoticeAndItsChasingLeaveTheHouse(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 2*time.Second, false)
	s.startEngine(t)
	_, err := s.record.PutAddress(t.Context(), store.Address{Account: s.people.Secretary.Account, Kind: string(notify.Email), Address: "secretary@example.org", Author: "x"})
	require.NoError(t, err)
	_, _, days, err := s.record.PolicyInForce(t.Context())
	require.NoError(t, err)
	life := &casetest.Life{Doer: door{s.door}, Key: t.Name()}
	c := life.Must(t.Context(), t, append([]casetest.Step{s.people.Finding("学习记录不全", days.Date(time.Now()))},
		append(s.people.UpToServing(lifecycle.Immediate), s.people.Sign())...)...)
	digests := func() (found []notify.Message) {
		for _, m := range s.left.all() {
			if strings.HasPrefix(m.Subject, "督办提醒") && strings.Contains(m.Text, c.Number) {
				found = append(found, m)
			}
		}
		return found
	}
	require.Eventually(t, func() bool { return len(digests()) >= 2 }, 3*soon, often, "nothing is chased")
	papers := 0
	seen := map[string]bool{}
	for _, m := range s.left.all() {
		require.False(t, seen[m.ID], "twice: %s", m.Subject)
		seen[m.ID] = true
		require.Equal(t, "secretary@example.org", m.To.Address.Reveal())
		if strings.HasPrefix(m.Subject, "请于") && strings.Contains(m.Subject, "前签收反馈意见：") && strings.HasSuffix(m.Subject, "（"+c.Number+"）") {
			papers++
		}
	}
	require.Equal(t, 1, papers)
	require.NotEqual(t, digests()[0].Subject, digests()[1].Subject, "one a day")
}
