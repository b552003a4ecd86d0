package dispatch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/dispatch"
	"duban/lifecycle"
	"duban/store"
)

// The real record is one, of course.
var _ dispatch.Record = (*store.Store)(nil)

var errTrouble = errors.New("trouble")

// A memory is a record in memory. Every change of a case is a telling.
type memory struct {
	mu       sync.Mutex
	cases    map[string]store.Told
	tellings map[string]telling
	beats    []time.Time
	beat     time.Duration
	// stuck cases do not move on however often their alarm is applied, broken
	// ones fail.
	stuck, broken map[string]bool
	away          bool
	late          []store.LateRound
	told          []time.Time // when look-backs were told of
	applied       []string
}

type telling struct {
	seq      int64
	queuedAt time.Time
	tries    int
	next     time.Time
}

func newMemory() *memory {
	return &memory{cases: map[string]store.Told{}, tellings: map[string]telling{}, stuck: map[string]bool{}, broken: map[string]bool{}, beat: time.Minute}
}

func (m *memory) Execute(_ context.Context, r store.Request) (store.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return store.Answer{}, store.ErrBusy
	}
	m.move(r.Case, time.Now().Add(24*time.Hour))
	return store.Answer{Case: lifecycle.Case{ID: r.Case, Seq: m.cases[r.Case].Seq}}, nil
}

// move moves a case on. The caller holds the lock.
func (m *memory) move(id string, fire time.Time) {
	told := m.cases[id]
	told = store.Told{Case: id, Seq: told.Seq + 1, AlarmNo: told.AlarmNo + 1, FireAt: fire}
	m.cases[id] = told
	m.tellings[id] = telling{seq: told.Seq, queuedAt: time.Now()}
}

// put moves a case on as some other process would.
func (m *memory) put(id string, fire time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.move(id, fire)
}

func (m *memory) Telling(_ context.Context, id string) (store.Told, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.tellings[id]
	return m.cases[id], ok, nil
}

func (m *memory) TellingDone(_ context.Context, id string, seq int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tellings[id]; ok && t.seq <= seq {
		delete(m.tellings, id)
	}
	return nil
}

func (m *memory) TellingFailed(_ context.Context, id string, seq int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tellings[id]; ok && t.seq <= seq {
		t.tries++
		t.next = time.Now().Add(time.Minute)
		m.tellings[id] = t
	}
	return nil
}

func (m *memory) Tellings(_ context.Context, olderThan time.Duration, limit int) ([]store.Telling, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errTrouble
	}
	var left []store.Telling
	for id, t := range m.tellings {
		if time.Since(t.queuedAt) > olderThan && !t.next.After(time.Now()) {
			left = append(left, store.Telling{Case: id, Seq: t.seq, Tries: t.tries})
		}
	}
	return left[:min(limit, len(left))], nil
}

func (m *memory) TellAll(_ context.Context, after string, limit int) (int, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id := range m.cases {
		if id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	ids = ids[:min(limit, len(ids))]
	for _, id := range ids {
		m.tellings[id] = telling{seq: m.cases[id].Seq, queuedAt: time.Now()}
		after = id
	}
	return len(ids), after, nil
}

func (m *memory) LateAlarms(_ context.Context, olderThan time.Duration, limit int) ([]store.LateAlarm, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errTrouble
	}
	var late []store.LateAlarm
	for id, told := range m.cases {
		if time.Since(told.FireAt) > olderThan {
			late = append(late, store.LateAlarm{Case: id, AlarmNo: told.AlarmNo, FireAt: told.FireAt})
		}
	}
	slices.SortFunc(late, func(a, b store.LateAlarm) int {
		return cmp.Or(a.FireAt.Compare(b.FireAt), cmp.Compare(a.Case, b.Case))
	})
	return late[:min(limit, len(late))], nil
}

func (m *memory) LateAlarmCount(ctx context.Context, olderThan time.Duration) (int64, error) {
	late, err := m.LateAlarms(ctx, olderThan, 1<<30)
	return int64(len(late)), err
}

// Alarm moves the case on by a day.
func (m *memory) Alarm(_ context.Context, id string, alarmNo int64) (store.Told, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	told, ok := m.cases[id]
	switch {
	case !ok:
		return store.Told{}, store.ErrNotFound
	case m.broken[id]:
		return store.Told{}, errTrouble
	case m.stuck[id] || told.AlarmNo != alarmNo:
		return told, nil
	}
	m.applied = append(m.applied, fmt.Sprint(id, " ", alarmNo))
	m.move(id, told.FireAt.Add(24*time.Hour))
	return m.cases[id], nil
}

func (m *memory) Heartbeat(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errTrouble
	}
	m.beats = append(m.beats, time.Now())
	return nil
}

func (m *memory) HeartbeatEvery(context.Context) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.beat, nil
}

func (m *memory) waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.tellings)
}

func (m *memory) tries(id string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tellings[id].tries
}

func (m *memory) alarms() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.applied)
}

func (m *memory) heart() []time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.beats)
}

func (m *memory) change(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do()
}

// A recorder is an engine that writes down what it is told.
type recorder struct {
	mu       sync.Mutex
	told     []string // "case seq"
	replaced []string
	jobs     []string
	checks   int
	busy     map[string]bool
	most     int // calls at the same time
	err      error
	takes    time.Duration // how long a call takes
}

func (r *recorder) Tell(ctx context.Context, told store.Told) error {
	r.mu.Lock()
	if r.busy == nil {
		r.busy = map[string]bool{}
	}
	if r.busy[told.Case] {
		panic("told twice at the same time: " + told.Case)
	}
	r.busy[told.Case] = true
	r.most = max(r.most, len(r.busy))
	takes, err := r.takes, r.err
	r.mu.Unlock()

	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			err = fmt.Errorf("%w: %w", dispatch.ErrEngineAway, ctx.Err())
		}
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, told.Case)
	if err == nil {
		r.told = append(r.told, fmt.Sprint(told.Case, " ", told.Seq))
	}
	return err
}

func (r *recorder) Replace(_ context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.replaced = append(r.replaced, id)
	}
	return r.err
}

func (r *recorder) Recompute(_ context.Context, job string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.jobs = append(r.jobs, job)
	}
	return r.err
}

func (r *recorder) Import(ctx context.Context, job string) error { return r.Recompute(ctx, job) }

func (r *recorder) Notices(ctx context.Context, job string) error { return r.Recompute(ctx, job) }

func (r *recorder) Check(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks++
	return r.err
}

func (r *recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func (r *recorder) tellings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.told)
}

func (r *recorder) replacements() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.replaced)
}

func (r *recorder) width() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.most
}

// start runs a dispatcher inside a bubble of synctest until the test ends it.
func start(t *testing.T, m *memory, o dispatch.Options) (d *dispatch.Dispatcher, stop func()) {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	d = dispatch.New(m, o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	synctest.Wait()
	return d, func() {
		t.Helper()
		cancel()
		require.NoError(t, <-done)
	}
}

// do executes a command on a case.
func do(t *testing.T, d *dispatch.Dispatcher, id string) {
	t.Helper()
	_, err := d.Do(t.Context(), store.Request{Case: id})
	require.NoError(t, err)
}

// metric reads a metric without labels.
func metric(t *testing.T, from prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == name {
			m := f.GetMetric()[0]
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// pass lets time pass in the bubble, and everything happen that is due by then.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (m *memory) LateRounds(context.Context) ([]store.LateRound, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.late, nil
}

func (m *memory) DispatchLookBacks(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, now)
	return nil
}
