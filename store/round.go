package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// roundGrace is how much later than its interval a round may begin at the least,
// whatever the interval: a busy machine needs some seconds.
const roundGrace = 10 * time.Second

// A LateRound is one that a Schedule of the engine should have begun and did not.
type LateRound struct {
	Name string
	// Since is when the last one began, or was first expected.
	Since time.Time
	// Every is how often there should be one.
	Every time.Duration
}

// ExpectRounds says how often each round should begin from now on. Any other is
// expected no more.
func (s *Store) ExpectRounds(ctx context.Context, every map[string]time.Duration) error {
	b := &pgx.Batch{}
	names := make([]string, 0, len(every))
	for name, d := range every {
		names = append(names, name)
		b.Queue(`
			INSERT INTO rounds (name, every, began_at) VALUES ($1, $2::interval, clock_timestamp())
			ON CONFLICT (name) DO UPDATE SET every = excluded.every WHERE rounds.every <> excluded.every`, name, interval(d))
	}
	b.Queue(`DELETE FROM rounds WHERE name <> ALL ($1::text[])`, names)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("expect rounds: %w", plain(err))
	}
	return nil
}

// BeginRound records that a round begins. How it ends is not asked: that one ends
// late, or in vain, may be because somebody is to be told of a look-back.
func (s *Store) BeginRound(ctx context.Context, name string) error {
	if _, err := s.pool.Exec(ctx, `UPDATE rounds SET began_at = greatest(began_at, clock_timestamp()) WHERE name = $1`, name); err != nil {
		return fmt.Errorf("begin round %s: %w", name, plain(err))
	}
	return nil
}

// LateRounds lists the rounds that should have begun and did not, by name: those
// of which half an interval passed since.
func (s *Store) LateRounds(ctx context.Context) ([]LateRound, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT name, began_at, every FROM rounds
		WHERE began_at + every + greatest(every / 2, $1::interval) < clock_timestamp() ORDER BY name`, interval(roundGrace))
	if err != nil {
		return nil, fmt.Errorf("list late rounds: %w", plain(err))
	}
	late, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LateRound])
	if err != nil {
		return nil, fmt.Errorf("list late rounds: %w", plain(err))
	}
	for i := range late {
		late[i].Since = late[i].Since.UTC()
	}
	return late, nil
}
