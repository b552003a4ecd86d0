package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
)

// A Campaign is one inspection of many units, which findings come from (批次).
type Campaign struct {
	ID    string
	Name  string
	Year  int
	Theme string
	// Method is how findings are discovered in it, a code of the policy.
	Method   string
	StartsOn calendar.Date
	EndsOn   calendar.Date
	// Scope are the units it covers, Team the committee's people who carry it out.
	Scope []string
	Team  []string
	// Override is a leader's reason for inspecting units more often than the
	// policy allows.
	Override  string
	Author    string
	CreatedAt time.Time
	ClosedAt  *time.Time
	// Repeats is the first campaign of the same year, scope and theme, of which this one
	// is a redraw; empty when it is the first itself.
	Repeats string
}

// first is the campaign it counts as.
func (c Campaign) first() string { return cmp.Or(c.Repeats, c.ID) }

// findFirst finds the campaign that this one repeats.
func (c *Campaign) findFirst(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, `
		SELECT id FROM campaigns WHERE year = $1 AND theme = $2 AND repeats IS NULL AND id <> $4
		    AND cardinality(scope) = cardinality($3::text[]) AND scope <@ $3::text[] ORDER BY created_at, id LIMIT 1`,
		c.Year, c.Theme, c.Scope, c.ID).Scan(&c.Repeats)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

const selectCampaigns = `
SELECT id, name, year, theme, method, starts_on, ends_on, scope, team, override, author, created_at, closed_at, coalesce(repeats, '') FROM campaigns`

// AddCampaign plans a campaign. It fails with a *FieldError when the plan
// contradicts itself or the directory, and with a *BurdenError when it covers
// units more often than the policy allows and no reason overrides that.
func (s *Store) AddCampaign(ctx context.Context, c Campaign) (Campaign, error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Campaign{}, err
	}
	if err := c.check(rules.Policy.Codes); err != nil {
		return Campaign{}, err
	}
	c.ID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// One at a time: two plans at once could burden a unit beyond the cap.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, planningLock); err != nil {
			return err
		}
		if err := c.compare(ctx, tx, rules.Policy.Burden.Inspections); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			INSERT INTO campaigns (id, name, year, theme, method, starts_on, ends_on, scope, team, override, author, repeats, name_key)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''), $13) RETURNING created_at`,
			c.ID, c.Name, c.Year, c.Theme, c.Method, c.StartsOn, c.EndsOn, c.Scope, append([]string{}, c.Team...), c.Override, c.Author, c.Repeats,
			characters.Fold(c.Name)).Scan(&c.CreatedAt)
	})
	if err != nil {
		return Campaign{}, campaignFailed("add", c.ID, err)
	}
	return c, nil
}

// campaignFailed makes of an error what the caller is told.
func campaignFailed(verb, id string, err error) error {
	var (
		field  *FieldError
		burden *BurdenError
	)
	switch {
	case errors.As(err, &field), errors.As(err, &burden):
		return err
	case sqlState(err) == stateUnique:
		return &FieldError{Field: "name", Code: "name_in_use", ZH: "已有同名督查批次。", EN: "There is a campaign of that name already."}
	default:
		return fmt.Errorf("%s campaign %s: %w", verb, id, plain(err))
	}
}

// planningLock is held by whoever plans a campaign.
const planningLock int64 = 0x6475_6261_6e03

// Campaigns lists the campaigns of a year, of all years when it is 0, the newest
// first, those after the given id.
func (s *Store) Campaigns(ctx context.Context, year int, after string, limit int) ([]Campaign, error) {
	rows, err := s.pool.Query(ctx, selectCampaigns+`
		WHERE ($1 = 0 OR year = $1) AND ($2 = '' OR (created_at, id) < (SELECT created_at, id FROM campaigns WHERE id = $2))
		ORDER BY created_at DESC, id DESC LIMIT $3`, year, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list campaigns: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Campaign])
	if err != nil {
		return nil, fmt.Errorf("list campaigns: %w", plain(err))
	}
	return list, nil
}

// Campaign returns one campaign.
func (s *Store) Campaign(ctx context.Context, id string) (Campaign, error) {
	rows, err := s.pool.Query(ctx, selectCampaigns+` WHERE id = $1`, id)
	if err != nil {
		return Campaign{}, fmt.Errorf("read campaign %s: %w", id, plain(err))
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Campaign])
	if err != nil {
		return Campaign{}, fmt.Errorf("read campaign %s: %w", id, plain(err))
	}
	return c, nil
}

// CloseCampaign ends a campaign: no finding is registered under it any more.
// Closing it again changes nothing.
func (s *Store) CloseCampaign(ctx context.Context, id string) (Campaign, error) {
	if _, err := s.pool.Exec(ctx, `UPDATE campaigns SET closed_at = now() WHERE id = $1 AND closed_at IS NULL`, id); err != nil {
		return Campaign{}, fmt.Errorf("close campaign %s: %w", id, plain(err))
	}
	return s.Campaign(ctx, id)
}

// CampaignProgress counts the cases of a campaign by stage.
func (s *Store) CampaignProgress(ctx context.Context, id string) (map[string]int64, error) {
	rows, err := s.pool.Query(ctx, `SELECT stage, count(*) FROM cases WHERE campaign = $1 AND campaign <> '' GROUP BY stage`, id) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, fmt.Errorf("count cases of campaign %s: %w", id, plain(err))
	}
	var (
		counts = map[string]int64{}
		stage  string
		n      int64
	)
	if _, err := pgx.ForEachRow(rows, []any{&stage, &n}, func() error { counts[stage] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count cases of campaign %s: %w", id, plain(err))
	}
	return counts, nil
}
