package activities_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/activities"
	"duban/calendar"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/notify"
	"duban/store"
)

func TestMain(m *testing.M) {
	if at := os.Getenv(dieAt); at != "" {
		if os.Getenv(dieBox) != "" {
			readAndDie(at)
		}
		sendAndDie(at)
	}
	pgtest.Main(m)
}

var errKilled = errors.New("killed")

// figuresHead is what the figures in a digest begin with.
const figuresHead = "督办情况（截至"

// A mailhouse is a record with overdue cases, an outside that takes messages,
// and a clock that a test moves.
type mailhouse struct {
	*store.Store

	url    string
	people casetest.People
	sql    *pgx.Conn
	// one is the case that the others are copies of.
	one lifecycle.Case

	mu  sync.Mutex
	now time.Time
	// got is how often each message arrived, and what it said.
	got map[string]int
	say map[string]notify.Message
	// fails answers a try instead of nil.
	fails func(notify.Message) error
	// dies says at which points the present sender dies, and how often yet.
	dies map[string]int
	dead bool
	kill map[string]int
}

func newMailhouse(t *testing.T) *mailhouse {
	t.Helper()
	ctx := t.Context()
	url := pgtest.Database(t)
	s, err := store.Open(ctx, store.Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.Migrate(ctx, nil))
	h := &mailhouse{
		Store: s, url: url, people: casetest.NewPeople(ctx, t, s), got: map[string]int{}, say: map[string]notify.Message{},
		dies: map[string]int{}, kill: map[string]int{}, now: time.Now(),
	}
	cfg, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	cfg.RuntimeParams["search_path"] = store.Schema
	h.sql, err = pgx.ConnectConfig(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.sql.Close(context.Background()) })
	life := &casetest.Life{Doer: s, Key: "one"}
	h.one = life.Must(ctx, t, append([]casetest.Step{h.people.Finding("学习记录不全", h.people.Today())},
		append(h.people.UpToServing(lifecycle.Immediate), h.people.Sign())...)...)
	// What was told so far is not what these tests are about.
	h.exec(t, `DELETE FROM outbox`)
	return h
}

func (h *mailhouse) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := h.sql.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (h *mailhouse) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, h.sql.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

// overseers are who see to all cases; each is reached by e-mail, as is the head.
func (h *mailhouse) overseers() []string {
	p := h.people
	return []string{p.Head.Account, p.Leader.Account, p.Signer.Account, p.Manager.Account, p.Auditor.Account}
}

// fill makes units with a secretary who is reached by e-mail, and overdue cases
// of theirs, by turns. Every tenth case has come up to level 3.
func (h *mailhouse) fill(t *testing.T, units, cases int) {
	t.Helper()
	h.exec(t, `INSERT INTO units (id, name) SELECT 'u' || i, '第' || i || '单位' FROM generate_series(1, $1::int) i`, units)
	h.exec(t, `INSERT INTO accounts (id, name, roles, unit_id) SELECT 's' || i, '书记' || i, '{unit_secretary}', 'u' || i FROM generate_series(1, $1::int) i`, units)
	h.exec(t, `INSERT INTO posts (id, unit_id, kind, holder, account_id, since) SELECT 'p' || i, 'u' || i, '党组书记', '书记', 's' || i, '2020-01-01' FROM generate_series(1, $1::int) i`, units)
	h.exec(t, `INSERT INTO addresses (id, account_id, kind, address, secret, name, author)
		SELECT 'a' || i, 's' || i, 'email', 's' || i || '@example.org', '', '', 'x' FROM generate_series(1, $1::int) i`, units)
	h.exec(t, `INSERT INTO addresses (id, account_id, kind, address, secret, name, author) SELECT 'o' || a, a, 'email', a || '@example.org', '', '', 'x' FROM unnest($1::text[]) a`, h.overseers())
	const copied = `'id', md5('case' || i)::uuid, 'case_id', md5('case' || i)::uuid, 'number', 'N' || lpad(i::text, 6, '0') || '.', 'number_key', 1000000 + i,
		'unit_id', 'u' || (i % $2::int + 1), 'level', CASE WHEN i % 10 = 0 THEN 3 ELSE 0 END`
	h.exec(t, `INSERT INTO cases SELECT (x).* FROM (SELECT jsonb_populate_record(c, jsonb_build_object(`+copied+`, 'chased', ARRAY['unit:u' || (i % $2::int + 1)])) x
		FROM cases c, generate_series(1, $3::int) i WHERE c.id = $1) y`, h.one.ID, units, cases)
	h.exec(t, `INSERT INTO unit_cases SELECT (x).* FROM (SELECT jsonb_populate_record(c, jsonb_build_object(`+copied+`)) x
		FROM unit_cases c, generate_series(1, $3::int) i WHERE c.case_id = $1) y`, h.one.ID, units, cases)
	h.exec(t, `INSERT INTO case_states (case_id, state) SELECT md5('case' || i)::uuid, state || jsonb_build_object('id', md5('case' || i)::uuid, 'number', 'N' || lpad(i::text, 6, '0') || '.',
		'unit', 'u' || (i % $2::int + 1), 'level', CASE WHEN i % 10 = 0 THEN 'L3' ELSE 'L0' END, 'raised_on', state->'clocks'->0->'start',
		'clocks', (SELECT jsonb_agg(k || '{"passed": true}') FROM jsonb_array_elements(state->'clocks') k))
		FROM case_states, generate_series(1, $3::int) i WHERE case_id = $1`, h.one.ID, units, cases)
}

// chase writes what the alarms of a day write: a letter for each case, and for
// every third one more.
func (h *mailhouse) chase(t *testing.T, day int, cases int, at time.Time) {
	t.Helper()
	h.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before)
		SELECT md5('case' || i)::uuid, 1000 + 2 * $1::int + j, 'unit:' || c.unit_id, CASE j WHEN 0 THEN 'chased' ELSE 'deadline_missed' END, true, $3
		FROM generate_series(1, $2::int) i JOIN cases c ON c.id = md5('case' || i)::uuid, generate_series(0, 1) j WHERE j = 0 OR i % 3 = 0`, day, cases, at)
}

// Send takes a message, or answers as told.
func (h *mailhouse) Send(_ context.Context, m notify.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead {
		return errKilled
	}
	if h.fails != nil {
		if err := h.fails(m); err != nil {
			return err
		}
	}
	h.got[m.ID]++
	h.say[m.ID] = m
	return nil
}

func (h *mailhouse) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *mailhouse) to(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = at
}

// sender starts a process that sends.
func (h *mailhouse) sender(flood int) *activities.Activities {
	h.mu.Lock()
	h.dead = false
	h.mu.Unlock()
	a := activities.New(activities.Options{
		Logger: slog.New(slog.DiscardHandler), Sender: &activities.SenderOptions{Messages: h.Store, Channel: h, Flood: flood}, Clock: h.clock,
	})
	a.Probe(func(at string) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.dead && h.dies[at] > 0 {
			h.dies[at]--
			h.kill[at]++
			h.dead = true
		}
		if h.dead { // nothing of the process goes on
			return errKilled
		}
		return nil
	})
	return a
}

// run sends until nothing is left, with a new process for each that died.
func (h *mailhouse) run(t *testing.T, flood int) {
	t.Helper()
	a := h.sender(flood)
	for {
		done, err := a.Page(t.Context())
		switch {
		case errors.Is(err, errKilled):
			h.to(h.clock().Add(4 * time.Minute)) // the dead one's turn and claims run out
			a = h.sender(flood)
		case err != nil:
			require.NoError(t, err)
		case !done.More:
			return
		}
	}
}

// ADR 23: what a history holds of a page of sending is the same whether something left
// or nothing did, so a run on a quiet morning says nothing of who was told.
func TestAHistoryHoldsNothingOfHowMuchWasSent(t *testing.T) {
	t.Parallel()
	h := newMailhouse(t)
	said := func() string {
		t.Helper()
		done, err := h.sender(0).Page(t.Context())
		require.NoError(t, err)
		text, err := json.Marshal(done)
		require.NoError(t, err)
		h.to(h.clock().Add(4 * time.Minute)) // the sender's turn runs out
		return string(text)
	}
	quiet := said()
	h.exec(t, `INSERT INTO addresses (id, account_id, kind, address, secret, name, author) VALUES ('a', $1, 'email', 'o@example.org', '', '', 'x')`, h.people.Officer.Account)
	h.exec(t, `INSERT INTO mailings (id, account_id, kind, subject, content, created_at) VALUES (gen_random_uuid(), $1, 'paper', '', '', $2)`, h.people.Officer.Account, h.clock())
	h.exec(t, `INSERT INTO messages (id, mailing_id, account_id, address_id, kind, next_at, created_at)
		SELECT gen_random_uuid(), id, account_id, 'a', 'email', created_at, created_at FROM mailings`)
	require.Equal(t, quiet, said())
	require.Len(t, h.got, 1)
}

// ADR 23: what tells a drawn team leaves the house, and neither metrics nor log have
// anything of it, whether it arrives or is given up.
func TestNothingIsSaidOfASealedMessage(t *testing.T) {
	t.Parallel()
	h := newMailhouse(t)
	h.exec(t, `INSERT INTO addresses (id, account_id, kind, address, secret, name, author) VALUES ('a', $1, 'email', 'o@example.org', '', '', 'x')`, h.people.Officer.Account)
	for i, fails := range []error{nil, &notify.SendError{Code: "rejected", Fate: notify.Permanent}} {
		h.exec(t, `BEGIN`)
		h.exec(t, `SET LOCAL ROLE duban_dispatch`)
		h.exec(t, `INSERT INTO mailings (id, account_id, kind, subject, content, created_at, sealed) VALUES (gen_random_uuid(), $1, 'task', '', '', $2, true)`, h.people.Officer.Account, h.clock())
		h.exec(t, `INSERT INTO messages (id, mailing_id, account_id, address_id, kind, next_at, created_at, sealed)
			SELECT gen_random_uuid(), id, account_id, 'a', 'email', created_at, created_at, true FROM mailings ON CONFLICT DO NOTHING`)
		h.exec(t, `COMMIT`)
		h.fails = func(notify.Message) error { return fails }
		var log bytes.Buffer
		metrics := prometheus.NewRegistry()
		a := activities.New(activities.Options{
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), Metrics: metrics, Clock: h.clock,
			Sender: &activities.SenderOptions{Messages: h.Store, Channel: h},
		})
		_, err := a.Page(t.Context())
		require.NoError(t, err)
		require.Empty(t, log.String())
		families, err := metrics.Gather()
		require.NoError(t, err)
		for _, f := range families {
			for _, m := range f.GetMetric() {
				require.Zero(t, m.GetCounter().GetValue()+m.GetGauge().GetValue(), f.GetName())
			}
		}
		require.Len(t, h.got, 1, "the first arrived, the second was tried")
		h.exec(t, `BEGIN`)
		h.exec(t, `SET LOCAL ROLE duban_dispatch`)
		require.Equal(t, i, h.count(t, `SELECT count(*) FROM messages WHERE state = 'dead'`))
		require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE state = 'sent'`))
		h.exec(t, `COMMIT`)
		h.to(h.clock().Add(4 * time.Minute))
	}
}

func (h *mailhouse) killEverywhere(times int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, at := range []string{activities.BeforeClaim, activities.AfterClaim, activities.AfterSend, activities.BeforeMark} {
		h.dies[at] = times
	}
}

// days is a run of days from a Thursday on, so that a weekend is among five.
// None of them is in a holiday, nor a Saturday or Sunday that is worked.
func days(n int) []calendar.Date {
	for from := calendar.Real().Date(time.Now()).AddDays(60); ; from = from.AddDays(1) {
		usual := from.Weekday() == time.Thursday
		var list []calendar.Date
		for i := range 5 {
			day := from.AddDays(i)
			weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
			usual = usual && calendar.Builtin().WorkingDay(day) != weekend
			list = append(list, day)
		}
		if usual {
			return list[:n]
		}
	}
}

// morningOf is when digests leave on a day.
func morningOf(day calendar.Date) time.Time {
	return calendar.Real().At(day, 8*time.Hour+30*time.Minute)
}

var caseNumber = regexp.MustCompile(`N\d{6}\.`)

// chaseThrough lets cases be chased every day for a while, with senders that die
// at every point, and one day on which none lives. Every person gets one digest
// a working day and no second; it names each case that was to be named once,
// and no other. Whoever sees to all cases is told the figures of the day in it,
// chased on something or not.
func chaseThrough(t *testing.T, units, cases int, on []calendar.Date, away int) {
	t.Helper()
	h := newMailhouse(t)
	h.fill(t, units, cases)
	cal, err := h.CalendarInForce(t.Context())
	require.NoError(t, err)
	line := calendar.Real()
	due := map[string][]string{} // what a person's next digest must name
	want := map[string][]string{}
	for i, day := range on {
		morning := morningOf(day)
		works := cal.WorkingDay(day)
		if works {
			h.chase(t, i, cases, morning)
			for n := 1; n <= cases; n++ {
				number, who := fmt.Sprintf("N%06d.", n), fmt.Sprintf("s%d", n%units+1)
				due[who] = append(due[who], number)
				if n%10 == 0 {
					due[h.people.Head.Account] = append(due[h.people.Head.Account], number)
				}
			}
		}
		h.to(line.At(day, 7*time.Hour))
		h.run(t, 0)
		if i == away {
			continue
		}
		h.killEverywhere(2)
		h.to(morning)
		h.run(t, 0)
		if works {
			for _, who := range h.overseers() {
				want[who+" "+day.String()] = nil
			}
			for who, numbers := range due {
				slices.Sort(numbers)
				want[who+" "+day.String()] = slices.Compact(numbers)
			}
			due = map[string][]string{}
		}
		for _, hour := range []time.Duration{12 * time.Hour, 20 * time.Hour} { // nothing comes a second time
			h.to(line.At(day, hour))
			h.run(t, 0)
		}
	}
	for _, at := range []string{activities.BeforeClaim, activities.AfterClaim, activities.AfterSend, activities.BeforeMark} {
		require.GreaterOrEqual(t, h.kill[at], 2, "no sender died %s", at)
	}
	require.Zero(t, h.count(t, `SELECT count(*) FROM messages WHERE state <> 'sent'`), "messages that did not leave")
	require.Zero(t, h.count(t, `SELECT count(*) FROM outbox WHERE routed_at IS NULL`), "letters that nobody looked at")

	rows, err := h.sql.Query(t.Context(), `SELECT n.account_id || ' ' || n.day, m.id::text FROM mailings n JOIN messages m ON m.mailing_id = n.id WHERE n.kind = 'digest'`) //nolint:rowserrcheck // ForEachRow checks it
	require.NoError(t, err)
	got, told := map[string][]string{}, map[string]string{}
	var who, id string
	more := 0
	_, err = pgx.ForEachRow(rows, []any{&who, &id}, func() error {
		require.NotContains(t, got, who, "two digests in one day")
		require.Positive(t, h.got[id], "a digest that is said to be sent did not arrive")
		more += h.got[id] - 1
		chased, figures, _ := strings.Cut(h.say[id].Text, figuresHead)
		got[who] = caseNumber.FindAllString(chased, -1)
		slices.Sort(got[who])
		if figures != "" {
			told[who] = figures
		}
		return nil
	})
	require.NoError(t, err)
	require.Len(t, h.got, len(got), "messages that the record does not know")
	requireDigests(t, want, got, h)
	h.requireFigures(t, want, told, units, cases)
	// A process dies with at most so many messages under way.
	require.LessOrEqual(t, more, 8*(h.kill[activities.AfterSend]+h.kill[activities.BeforeMark]), "repeated without need")
}

// requireDigests compares what arrived with what should have; a digest names so
// many cases and counts the rest.
func requireDigests(t *testing.T, want, got map[string][]string, h *mailhouse) {
	t.Helper()
	require.Len(t, got, len(want))
	for who, numbers := range want {
		require.Contains(t, got, who)
		if len(numbers) > 100 {
			require.Len(t, got[who], 100)
			require.Contains(t, who, h.people.Head.Account)
			continue
		}
		require.Equal(t, numbers, got[who], who)
	}
}

// requireFigures compares the figures that arrived with those of each day: all
// who see to all cases are told, nobody else, and all the same.
func (h *mailhouse) requireFigures(t *testing.T, want map[string][]string, told map[string]string, units, cases int) {
	t.Helper()
	late, ok := h.one.UnitDeadline()
	require.True(t, ok)
	number := 0
	for who := range want {
		account, text, _ := strings.Cut(who, " ")
		if !slices.Contains(h.overseers(), account) {
			require.NotContains(t, told, who)
			continue
		}
		number++
		day, err := calendar.ParseDate(text)
		require.NoError(t, err)
		days := calendar.Builtin().WorkingDaysBetween(late.Due, day)
		require.True(t, strings.HasPrefix(told[who], text+"）：\n"+fmt.Sprintf("一、逾期情况：%d件，最长逾期%d个工作日。\n", cases, days)), told[who])
		require.Contains(t, told[who], fmt.Sprintf("；另有%d个未列出。\n", units-3))
		require.Equal(t, []string{"N000001.", "N000002.", "N000003."}, caseNumber.FindAllString(told[who], -1))
		require.Contains(t, told[who], fmt.Sprintf("三、督办等级分布：%d件", cases/10))
		require.Equal(t, told[h.people.Head.Account+" "+text], told[who])
	}
	require.Len(t, told, number)
}

// Issue "Chasing with teeth": at most one digest a person and day, the exact
// expected set, no duplicates, with kills of the sender at every point.
func TestChasingOfManyCasesWithKilledSenders(t *testing.T) {
	t.Parallel()
	chaseThrough(t, 300, 500, days(2), -1)
}

// After a day without a sender what was missed is in the one digest of the next
// working day, and none comes on the weekend between.
func TestAnOutageCollapsesIntoOneDigest(t *testing.T) {
	t.Parallel()
	chaseThrough(t, 10, 25, days(5), 1)
}
