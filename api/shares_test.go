package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// However many of a unit's people send however slowly, others find a place, and
// so do other units when many units do it.
func TestPlacesAreShared(t *testing.T) {
	t.Parallel()
	const all, each = 128, 8
	try := api.Shares(all, each)
	hold := func(unit string) (held int) {
		for account := range all {
			for try(lifecycle.Actor{Account: fmt.Sprint(unit, account), Unit: unit}) {
				held++
			}
		}
		return held
	}
	require.LessOrEqual(t, hold("甲"), all/8)
	officer := lifecycle.Actor{Account: "officer"}
	require.True(t, try(officer))
	for i := range 24 {
		require.Positive(t, hold(fmt.Sprint("单位", i)), "unit %d of 24 that each take what they can", i)
	}
	for i := range each + 1 {
		mine := try(lifecycle.Actor{Account: "inspector"})
		if i == 0 {
			require.True(t, mine)
		}
		if i == each {
			require.False(t, mine)
		}
	}
}

// A stuck client takes what it is sent when it is let.
type stuck struct {
	*httptest.ResponseRecorder

	reached, let chan struct{}
	once         bool
}

// Write waits for the client.
func (s *stuck) Write(p []byte) (int, error) {
	if !s.once {
		s.once = true
		close(s.reached)
		<-s.let
	}
	return s.ResponseRecorder.Write(p)
}

// Who reads a marked workbook slowly holds up nobody's import.
func TestASlowReaderHoldsNoTurn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	bad := s.as(t, p.Inspector, upload(t, s.filled(t, []any{1, "没有的单位", "问题", "事实", "2026.3.2", "督促检查", "C03"}), s.campaign(t))).problem(t)
	slow := &stuck{ResponseRecorder: httptest.NewRecorder(), reached: make(chan struct{}), let: make(chan struct{})}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, bad.Marked, nil)
	r.Header.Set("Authorization", "Bearer "+p.Tokens[p.Inspector.Account])
	done := make(chan struct{})
	go func() { defer close(done); s.handler.ServeHTTP(slow, r) }()
	<-slow.reached
	imported := make(chan int, 1)
	other := upload(t, s.filled(t, goodRow(1)), s.campaign(t))
	go func() { imported <- s.as(t, p.Officer, other).Code }() //nolint:testifylint // a code that does not come fails the test below
	select {
	case code := <-imported:
		require.Equal(t, http.StatusCreated, code)
	case <-time.After(30 * time.Second):
		t.Error("the import waits for the reader")
	}
	close(slow.let)
	<-done
	require.Equal(t, http.StatusOK, slow.Code)
}

// What is refused is counted, by account and by unit, and in time forgotten.
func TestRefusedTriesAreCounted(t *testing.T) {
	t.Parallel()
	c := newClock()
	at := c.Now()
	s := siteWith(t, func(o *api.Options) {
		o.Clock = func() time.Time { return at }
		o.PerSecond, o.Burst = 1e6, 1e6
	})
	p := s.people
	bad := asked{method: http.MethodPost, path: "/v1/recusal-requests", body: `{}`}
	for range api.RefusedBurst {
		require.Equal(t, http.StatusUnprocessableEntity, s.as(t, p.Secretary, bad).Code)
	}
	full := s.as(t, p.Secretary, bad)
	require.Equal(t, "too_many_requests", full.problem(t).Code)
	require.Equal(t, http.StatusOK, s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/tasks"}).Code, "reading goes on")
	require.NotEqual(t, http.StatusTooManyRequests, s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/cases", body: `{}`}).Code, "another's are his own")
	at = at.Add(time.Minute)
	require.Equal(t, http.StatusUnprocessableEntity, s.as(t, p.Secretary, bad).Code)
}
