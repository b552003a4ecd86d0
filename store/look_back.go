package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// A LookBackTask is a look-back that somebody was told of and that is still waited
// for.
type LookBackTask struct {
	// Task is the opaque number of one that was drawn; an announced one has none.
	Task     string
	Case     string
	Number   string
	Unit     string
	UnitName string
	Title    string
	On       calendar.Date
	// Team are those who come, the lead first if it is known who leads.
	Team []LookBackMember
	// ToldAt is zero for an announced one.
	ToldAt    time.Time
	Announced bool
}

// A LookBackMember is one of those who come.
type LookBackMember struct {
	Account string
	Name    string
	Leads   bool
}

// LookBackTasks lists what the person was told of on the morning and what was
// announced with him, as far as it is still waited for. To whoever was not drawn
// there is nothing.
func (s *Store) LookBackTasks(ctx context.Context, a lifecycle.Actor) ([]LookBackTask, error) {
	if a.Unit != "" {
		return nil, ErrNotFound
	}
	told, err := s.toldOf(ctx, a.Account)
	if err != nil {
		return nil, fmt.Errorf("list look-backs: %w", plain(err))
	}
	ids := make([]string, 0, len(told))
	for id := range told {
		ids = append(ids, id)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT s.state, coalesce(u.name, '') FROM cases c JOIN case_states s ON s.case_id = c.id LEFT JOIN units u ON u.id = c.unit_id
		WHERE c.stage = $1 AND (c.id = ANY ($2::uuid[]) OR s.state -> 'draw' -> 'announced' -> 'persons' ? $3)
		ORDER BY c.number_key`, string(lifecycle.LookBackPending), ids, a.Account)
	if err != nil {
		return nil, fmt.Errorf("list look-backs: %w", plain(err))
	}
	type waiting struct {
		state []byte
		unit  string
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w waiting, err error) { return w, row.Scan(&w.state, &w.unit) })
	if err != nil {
		return nil, fmt.Errorf("list look-backs: %w", plain(err))
	}
	tasks := []LookBackTask{}
	for _, w := range found {
		var c lifecycle.Case
		if err := json.Unmarshal(w.state, &c); err != nil {
			return nil, fmt.Errorf("decode a case: %w", err)
		}
		task, ok, err := s.lookBackTask(ctx, a, c, told[c.ID])
		if err != nil {
			return nil, err
		}
		if ok {
			task.UnitName = w.unit
			tasks = append(tasks, task)
		}
	}
	return tasks, s.nameTeams(ctx, tasks)
}

// toldOf are the tasks that a person was told of, by case and the draw's number.
func (s *Store) toldOf(ctx context.Context, account string) (map[string][]lifecycle.LookBackDispatched, error) {
	told := map[string][]lifecycle.LookBackDispatched{}
	err := s.dispatcher(ctx, func(b *pgx.Batch) {
		b.Queue(`SELECT case_id::text, number, task, told_at, told FROM sealed.tasks WHERE told @> ARRAY[$1]::text[]`, account).Query(func(rows pgx.Rows) error {
			var (
				id string
				d  lifecycle.LookBackDispatched
			)
			_, err := pgx.ForEachRow(rows, []any{&id, &d.Number, &d.Task, &d.ToldAt, &d.Told}, func() error {
				told[id] = append(told[id], lifecycle.LookBackDispatched{Number: d.Number, Task: d.Task, ToldAt: d.ToldAt, Told: slices.Clone(d.Told)})
				return nil
			})
			return err
		})
	})
	return told, err
}

// lookBackTask is the look-back that a case waits for, if the person was told of it.
func (s *Store) lookBackTask(ctx context.Context, a lifecycle.Actor, c lifecycle.Case, told []lifecycle.LookBackDispatched) (LookBackTask, bool, error) {
	task := LookBackTask{Case: c.ID, Number: c.Number, Unit: c.Unit, Title: c.Finding.Title}
	d := c.Draw
	switch {
	case d == nil:
		return task, false, nil
	case d.Status == lifecycle.DrawAnnounced && d.Announced != nil:
		task.On, task.Announced = d.Announced.On, true
		task.Team = members(d.Announced.Persons, "")
		return task, slices.Contains(d.Announced.Persons, a.Account), nil
	case d.Status != lifecycle.DrawMade:
		return task, false, nil
	}
	i := slices.IndexFunc(told, func(t lifecycle.LookBackDispatched) bool { return t.Number == d.Number })
	if i < 0 {
		return task, false, nil
	}
	drawn, on, err := s.toldPlan(ctx, c, told[i])
	if err != nil {
		return task, false, err
	}
	may, err := s.mayStillCome(ctx, c, told[i].Told)
	if err != nil {
		return task, false, err
	}
	task.Task, task.ToldAt, task.On = told[i].Task, told[i].ToldAt.UTC(), on
	task.Team = members(may, drawn.Lead)
	return task, slices.Contains(may, a.Account), nil
}

// mayStillCome are those of the people who were told whom nothing keeps out since.
func (s *Store) mayStillCome(ctx context.Context, c lifecycle.Case, told []string) ([]string, error) {
	rules, err := s.lastRules(ctx)
	if err != nil {
		return nil, err
	}
	people, err := candidates(ctx, s.pool, append([]string{c.Unit}, c.Predecessors...), rules.Today(s.now()))
	if err != nil {
		return nil, plain(err)
	}
	return lifecycle.Recuse(c, people, nil).Eligible(told), nil
}

// toldPlan is who leads a look-back that was dispatched, and its day. Without the
// key it is the day on which the inspectors were told, and nobody knows who leads.
func (s *Store) toldPlan(ctx context.Context, c lifecycle.Case, told lifecycle.LookBackDispatched) (lot.Team, calendar.Date, error) {
	force, err := s.lastForce(ctx)
	if err != nil {
		return lot.Team{}, calendar.Date{}, err
	}
	rules, err := s.rules(ctx, s.pool, force, c.PolicyVersion)
	if err != nil {
		return lot.Team{}, calendar.Date{}, err
	}
	on, keys := rules.Today(told.ToldAt), s.keys()
	var asked [][]byte
	for tag := range tags(keys, c.ID, told.Number, on, on) {
		asked = append(asked, []byte(tag))
	}
	plans := map[int]duePlan{}
	err = s.dispatcher(ctx, func(b *pgx.Batch) {
		b.Queue(`SELECT due_tag, number, plan FROM sealed.due($1) WHERE case_id = $2`, asked, c.ID).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[duePlan])
			for _, f := range found {
				plans[f.Number] = f
			}
			return err
		})
	})
	if err != nil {
		return lot.Team{}, on, fmt.Errorf("read what was dispatched of %s: %w", c.ID, plain(err))
	}
	if drawn, err := open(keys, c.ID, told.Number, c.Draw.Key, plans); err == nil {
		return drawn.Team, drawn.Date, nil
	}
	return lot.Team{}, on, nil
}

// members are those who come.
func members(accounts []string, lead string) []LookBackMember {
	team := make([]LookBackMember, 0, len(accounts))
	for _, id := range accounts {
		team = append(team, LookBackMember{Account: id, Leads: id == lead})
	}
	return team
}

// nameTeams gives those who come their names. Where it is not known who leads, it
// is the only one among them who may.
func (s *Store) nameTeams(ctx context.Context, tasks []LookBackTask) error {
	var ids []string
	for _, t := range tasks {
		for _, m := range t.Team {
			ids = append(ids, m.Account)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.pool.Query(ctx, `SELECT id, name, $2 = ANY (roles) FROM accounts WHERE id = ANY ($1)`, ids, string(lifecycle.LookBackLead))
	if err != nil {
		return fmt.Errorf("read names: %w", plain(err))
	}
	people, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LookBackMember])
	if err != nil {
		return fmt.Errorf("read names: %w", plain(err))
	}
	known := map[string]LookBackMember{}
	for _, m := range people {
		known[m.Account] = m
	}
	for _, t := range tasks {
		led := slices.ContainsFunc(t.Team, func(m LookBackMember) bool { return m.Leads })
		var able []int
		for i, m := range t.Team {
			t.Team[i].Name = known[m.Account].Name
			if known[m.Account].Leads {
				able = append(able, i)
			}
		}
		if !led && len(able) == 1 {
			t.Team[able[0]].Leads = true
		}
		slices.SortStableFunc(t.Team, func(a, b LookBackMember) int { return cmp.Compare(place(a), place(b)) })
	}
	return nil
}

// place puts the lead before the others.
func place(m LookBackMember) int {
	if m.Leads {
		return 0
	}
	return 1
}

// CheckedDraws recomputes every draw of a case that is laid open. It is for staff.
func (s *Store) CheckedDraws(ctx context.Context, a lifecycle.Actor, id string) ([]lifecycle.DrawRecord, []lifecycle.DrawCheck, error) {
	events, _, err := s.History(ctx, a, id)
	if err != nil {
		return nil, nil, err
	}
	draws := lifecycle.DrawsOf(events)
	rosters, err := s.Rosters(ctx, id, laidOpen(draws))
	if err != nil {
		return nil, nil, err
	}
	return draws, lifecycle.CheckDraws(id, draws, rosters), nil
}

// laidOpen are the numbers of the draws that lie open.
func laidOpen(draws []lifecycle.DrawRecord) []int {
	var numbers []int
	for _, d := range draws {
		if d.Reveal != nil {
			numbers = append(numbers, d.Number)
		}
	}
	return numbers
}
