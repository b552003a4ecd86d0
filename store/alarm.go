package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// Alarm applies the alarm of a case that a timer was armed for, and whatever
// else is due by then. A number that is not the case's present one is stale, and
// an alarm that is not due by the database's clock is early: both write nothing.
// It returns the case's state for its workflow in any case.
func (s *Store) Alarm(ctx context.Context, caseID string, alarmNo int64) (Told, error) {
	if uuid.Validate(caseID) != nil {
		return Told{}, ErrNotFound
	}
	var (
		told Told
		err  error
	)
	for range tries {
		told, err = s.tryAlarm(ctx, caseID, alarmNo)
		if err == nil || !again(err) || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return Told{}, fmt.Errorf("apply alarm %d of %s: %w", alarmNo, caseID, plain(err))
	}
	return told, nil
}

func (s *Store) tryAlarm(ctx context.Context, caseID string, alarmNo int64) (Told, error) {
	t, err := s.begin(ctx)
	if err != nil {
		return Told{}, err
	}
	defer t.release(ctx)
	h := head{}
	b := &pgx.Batch{}
	h.queueCommon(b, []string{caseID}, s.now(), t)
	h.queueStanding(b, caseID)
	if err := t.send(ctx, b); err != nil {
		return Told{}, err
	}
	c, ok := h.locked[caseID]
	if !ok {
		return Told{}, ErrNotFound
	}
	p := plan{store: s, at: h.now.UTC().Truncate(time.Microsecond), head: h}
	rules, err := p.rulesFor(ctx, c)
	if err != nil {
		return Told{}, err
	}
	k := p.track(c, rules)
	if c.AlarmNo == alarmNo {
		k.catchUp(p.at)
	}
	if len(k.events) == 0 {
		t.rollback(ctx)
		return toldOf(k.c, rules, false), nil
	}
	write := &pgx.Batch{}
	if err := p.write(write, []*tracked{k}); err != nil {
		return Told{}, err
	}
	if err := t.commit(ctx, write); err != nil {
		return Told{}, err
	}
	return toldOf(k.c, rules, true), nil
}

// Told returns the state of a case as its workflow may know it.
func (s *Store) Told(ctx context.Context, caseID string) (Told, error) {
	if uuid.Validate(caseID) != nil {
		return Told{}, ErrNotFound
	}
	var (
		told Told
		fire *time.Time
		unit *string
	)
	err := s.pool.QueryRow(ctx, selectTold, caseID).Scan(&told.Case, &told.Seq, &told.AlarmNo, &fire, &told.Settled, &unit, &told.Letters)
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
SELECT c.id::text, c.seq, c.alarm_no, c.fire_at, NOT c.open, u.stage,
    EXISTS (SELECT FROM outbox o WHERE o.case_id = c.id AND o.delivered_at IS NULL)
FROM cases c LEFT JOIN unit_cases u ON u.case_id = c.id AND u.unit_id = c.unit_id
WHERE c.id = $1`

func toldOf(c lifecycle.Case, r lifecycle.Rules, applied bool) Told {
	told := Told{
		Case: c.ID, Seq: c.Seq, AlarmNo: c.AlarmNo, Settled: c.Stage.Settled(), Stage: c.ForUnit().Stage, Letters: applied, Applied: applied,
	}
	if alarm, ok := c.Alarm(); ok {
		told.FireAt = r.FireAt(c.ID, alarm.At).Truncate(time.Microsecond)
	}
	return told
}

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
