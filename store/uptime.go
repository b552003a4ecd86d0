package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// Legal days may be compressed to seconds in a test, but no process can leave a
// sign of life every few milliseconds: these are the shortest spans.
const (
	shortestBeat   = 200 * time.Millisecond
	shortestOutage = 3 * time.Second
)

// HeartbeatEvery is how often an API process should leave a sign of life: each
// minute, more often when legal days are compressed.
func (s *Store) HeartbeatEvery(ctx context.Context) (time.Duration, error) {
	r, err := s.currentRules(ctx)
	if err != nil {
		return 0, err
	}
	return max(shortestBeat, r.Timeline.Scale(time.Minute)), nil
}

// outageFrom is how long a silence must last to count as an outage.
func outageFrom(r lifecycle.Rules) time.Duration {
	from := r.Policy.Time.OutageFrom.Std()
	if scaled := r.Timeline.Scale(from); scaled >= shortestOutage {
		return scaled
	}
	return min(shortestOutage, from)
}

// Heartbeat leaves a sign of life, by the database's clock. Silence shorter than
// an outage joins the span before; a longer one begins a new span, and the gap
// between them stays in the record.
func (s *Store) Heartbeat(ctx context.Context) error {
	r, err := s.currentRules(ctx)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('duban uptime'))`); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE uptime SET until = greatest(until, clock_timestamp())
			WHERE since = (SELECT max(since) FROM uptime) AND until > clock_timestamp() - $1::interval`, interval(outageFrom(r)))
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO uptime (since, until) SELECT t, t FROM clock_timestamp() t`)
		return err
	})
	if err != nil {
		return fmt.Errorf("leave a sign of life: %w", plain(err))
	}
	return nil
}

// selectOutages finds the silences that may touch the last hours before a due
// date of the cases' units, if anything had fallen due by the instant. Nothing
// can lapse before the alarm rings, though more may lapse than ran before it: a
// stay that ends lets clocks run on. The table has one row for each outage there
// ever was, so it is small.
const selectOutages = `
WITH due AS (SELECT min(alarm_at) AS at FROM cases WHERE id = ANY($1::uuid[]) AND alarm_at <= $2),
     silence AS (SELECT until AS since, lead(since, 1, clock_timestamp()) OVER (ORDER BY since) AS until FROM uptime)
SELECT s.since, s.until FROM due d JOIN silence s ON s.until > d.at - $3::interval AND s.until - s.since >= $4::interval
ORDER BY s.since`
