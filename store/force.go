package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// inForce is which versions decide, and where legal days lie.
type inForce struct {
	Policy, Calendar int
	OriginOn         calendar.Date
	OriginAt         time.Time
}

type policyVersion struct{ *policy.Policy }

type calendarVersion struct{ *calendar.Calendar }

const selectInForce = `SELECT policy_version, calendar_version, origin_on, origin_at FROM in_force`

func (f *inForce) targets() []any {
	return []any{&f.Policy, &f.Calendar, &f.OriginOn, &f.OriginAt}
}

// now is this host's clock, cut to what PostgreSQL can hold.
func (s *Store) now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// A querier is the pool, or the one connection of a transaction: whoever holds a
// connection must not wait for another, or a full pool waits for itself.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// rules are the rules for a case noticed under a policy version, 0 for one not
// noticed yet, with the versions in force.
func (s *Store) rules(ctx context.Context, q querier, force inForce, noticed int) (lifecycle.Rules, error) {
	version := force.Policy
	if noticed > 0 {
		version = noticed
	}
	p, err := s.policy(ctx, q, version)
	if err != nil {
		return lifecycle.Rules{}, err
	}
	c, err := s.calendar(ctx, q, force.Calendar)
	if err != nil {
		return lifecycle.Rules{}, err
	}
	timeline, err := p.Timeline(force.OriginOn, force.OriginAt)
	if err != nil {
		return lifecycle.Rules{}, fmt.Errorf("read timeline: %w", err)
	}
	return lifecycle.Rules{
		Policy: p, PolicyVersion: version, Calendar: c, CalendarVersion: force.Calendar, Timeline: timeline,
	}, nil
}

// currentRules are the rules for new cases. It takes a connection: whoever holds one
// asks for the last known.
func (s *Store) currentRules(ctx context.Context) (lifecycle.Rules, error) {
	force, err := s.currentForce(ctx)
	if err != nil {
		return lifecycle.Rules{}, err
	}
	return s.rules(ctx, s.pool, force, 0)
}

// lastRules are the rules for new cases as last read.
func (s *Store) lastRules(ctx context.Context) (lifecycle.Rules, error) {
	force, err := s.lastForce(ctx)
	if err != nil {
		return lifecycle.Rules{}, err
	}
	return s.rules(ctx, s.pool, force, 0)
}

// currentForce reads what is in force, and keeps it for those who can do with
// the last known.
func (s *Store) currentForce(ctx context.Context) (inForce, error) {
	var f inForce
	if err := s.pool.QueryRow(ctx, selectInForce).Scan(f.targets()...); err != nil {
		return f, fmt.Errorf("read rules in force: %w", plain(err))
	}
	s.keepForce(f)
	return f, nil
}

func (s *Store) keepForce(f inForce) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.force = f
}

// lastForce is what was in force when it was last read: with every command, every
// round of the sender and every sign of life. What depends on it exactly reads it
// inside its transaction.
func (s *Store) lastForce(ctx context.Context) (inForce, error) {
	s.mu.Lock()
	f := s.force
	s.mu.Unlock()
	if f.Policy > 0 {
		return f, nil
	}
	return s.currentForce(ctx)
}

func (s *Store) policy(ctx context.Context, q querier, version int) (*policy.Policy, error) {
	s.mu.Lock()
	p, ok := s.policies[version]
	s.mu.Unlock()
	if ok {
		return p.Policy, nil
	}
	var text string
	if err := q.QueryRow(ctx, `SELECT text FROM policies WHERE version = $1`, version).Scan(&text); err != nil {
		return nil, fmt.Errorf("read policy %d: %w", version, plain(err))
	}
	read, err := readPolicy([]byte(text))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.policies[version] = policyVersion{read}
	return read, nil
}

func (s *Store) calendar(ctx context.Context, q querier, version int) (*calendar.Calendar, error) {
	s.mu.Lock()
	c, ok := s.calendars[version]
	s.mu.Unlock()
	if ok {
		return c.Calendar, nil
	}
	var years []byte
	if err := q.QueryRow(ctx, `SELECT years FROM calendars WHERE version = $1`, version).Scan(&years); err != nil {
		return nil, fmt.Errorf("read calendar %d: %w", version, plain(err))
	}
	read, err := decodeYears(version, years)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendars[version] = calendarVersion{read}
	return read, nil
}

func readPolicy(text []byte) (*policy.Policy, error) {
	p, err := policy.Read(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	return p, nil
}

func encodeYears(c *calendar.Calendar) ([]byte, error) {
	years, err := json.Marshal(c.Years())
	if err != nil {
		return nil, fmt.Errorf("encode calendar: %w", err)
	}
	return years, nil
}

func decodeYears(version int, text []byte) (*calendar.Calendar, error) {
	var years []calendar.Year
	if err := json.Unmarshal(text, &years); err != nil {
		return nil, fmt.Errorf("decode calendar %d: %w", version, err)
	}
	c, err := calendar.New(version, years...)
	if err != nil {
		return nil, fmt.Errorf("decode calendar %d: %w", version, err)
	}
	return c, nil
}
