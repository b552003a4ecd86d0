package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A CaseView is a case as the asker may see it: exactly one of Staff and Unit is
// set.
type CaseView struct {
	Staff *lifecycle.Case
	Unit  *lifecycle.UnitCase
	// Version is what If-Match is compared with: the case's, or the unit's own.
	Version   int64
	UpdatedAt time.Time
	// Allowed are the commands this person may run now.
	Allowed []lifecycle.CommandKind
	// Repeats are the cases in which it happened again; staff only.
	Repeats []Repeat
}

// Case returns a case as the asker may see it. What does not exist and what is
// not the asker's are both ErrNotFound.
func (s *Store) Case(ctx context.Context, a lifecycle.Actor, id string) (CaseView, error) {
	if !isID(id) {
		return CaseView{}, ErrNotFound
	}
	if a.Unit != "" {
		return s.unitCase(ctx, a, id)
	}
	c, err := s.state(ctx, id)
	if err != nil {
		return CaseView{}, err
	}
	repeats, err := s.repeats(ctx, c)
	if err != nil {
		return CaseView{}, err
	}
	allowed, err := s.allowed(ctx, c, a)
	return CaseView{Staff: &c, Version: c.Seq, UpdatedAt: c.At, Allowed: allowed, Repeats: repeats}, err
}

func (s *Store) state(ctx context.Context, id string) (lifecycle.Case, error) {
	var (
		state []byte
		c     lifecycle.Case
	)
	if err := s.pool.QueryRow(ctx, `SELECT state FROM case_states WHERE case_id = $1`, id).Scan(&state); err != nil {
		return c, fmt.Errorf("read case %s: %w", id, plain(err))
	}
	if err := json.Unmarshal(state, &c); err != nil {
		return c, fmt.Errorf("decode case %s: %w", id, err)
	}
	return c, nil
}

func (s *Store) allowed(ctx context.Context, c lifecycle.Case, a lifecycle.Actor) ([]lifecycle.CommandKind, error) {
	force, err := s.lastForce(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.rules(ctx, s.pool, force, c.PolicyVersion)
	if err != nil {
		return nil, err
	}
	if r.Known, err = knownOf(ctx, s.pool, c, a); err != nil {
		return nil, err
	}
	return lifecycle.Allowed(c, a, s.now(), r), nil
}

// knownOf is what the rules must know to say what somebody may do with a case: of
// a unit's person, who answers for the unit.
func knownOf(ctx context.Context, q querier, c lifecycle.Case, a lifecycle.Actor) (known lifecycle.Known, err error) {
	if a.Unit == "" {
		return known, nil
	}
	held, err := postsHeld(ctx, q, []string{c.Unit})
	known.Posts = held[c.Unit]
	return known, err
}

// unitCase reads the unit's own projection. What the unit may do follows from
// its own view of the case, which the inner state gives without telling more.
func (s *Store) unitCase(ctx context.Context, a lifecycle.Actor, id string) (CaseView, error) {
	var (
		view, state []byte
		v           CaseView
		u           lifecycle.UnitCase
	)
	err := s.pool.QueryRow(ctx, `
		SELECT u.version, u.updated_at, u.view, s.state FROM unit_cases u JOIN case_states s USING (case_id)
		WHERE u.unit_id = $1 AND u.case_id = $2`, a.Unit, id).Scan(&v.Version, &v.UpdatedAt, &view, &state)
	if err != nil {
		return CaseView{}, fmt.Errorf("read case %s: %w", id, plain(err))
	}
	if err := json.Unmarshal(view, &u); err != nil {
		return CaseView{}, fmt.Errorf("decode case %s: %w", id, err)
	}
	v.Unit, v.UpdatedAt, v.Allowed = &u, v.UpdatedAt.UTC(), []lifecycle.CommandKind{}
	if u.Stage == lifecycle.UnitMisdirected {
		return v, nil
	}
	var c lifecycle.Case
	if err := json.Unmarshal(state, &c); err != nil {
		return CaseView{}, fmt.Errorf("decode case %s: %w", id, err)
	}
	v.Allowed, err = s.allowed(ctx, c, a)
	return v, err
}

// An EventView is one event of a case's history as the asker may see it.
type EventView struct {
	Seq   int64
	At    time.Time
	Legal calendar.Date
	Kind  lifecycle.EventKind
	// Actor and ActorName are empty for an alarm, and towards a unit.
	Actor, ActorName string
	Command          string
	// Stage is the stage the case went to, as the asker may know it.
	Stage string
	Level *policy.Level
	// Content is the event's stored content; nil towards a unit.
	Content json.RawMessage
}

// Events lists a case's history after a version. A unit gets the events that
// changed what it sees, numbered by its own versions, without their inner
// content.
func (s *Store) Events(ctx context.Context, a lifecycle.Actor, id string, after int64, limit int) ([]EventView, error) {
	v, err := s.Case(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if v.Unit != nil && v.Unit.Stage == lifecycle.UnitMisdirected {
		return []EventView{}, nil
	}
	events, err := s.events(ctx, s.pool, id, 0)
	if err != nil {
		return nil, err
	}
	own := append(lifecycle.Fold(events).Predecessors, a.Unit)
	views := []EventView{}
	var c lifecycle.Case
	for _, e := range events {
		c = c.Apply(e)
		view := EventView{Seq: e.Seq, At: e.At, Legal: e.Legal, Kind: e.Kind, Stage: string(e.Stage), Level: e.Level}
		if v.Unit != nil {
			if !e.Visible || !slices.Contains(own, c.Unit) || c.ForUnit().Stage == lifecycle.UnitNone {
				continue
			}
			view.Seq, view.Stage = c.UnitVersion, string(c.ForUnit().Stage)
		} else {
			view.Actor, view.ActorName, view.Command = e.Actor.Account, e.Actor.Name, e.Command
			if view.Content, err = e.Content(); err != nil {
				return nil, err
			}
		}
		if view.Seq > after && len(views) < limit {
			views = append(views, view)
		}
	}
	return views, nil
}

// A DeadlineView explains one running clock.
type DeadlineView struct {
	Clock       policy.ClockName
	Measure     int
	Due         calendar.Date
	DueAt       time.Time
	Provisional bool
	Passed      bool
	Standing    bool
	// Explanation counts the days, when the due date was computed from a period.
	Explanation *calendar.Explanation
	Moves       []lifecycle.Move
}

// Deadline explains the running clocks of a case, day by day and move by move.
// A unit sees its own clocks.
func (s *Store) Deadline(ctx context.Context, a lifecycle.Actor, id string) ([]DeadlineView, error) {
	v, err := s.Case(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if v.Unit != nil && v.Unit.Stage == lifecycle.UnitMisdirected {
		return []DeadlineView{}, nil
	}
	c, err := s.state(ctx, id)
	if err != nil {
		return nil, err
	}
	if v.Unit != nil && c.Unit != a.Unit {
		return []DeadlineView{}, nil // redirected just now
	}
	days, err := s.CalendarInForce(ctx)
	if err != nil {
		return nil, err
	}
	shown := map[policy.ClockName]bool{}
	if v.Unit != nil {
		for _, d := range v.Unit.Deadlines {
			shown[d.Name] = true
		}
	}
	views := []DeadlineView{}
	for _, k := range c.Clocks {
		if v.Unit != nil && !shown[k.Name] {
			continue
		}
		view := DeadlineView{
			Clock: k.Name, Measure: k.Measure, Due: k.Due, DueAt: k.DueAt, Provisional: k.Provisional, Passed: k.Passed,
			Standing: !k.StandsSince.IsZero(), Moves: k.Moves,
		}
		if !k.Period.IsZero() {
			e := days.Explain(k.Start, k.Period)
			view.Explanation = &e
		}
		views = append(views, view)
	}
	return views, nil
}

// A Readiness says whether commands can be recorded.
type Readiness struct {
	// Behind is the host's clock minus the database's.
	Behind time.Duration
	// Schema is the schema's version.
	Schema int64
}

// maxBehind is how far the two clocks may differ: timeliness is judged by the
// host's, alarms by the database's.
const maxBehind = time.Second

// Ready fails when no command could be recorded now: the database is away, has
// no schema, is read-only, or its clock and the host's differ by more than a
// second.
func (s *Store) Ready(ctx context.Context) (Readiness, error) {
	var (
		r        Readiness
		now      time.Time
		readOnly bool
	)
	start := time.Now()
	err := s.pool.QueryRow(ctx, `
		SELECT clock_timestamp(), pg_is_in_recovery(), (SELECT max(version_id) FROM goose_db_version WHERE is_applied)
		FROM in_force`).Scan(&now, &readOnly, &r.Schema)
	if err != nil {
		return r, fmt.Errorf("check record: %w", plain(err))
	}
	end := time.Now()
	// The database read its clock somewhere between the two.
	switch {
	case now.Before(start):
		r.Behind = start.Sub(now)
	case now.After(end):
		r.Behind = end.Sub(now)
	}
	switch {
	case readOnly:
		return r, fmt.Errorf("check record: %w: the database takes no writes", ErrBusy)
	case r.Behind.Abs() > maxBehind:
		return r, fmt.Errorf("check record: %w: the clocks of host and database differ by %s", ErrBusy, r.Behind.Abs().Round(time.Millisecond))
	}
	return r, nil
}
