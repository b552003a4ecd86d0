package dispatch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"duban/dispatch"
	"duban/store"
)

// A round that does not begin is seen, its Schedule mended, and teams whose day it
// is are told from here, as often as the Schedule would have had it.
func TestLateRoundsAreSeenAndMended(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		var mended []string
		mend := func(_ context.Context, ids []string) error {
			mended = append(mended, fmt.Sprint(ids))
			return nil
		}
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Mend: mend})
		pass(time.Hour)
		require.Empty(t, mended)
		require.Empty(t, m.told)

		m.set([]store.LateRound{{Name: "look_backs", Every: 5 * time.Minute}, {Name: "messages", Every: time.Minute}})
		pass(30 * time.Second)
		require.Equal(t, "[look_backs messages]", mended[0])
		require.Len(t, m.told, 1)
		pass(20 * time.Minute)
		require.InDelta(t, 5, len(m.told), 1)
		m.set(nil)
		pass(time.Minute)
		mended = nil
		pass(time.Hour)
		require.Empty(t, mended)
		stop()
	})
}

// With the engine away nothing can be mended there, and teams are told all the same.
func TestTeamsAreToldWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{err: fmt.Errorf("%w: gone", dispatch.ErrEngineAway)}
		mend := func(context.Context, []string) error {
			t.Error("nothing can be mended")
			return nil
		}
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Mend: mend})
		m.set([]store.LateRound{{Name: "look_backs", Every: 5 * time.Minute}})
		pass(30 * time.Second)
		require.Len(t, m.told, 1)
		stop()
	})
}

func (m *memory) set(late []store.LateRound) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.late = late
}
