package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// Alarm applies the alarm of a case that a timer was armed for, and whatever
// else is due by then. A number that is not the case's present one is stale, and
// an alarm that is not due by the database's clock is early: both write nothing.
// It returns the case's state for its workflow in any case.
func (s *Store) Alarm(ctx context.Context, caseID string, alarmNo int64) (Told, error) {
	if !isID(caseID) {
		return Told{}, ErrNotFound
	}
	var told Told
	err := retry(ctx, func() (err error) {
		told, err = s.tryAlarm(ctx, caseID, alarmNo)
		return err
	})
	if err != nil {
		return Told{}, fmt.Errorf("apply alarm %d of %s: %w", alarmNo, caseID, err)
	}
	return told, nil
}

func (s *Store) tryAlarm(ctx context.Context, caseID string, alarmNo int64) (Told, error) {
	p, c, err := s.open(ctx, caseID)
	if err != nil {
		return Told{}, err
	}
	defer p.tx.release(ctx)
	if c.AlarmNo != alarmNo {
		return p.told(ctx, c, false)
	}
	err = p.settle(ctx, func() ([]lifecycle.Event, error) {
		k, err := p.track(ctx, c)
		if err == nil {
			k.catchUp(p.at)
		}
		return nil, err
	})
	if err != nil {
		return Told{}, err
	}
	k := p.tracked[0]
	if len(k.events) > 0 {
		if err := p.commit(ctx); err != nil {
			return Told{}, err
		}
	}
	return p.told(ctx, k.c, len(k.events) > 0)
}

// open begins a transaction of the system's own on one case, as of the
// database's clock: it locks the case and reads what a decision needs.
func (s *Store) open(ctx context.Context, caseID string) (*plan, lifecycle.Case, error) {
	t, err := s.begin(ctx)
	if err != nil {
		return nil, lifecycle.Case{}, err
	}
	p := &plan{store: s, tx: t}
	b := &pgx.Batch{}
	// What is due is found out by the clock that is read beside it.
	p.head.queueCommon(b, []string{caseID}, s.now().Add(maxBehind), t)
	if err := t.send(ctx, b); err != nil {
		t.release(ctx)
		return nil, lifecycle.Case{}, err
	}
	p.at = p.head.now.UTC()
	c, ok := p.head.locked[caseID]
	if !ok {
		t.release(ctx)
		return nil, lifecycle.Case{}, ErrNotFound
	}
	return p, c, nil
}

// commit writes the plan.
func (p *plan) commit(ctx context.Context) error {
	if err := p.list(ctx); err != nil {
		return err
	}
	b := &pgx.Batch{}
	if err := p.write(b); err != nil {
		return err
	}
	return p.tx.commit(ctx, b)
}

// told is the state of a case under its lock as its workflow may know it.
func (p *plan) told(ctx context.Context, c lifecycle.Case, applied bool) (Told, error) {
	told := Told{
		Case: c.ID, Seq: c.Seq, AlarmNo: c.AlarmNo, Settled: c.Stage.Settled(), Stage: c.ForUnit().Stage, Applied: applied,
	}
	alarm, ok := c.Alarm()
	if !ok {
		return told, nil
	}
	rules, err := p.store.rules(ctx, p.tx.conn, p.head.force, c.PolicyVersion)
	told.FireAt = rules.FireAt(c.ID, alarm.At).Truncate(time.Microsecond)
	return told, err
}

// Told returns the state of a case as its workflow may know it.
func (s *Store) Told(ctx context.Context, caseID string) (Told, error) {
	if !isID(caseID) {
		return Told{}, ErrNotFound
	}
	var (
		told Told
		fire *time.Time
		unit *string
	)
	err := s.pool.QueryRow(ctx, selectTold, caseID).Scan(&told.Case, &told.Seq, &told.AlarmNo, &fire, &told.Settled, &unit)
	if err != nil {
		return Told{}, fmt.Errorf("read state of %s: %w", caseID, plain(err))
	}
	if fire != nil {
		told.FireAt = fire.UTC()
	}
	if unit != nil {
		told.Stage = lifecycle.UnitStage(*unit)
	}
	return told, nil
}

const selectTold = `
SELECT c.id::text, c.seq, c.alarm_no, c.fire_at, c.settled_at IS NOT NULL, u.stage
FROM cases c LEFT JOIN unit_cases u ON u.case_id = c.id AND u.unit_id = c.unit_id
WHERE c.id = $1`

// A LateAlarm is one that should have fired long ago.
type LateAlarm struct {
	Case    string
	AlarmNo int64
	FireAt  time.Time
}

// LateAlarms lists alarms that should have fired longer ago than that by the
// database's clock, oldest first, at most limit.
func (s *Store) LateAlarms(ctx context.Context, olderThan time.Duration, limit int) ([]LateAlarm, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id::text, alarm_no, fire_at FROM cases
		WHERE fire_at < clock_timestamp() - $1::interval ORDER BY fire_at LIMIT $2`, interval(olderThan), limit)
	if err != nil {
		return nil, fmt.Errorf("read late alarms: %w", plain(err))
	}
	late, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l LateAlarm, err error) {
		err = row.Scan(&l.Case, &l.AlarmNo, &l.FireAt)
		l.FireAt = l.FireAt.UTC()
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read late alarms: %w", plain(err))
	}
	return late, nil
}

// LateAlarmCount counts them.
func (s *Store) LateAlarmCount(ctx context.Context, olderThan time.Duration) (int64, error) {
	var n int64
	err := s.pool.QueryRow(ctx, `SELECT count(*) FROM cases WHERE fire_at < clock_timestamp() - $1::interval`, interval(olderThan)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count late alarms: %w", plain(err))
	}
	return n, nil
}
