package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// drawDay is how long a legal day lasts where the drawn are told, at the least: two
// rounds of the Schedule, which asks every two seconds, so that one may be late.
const drawDay = 4 * time.Second

// window lets a look-back fall between two periods, and has it told at any time of the day.
func window(opens, closes string) func([]byte) []byte {
	return func(text []byte) []byte {
		for _, change := range [][2]string{
			{"look_back: {opens: 30D,", "look_back: {opens: " + opens + ","},
			{"tell_at: 7h, tell_until: 16h", "tell_at: 0h, tell_until: 24h"},
			{"look_back: {within: 90D,", "look_back: {within: " + closes + ","},
		} {
			text = bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
		}
		return text
	}
}

// A drawing is a stack whose look-backs are drawn from more people than a team has.
type drawing struct {
	*stack

	// people are those who could be drawn, by account.
	inspectors map[string]lifecycle.Actor
	// sql sees what no login of ours may.
	sql *pgxpool.Pool
}

func newDrawing(t *testing.T, s setup) *drawing {
	t.Helper()
	ctx := context.Background()
	d := &drawing{stack: newStack(t, s), inspectors: map[string]lifecycle.Actor{}}
	d.inspectors[d.people.Lead.Account], d.inspectors[d.people.Inspector.Account] = d.people.Lead, d.people.Inspector
	for name, role := range map[string]lifecycle.Role{
		"检查员二": lifecycle.Inspector, "检查员三": lifecycle.Inspector, "检查员四": lifecycle.Inspector, "组长二": lifecycle.LookBackLead,
	} {
		a, token, err := d.record.AddAccount(ctx, store.NewAccount{Name: name, Roles: []lifecycle.Role{role}})
		require.NoError(t, err)
		d.inspectors[a.ID] = lifecycle.Actor{Account: a.ID, Name: a.Name, Roles: []lifecycle.Role{role}}
		d.people.Tokens[a.ID] = token
	}
	cfg, err := pgxpool.ParseConfig(d.postgres.SuperuserURL())
	require.NoError(t, err)
	own, err := pgx.ParseConfig(d.postgres.URL())
	require.NoError(t, err)
	cfg.ConnConfig.Database = own.Database
	d.sql, err = pgxpool.NewWithConfig(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(d.sql.Close)
	return d
}

// reported is a case whose report waits for its review.
func (d *drawing) reported(ctx context.Context, key string) *casetest.Life {
	d.t.Helper()
	l := d.life(key)
	l.Must(ctx, d.t, append([]casetest.Step{d.people.Finding(key, d.today())}, d.people.UpToReview()...)...)
	return l
}

func (d *drawing) accept() casetest.Step {
	return casetest.Step{By: d.people.Officer, Body: &lifecycle.AcceptReport{}}
}

// A task is what an inbox says of a look-back.
type task struct {
	number string
	on     calendar.Date
}

// tasks are those in a person's inbox, read as he would.
func (d *drawing) tasks(ctx context.Context, who lifecycle.Actor) []task {
	d.t.Helper()
	status, _, text, err := door{stack: d.stack}.send(ctx, http.MethodGet, "/v1/inbox?limit=200", who, nil, nil)
	require.NoError(d.t, err)
	require.Equal(d.t, http.StatusOK, status)
	var inbox struct {
		Mailings []struct {
			Subject   string    `json:"subject"`
			CreatedAt time.Time `json:"created_at"`
		} `json:"mailings"`
	}
	require.NoError(d.t, json.Unmarshal(text, &inbox))
	var found []task
	for _, m := range inbox.Mailings {
		if number, is := strings.CutPrefix(m.Subject, "今日任务"); is {
			found = append(found, task{number: number, on: d.timeline.Date(m.CreatedAt)})
		}
	}
	return found
}

// onTheDay ends the story when the drawn day is over.
func (d *drawing) onTheDay(day task) {
	d.t.Helper()
	if d.today().After(day.on) {
		d.short("the drawn day was over before the arrival was recorded")
	}
}

// count counts in a table of the record or behind the seal.
func (d *drawing) count(ctx context.Context, sql string, args ...any) int {
	d.t.Helper()
	var n int
	require.NoError(d.t, d.sql.QueryRow(ctx, sql, args...).Scan(&n))
	return n
}

// told counts what was told of a case: tasks, and mailings about them.
func (d *drawing) told(ctx context.Context, id string) (tasks, mailings int) {
	d.t.Helper()
	return d.count(ctx, `SELECT count(*) FROM sealed.tasks WHERE case_id = $1`, id),
		d.count(ctx, `SELECT count(*) FROM `+store.Schema+`.mailings m JOIN sealed.tasks t ON m.subject = '今日任务' || t.task WHERE t.case_id = $1`, id)
}

// proof is what the record holds of a case's draws.
type proof struct {
	drawn      []lifecycle.LookBackDrawn
	dispatched *lifecycle.LookBackDispatched
	arrived    *lifecycle.Arrived
}

func (d *drawing) proof(ctx context.Context, id string) (p proof) {
	d.t.Helper()
	events, err := d.record.Events(ctx, d.people.Auditor, id, 0, 200)
	require.NoError(d.t, err)
	for _, e := range events {
		var content struct {
			Data json.RawMessage `json:"data"`
		}
		require.NoError(d.t, json.Unmarshal(e.Content, &content))
		switch e.Kind { //nolint:exhaustive // the others are of no draw
		case lifecycle.EventLookBackDrawn:
			var b lifecycle.LookBackDrawn
			require.NoError(d.t, json.Unmarshal(content.Data, &b))
			p.drawn = append(p.drawn, b)
		case lifecycle.EventLookBackDispatched:
			p.dispatched = &lifecycle.LookBackDispatched{}
			require.NoError(d.t, json.Unmarshal(content.Data, p.dispatched))
		case lifecycle.EventArrived:
			p.arrived = &lifecycle.Arrived{}
			require.NoError(d.t, json.Unmarshal(content.Data, p.arrived))
		}
	}
	return p
}

// Issue 5, points 1 to 4, with everything in processes of its own: lots are drawn
// when the report is accepted, the Schedule tells the drawn on the morning and nobody
// else, they alone may arrive, and what lies open then is what was committed to.
func TestALookBackIsDrawnToldAndProven(t *testing.T) {
	t.Parallel()
	story(t, setup{day: drawDay, edit: window("1D", "5D")}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		d := newDrawing(t, s)
		l := d.reported(ctx, "drawn")
		c := l.Must(ctx, t, d.accept())
		require.Equal(t, lifecycle.DrawMade, c.Draw.Status)
		told := map[string]task{}
		d.eventually(2*time.Minute, "the drawn are told", func() bool {
			if status := d.look(l.Case).Draw.Status; status == lifecycle.DrawMissed {
				d.short("the drawn day was over before the Schedule's round came")
			} else {
				require.Equal(t, lifecycle.DrawMade, status)
			}
			for id, who := range d.inspectors {
				for _, one := range d.tasks(ctx, who) {
					told[id] = one
				}
			}
			return len(told) > 1
		})
		var team []lifecycle.Actor
		var persons []string
		var day task
		for id, one := range told {
			who := d.inspectors[id]
			persons, day = append(persons, id), one
			if who.Has(lifecycle.LookBackLead) {
				team = append([]lifecycle.Actor{who}, team...)
			} else {
				team = append(team, who)
			}
		}
		require.Len(t, team, 2)
		for _, id := range persons {
			require.Equal(t, day, told[id], "both under one number, on one day")
		}
		_, mailings := d.told(ctx, l.Case)
		require.Equal(t, 2, mailings, "nobody else")
		tries := 0
		for id, who := range d.inspectors {
			// A third try has the case wait for a leader.
			if _, drawn := told[id]; drawn || tries == 2 || !who.Has(lifecycle.LookBackLead) {
				continue
			}
			a, err := l.Do(ctx, casetest.Step{By: who, Body: &lifecycle.RecordArrival{On: day.on, Persons: []string{id, persons[0]}}})
			require.NoError(t, err)
			d.onTheDay(day)
			require.Equal(t, "not_dispatched", a.Refusal.Code)
			tries++
		}
		a, err := l.Do(ctx, casetest.Step{By: team[0], Body: &lifecycle.RecordArrival{On: day.on, Persons: persons}})
		require.NoError(t, err)
		if a.Refusal != nil {
			d.onTheDay(day)
		}
		require.Nil(t, a.Refusal)
		c = a.Case
		require.Equal(t, lifecycle.LookBackActive, c.Stage)
		p := d.proof(ctx, l.Case)
		require.Len(t, p.drawn, 1)
		require.Equal(t, day.number, p.dispatched.Task)
		require.ElementsMatch(t, persons, p.dispatched.Told)
		require.Len(t, p.arrived.Reveals, 1)
		revealed := p.arrived.Reveals[0]
		require.Equal(t, day.on, revealed.Date, "told on the drawn day")
		require.ElementsMatch(t, persons, append([]string{revealed.Team.Lead}, revealed.Team.Others...))
		commitment, err := lot.Unpack(p.drawn[0].Commitment)
		require.NoError(t, err)
		require.NoError(t, lot.Verify(commitment, revealed, lot.Kept{Case: l.Case, Number: 1}))
		require.Zero(t, d.count(ctx, `SELECT count(*) FROM sealed.plans`), "nothing is left under the seal")

		l.Must(ctx, t, casetest.Step{By: team[0], Body: &lifecycle.RecordLookBack{
			Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: "现场核查"}},
		}})
		c = l.Must(ctx, t, casetest.Step{By: d.people.Leader, Body: &lifecycle.ApproveClosure{}})
		require.Equal(t, lifecycle.Closed, c.Stage)
	})
}

// Issue 5, point 2, and reliability: API and worker die right after the draw, and
// again the moment the drawn are told. They are told on their day, and once.
func TestTheDrawnAreToldOnceThoughEverythingDies(t *testing.T) {
	t.Parallel()
	story(t, setup{day: drawDay, edit: window("5D", "8D")}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		// Days enough before the window opens for the engine to give up on the dead worker.
		d := newDrawing(t, s)
		restart := func() {
			d.apis[0].kill()
			d.workers[0].kill()
			d.again(d.apis[0])
			d.again(d.workers[0])
			d.ready(d.apis[0])
		}
		l := d.reported(ctx, "once")
		l.Must(ctx, t, d.accept())
		restart()
		d.eventually(3*time.Minute, "the drawn are told", func() bool {
			missed := d.look(l.Case).Draw.Status == lifecycle.DrawMissed
			tasks, _ := d.told(ctx, l.Case)
			if missed && tasks == 0 {
				d.short("the drawn day was over before the Schedule's round came")
			}
			return tasks > 0
		})
		restart()
		d.eventually(time.Minute, "a leader is asked, since nobody came", func() bool {
			return d.look(l.Case).Draw.Status == lifecycle.DrawMissed
		})
		require.Equal(t, lifecycle.NotKept(), *d.look(l.Case).Draw.Fault, "they were told")
		tasks, mailings := d.told(ctx, l.Case)
		require.Equal(t, []int{1, 2}, []int{tasks, mailings})
	})
}

// Issue 5, point 1, and reliability: power is cut while draws commit. A report is
// accepted with its event and its sealed plan, or nothing of it is there.
func TestPowerIsCutWhileDrawsCommit(t *testing.T) {
	t.Parallel()
	const cases, rounds = 10, 4
	ctx := context.Background()
	d := newDrawing(t, setup{noEngine: true})
	var lives []*casetest.Life
	for i := range cases * rounds {
		lives = append(lives, d.reported(ctx, "cut-"+string(rune('A'+i))))
	}
	committed := 0
	for round := range rounds {
		committed += d.cutDraws(ctx, lives[round*cases:(round+1)*cases])
		d.whole(ctx)
	}
	t.Logf("%d of %d draws were committed before the cut", committed, cases*rounds)
	for _, l := range lives {
		if d.waiting(ctx, l.Case) == 0 {
			l.Must(ctx, t, d.accept())
		}
	}
	require.Equal(t, cases*rounds, d.whole(ctx))
	d.eventually(30*time.Second, "state == fold(events)", func() bool {
		report, err := d.record.Rebuild(ctx, nil) // its connections were cut as well
		return err == nil && report.Changed == 0
	})
}

// cutDraws has reports accepted at once, holds all their draws up, lets them go and
// cuts the power at the same moment. It returns how many were committed.
func (d *drawing) cutDraws(ctx context.Context, lives []*casetest.Life) int {
	d.t.Helper()
	held, err := d.sql.Begin(ctx)
	require.NoError(d.t, err)
	_, err = held.Exec(ctx, `SELECT FROM sealed.load FOR UPDATE`)
	require.NoError(d.t, err)
	var group sync.WaitGroup
	once, giveUp := context.WithCancel(ctx)
	for _, l := range lives {
		group.Go(func() {
			hasty := &casetest.Life{Doer: door{stack: d.stack}, Key: l.Key + "-hasty", Case: l.Case}
			_, _ = hasty.Do(once, d.accept()) // whether it was answered says nothing of what it left
		})
	}
	d.eventually(20*time.Second, "draws wait for one another", func() bool {
		return d.count(ctx, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`) >= 3 // an account has four requests worked on at once
	})
	// To find all processes takes a while: the power is cut between that and some more
	// after the draws are let go, which are through one after another.
	begun := time.Now()
	d.children(d.postgresPID())
	finding, later := time.Since(begun), time.Duration(rand.Int64N(int64(120*time.Millisecond)))
	require.NoError(d.t, held.Rollback(ctx))
	<-time.After(later - finding)
	d.cutPostgres()
	giveUp() // nobody tries again after the cut
	group.Wait()
	d.sql.Reset()
	d.ready(d.apis[0])
	d.eventually(30*time.Second, "PostgreSQL is back", func() bool { return d.sql.Ping(ctx) == nil })
	var ids []string
	for _, l := range lives {
		ids = append(ids, l.Case)
	}
	return d.waiting(ctx, ids...)
}

// waiting counts those of the cases that wait for a look-back.
func (d *drawing) waiting(ctx context.Context, ids ...string) int {
	d.t.Helper()
	return d.count(ctx, `SELECT count(*) FROM `+store.Schema+`.cases WHERE stage = 'look_back_pending' AND id = ANY ($1::uuid[])`, ids)
}

// whole holds that each case that waits for a look-back has one draw in the record,
// one plan and one roster under the seal, and that there are no others.
func (d *drawing) whole(ctx context.Context) int {
	d.t.Helper()
	const counts = `
		SELECT c.stage = 'look_back_pending',
		    (SELECT count(*) FROM ` + store.Schema + `.events e WHERE e.case_id = c.id AND e.kind = 'look_back_drawn')::int,
		    (SELECT count(*) FROM sealed.plans p WHERE p.case_id = c.id)::int,
		    (SELECT count(*) FROM sealed.rosters r WHERE r.case_id = c.id)::int
		FROM ` + store.Schema + `.cases c`
	rows, err := d.sql.Query(ctx, counts) //nolint:rowserrcheck // ForEachRow checks it
	require.NoError(d.t, err)
	var (
		waits                  bool
		events, plans, rosters int
		all                    int
	)
	_, err = pgx.ForEachRow(rows, []any{&waits, &events, &plans, &rosters}, func() error {
		want := 0
		if waits {
			want = 1
		}
		require.Equal(d.t, []int{want, want, want}, []int{events, plans, rosters})
		all += want
		return nil
	})
	require.NoError(d.t, err)
	require.Equal(d.t, all, d.count(ctx, `SELECT count(*) FROM sealed.plans`), "no plan of no case")
	return all
}
