package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/evidence"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
	"duban/workflows"
)

// twinKeys are the keys of the worlds' seals.
var twinKeys = sync.OnceValue(casetest.Keys)

// A womb makes worlds that are equal to the last byte: copies of one record, in
// which reports wait for their review.
type womb struct {
	name string
	// begins is when the first finding is made.
	begins time.Time

	people casetest.People
	more   []lifecycle.Actor // inspectors and leads besides
	// reached are the addresses of the people of units, drawn of those who may be
	// drawn.
	reached, drawn []string
	// cases are the unit's; of the first two the reports wait. others are another
	// unit's.
	cases, others []string
	receipts      []string
	// ready is when the last report came.
	ready time.Time
}

// A stopped clock stands where the test puts it.
type stopped struct {
	mu sync.Mutex
	at time.Time
}

func (c *stopped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *stopped) put(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// A world is a whole record and the API over it, at an instant that the test sets.
type world struct {
	*womb

	name    string
	handler http.Handler
	store   *store.Store
	door    api.Doer
	// process has the engine; nil in a world without.
	process *process
	clock   *stopped
	sql     *pgx.Conn
	log     *syncBuilder
	n       int
	// oversleeps: the dispatcher is away on the first drawn day, so that a leader
	// has to decide; missed counts how often that happened.
	oversleeps bool
	missed     int
}

// copies is the URL of a fresh copy of what the womb holds.
func (m *womb) copy(t *testing.T) string {
	t.Helper()
	return pgtest.Copy(t, m.name, func(ctx context.Context, url string) error {
		if err := migrate(ctx, url); err != nil {
			return err
		}
		s, err := store.Open(ctx, store.Options{URL: url, Keys: twinKeys()})
		if err != nil {
			return err
		}
		defer s.Close()
		m.fill(ctx, t, s)
		return nil
	})
}

// fill tells the story up to the review of the reports.
func (m *womb) fill(ctx context.Context, t *testing.T, s *store.Store) {
	t.Helper()
	m.people = casetest.NewPeople(ctx, t, s)
	p := m.people
	p.Take(ctx, t, s)
	for i, role := range []lifecycle.Role{lifecycle.Inspector, lifecycle.Inspector, lifecycle.Inspector, lifecycle.LookBackLead, lifecycle.LookBackLead} {
		a, token, err := s.AddAccount(ctx, store.NewAccount{Name: fmt.Sprintf("人员%d", i), Roles: []lifecycle.Role{role}})
		require.NoError(t, err)
		p.Tokens[a.ID] = token
		m.more = append(m.more, lifecycle.Actor{Account: a.ID, Name: a.Name, Roles: a.Roles})
	}
	put := func(a store.Address) {
		a.Author = a.Account
		_, err := s.PutAddress(ctx, a)
		require.NoError(t, err)
	}
	for _, a := range []store.Address{
		{Account: p.Secretary.Account, Kind: "email", Address: "secretary@example.org", Name: "邮箱"},
		{Account: p.Secretary.Account, Kind: "webhook", Address: "https://hooks.example.com/unit", Secret: hookSecret, Name: "推送"},
		{Account: p.Contact.Account, Kind: "email", Address: "contact@example.org", Name: "邮箱"},
	} {
		put(a)
		m.reached = append(m.reached, a.Address)
	}
	for i, who := range append([]lifecycle.Actor{p.Inspector, p.Lead}, m.more...) {
		a := store.Address{Account: who.Account, Kind: "email", Address: fmt.Sprintf("drawn%d@example.org", i), Name: "邮箱"}
		put(a)
		m.drawn = append(m.drawn, a.Address)
	}
	now := m.begins
	tell := func(key string, steps ...casetest.Step) string {
		l := &casetest.Life{Doer: s, Key: key, Now: func() time.Time { now = now.Add(time.Minute); return now }}
		for _, step := range steps {
			a, err := l.Do(ctx, step)
			require.NoError(t, err, "%s", step.Body.Kind())
			require.Nil(t, a.Refusal, "%s: %v", step.Body.Kind(), a.Refusal)
			m.receipts = append(m.receipts, a.CommandID)
		}
		return l.Case
	}
	on := calendar.Real().Date(now)
	for i := range 4 {
		steps := append([]casetest.Step{p.Finding(fmt.Sprintf("问题%d", i+1), on)}, p.UpToReview()...)
		if i == 3 { // its report is not made yet
			steps = steps[:len(steps)-1]
		}
		m.cases = append(m.cases, tell(fmt.Sprintf("twin-%d", i), steps...))
	}
	there := p
	there.Unit, there.OtherUnit, there.Secretary = p.OtherUnit, p.Unit, p.OtherSecretary
	m.others = append(m.others, tell("other", append([]casetest.Step{there.Finding("别的问题", on)}, there.UpToReview()...)...))
	m.ready = now
}

// born opens a copy of the womb's record; with an engine when there is one, in a
// namespace of that name.
func (m *womb) born(t *testing.T, name string, e *engine, namespace string) *world {
	t.Helper()
	ctx := t.Context()
	url := m.copy(t)
	log := &syncBuilder{}
	t.Cleanup(log.forget)
	logger := slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := store.Open(ctx, store.Options{URL: url, MaxConns: 4, Keys: twinKeys(), Logger: logger})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	w := &world{womb: m, name: name, store: s, door: door{s}, clock: &stopped{at: m.ready}, log: log}
	if e != nil {
		w.process = e.serve(t, namespace, s, w.clock.Now, logger)
		w.door = w.process
	}
	folder, err := evidence.FolderURL(t.TempDir())
	require.NoError(t, err)
	files, err := evidence.Open(ctx, evidence.Options{URL: folder, MaxBytes: 1 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	o := api.Options{Evidence: files, Record: s, Doer: w.door, Logger: logger, Clock: w.clock.Now, PerSecond: 1e6, Burst: 1 << 30}
	if w.process != nil {
		o.Jobs, o.StartImport, o.StartNotices = w.process, w.process.Import, w.process.Notices
		o.Engine, o.Worker = w.process.EngineState, w.process.worker.State
	}
	w.handler = api.New(o)
	sql, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	// What a clean-up refers to lives as long as the whole test: not a world each.
	t.Cleanup(func() { _ = sql.Close(context.Background()) })
	w.sql = sql
	return w
}

// A syncBuilder is a log that many write to.
type syncBuilder struct {
	mu sync.Mutex
	strings.Builder
}

func (b *syncBuilder) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.Write(p)
}

// forget lets go of what was written.
func (b *syncBuilder) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Reset()
}

// do has a member of the staff run a command, which must succeed.
func (w *world) do(t *testing.T, who lifecycle.Actor, id string, body lifecycle.CommandBody) lifecycle.Case {
	t.Helper()
	c, refusal := w.try(t, who, id, body)
	require.Nil(t, refusal, "%s: %s: %v", w.name, body.Kind(), refusal)
	return c
}

func (w *world) try(t *testing.T, who lifecycle.Actor, id string, body lifecycle.CommandBody) (lifecycle.Case, *lifecycle.Refusal) {
	t.Helper()
	w.n++
	a, err := w.door.Do(t.Context(), store.Request{
		Actor: who, Key: fmt.Sprintf("%s-%s-%d", w.name, id, w.n), Case: id, ReceivedAt: w.clock.Now(), Body: body,
	})
	require.NoError(t, err, "%s: %s", w.name, body.Kind())
	return a.Case, a.Refusal
}

// plan is what was drawn last for a case, taken from under the seal with the key.
func (w *world) plan(t *testing.T, id string) (lot.Plan, bool) {
	t.Helper()
	ctx := t.Context()
	v, err := w.store.Case(ctx, w.people.Head, id)
	require.NoError(t, err)
	c := *v.Staff
	if c.Draw == nil || c.Draw.Status != lifecycle.DrawMade {
		return lot.Plan{}, false
	}
	var tags [][]byte
	for d := c.AcceptedOn; !d.After(c.Draw.Closes); d = d.AddDays(1) {
		tags = append(tags, twinKeys().Tags(id, c.Draw.Number, d)...)
	}
	var sealed []byte
	err = pgx.BeginFunc(ctx, w.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+store.RoleDispatch); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT plan FROM sealed.due($1)`, tags).Scan(&sealed)
	})
	require.NoError(t, err)
	p, err := twinKeys().Open(sealed, id, c.Draw.Number)
	require.NoError(t, err)
	return p, true
}

// morning is the hour of a legal day at which inspectors have been told.
func morning(d calendar.Date, hour int) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), hour, 30, 0, 0, time.FixedZone("", 8*60*60)).UTC()
}

// A happening is one thing that happens by itself in a world; end waits for what it began.
type happening func(w *world, t *testing.T, at time.Time) (end func())

// settle lets everything happen that happens by itself: what fell due, at the same
// instant in every world; the dispatcher; letters; and digests. The worlds wait for
// the engine together.
func settle(t *testing.T, at time.Time, worlds ...*world) {
	t.Helper()
	for _, do := range []happening{(*world).lapse, (*world).dispatch, (*world).write} {
		var ends []func()
		for _, w := range worlds {
			ends = append(ends, do(w, t, at))
		}
		for _, end := range ends {
			end()
		}
	}
	for _, w := range worlds {
		w.quiet(t, at)
	}
}

func atOnce() {}

// lapse applies what fell due by an instant.
func (w *world) lapse(t *testing.T, at time.Time) (end func()) {
	t.Helper()
	w.clock.put(at)
	for _, id := range slices.Concat(w.cases, w.others) {
		_, refusal := w.try(t, w.people.Head, id, &lifecycle.Note{Text: "例行查看"})
		require.Nil(t, refusal)
	}
	return atOnce
}

// quiet requires that nothing is left to be done where there is an engine.
func (w *world) quiet(t *testing.T, at time.Time) {
	t.Helper()
	if w.process == nil {
		return
	}
	ctx := t.Context()
	require.Eventually(t, func() bool {
		left, err := w.store.Tellings(ctx, -time.Minute, 1)
		return err == nil && len(left) == 0
	}, soon, often, "a telling is left")
	var left int
	require.NoError(t, w.sql.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM duban.outbox WHERE routed_at IS NULL AND NOT by_timer AND not_before <= $1)
		    + (SELECT count(*) FROM duban.messages WHERE state <> 'sent')`, at).Scan(&left))
	require.Zero(t, left, "letters and messages are left")
}

// dispatch has the drawn inspectors told, unless the dispatcher oversleeps.
func (w *world) dispatch(t *testing.T, at time.Time) (end func()) {
	t.Helper()
	switch {
	case w.oversleeps && w.due(t):
		w.oversleeps, w.missed = false, w.missed+1
	case w.process != nil:
		return w.process.run(t, workflows.ScheduleLookBacks)
	default:
		require.NoError(t, w.store.DispatchLookBacks(t.Context(), at))
	}
	return atOnce
}

// write has letters and digests written, and sent where there is an engine.
func (w *world) write(t *testing.T, at time.Time) (end func()) {
	t.Helper()
	if w.process != nil {
		return w.process.run(t, workflows.ScheduleMessages)
	}
	ctx := t.Context()
	for more := true; more; {
		routed, err := w.store.RouteLetters(ctx, at, 200)
		require.NoError(t, err)
		more = routed.More
	}
	for more := true; more; {
		var err error
		_, more, err = w.store.Digests(ctx, at)
		require.NoError(t, err)
	}
	return atOnce
}

// due reports whether today is a drawn day.
func (w *world) due(t *testing.T) bool {
	t.Helper()
	return slices.ContainsFunc(w.cases[:2], func(id string) bool {
		plan, ok := w.plan(t, id)
		return ok && plan.Date == w.clockDay()
	})
}

// told is how many teams were told that it is the day.
func (w *world) told(t *testing.T) int {
	t.Helper()
	n := 0
	require.NoError(t, pgx.BeginFunc(t.Context(), w.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SET LOCAL ROLE "+store.RoleDispatch); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM sealed.tasks`).Scan(&n)
	}))
	return n
}

// worked: where there is an engine, it has been at work.
func (w *world) worked(t *testing.T) {
	t.Helper()
	if w.process == nil {
		return
	}
	for _, id := range slices.Concat(w.cases, w.others) {
		require.True(t, w.process.running(t, id), "%s has no workflow", id)
	}
	require.NotEmpty(t, w.process.left.to(w.reached), "nothing left for the unit's people")
	if w.told(t) > 0 {
		require.NotEmpty(t, w.process.left.to(w.drawn), "nothing left for the drawn")
	}
}

// outgoing is everything on its way to the unit's people, to the last column but
// the message's own id, which is chance.
func (w *world) outgoing(t *testing.T) []reading {
	t.Helper()
	rows, err := w.sql.Query(t.Context(), `
		SELECT 'message to ' || m.address_id || ' ' || g.subject, (to_jsonb(m) - 'id')::text || to_jsonb(g)::text
		FROM duban.messages m JOIN duban.mailings g ON g.id = m.mailing_id JOIN duban.accounts a ON a.id = g.account_id
		WHERE a.unit_id IS NOT NULL ORDER BY m.created_at, 1, 2`)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r reading, err error) { return r, row.Scan(&r.of, &r.said) })
	require.NoError(t, err)
	if w.process != nil {
		out = append(out, w.process.left.to(w.reached)...)
	}
	return out
}

// arrive has the drawn team arrive on the drawn day.
func (w *world) arrive(t *testing.T, id string, drawn lot.Plan) {
	t.Helper()
	i := slices.IndexFunc(append(slices.Clone(w.more), w.people.Lead), func(a lifecycle.Actor) bool { return a.Account == drawn.Team.Lead })
	lead := append(slices.Clone(w.more), w.people.Lead)[i]
	w.do(t, lead, id, &lifecycle.RecordArrival{On: drawn.Date, Persons: append([]string{drawn.Team.Lead}, drawn.Team.Others...)})
}

// clockDay is the legal day of the world's clock.
func (w *world) clockDay() calendar.Date { return calendar.Real().Date(w.clock.Now()) }
