package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
)

// A CampaignDraw is one draw of a campaign's inspectees (双随机), for ever.
type CampaignDraw struct {
	ID       string
	Campaign string
	// Number counts the draws of the campaign from 1, without gaps.
	Number int
	// Record is the JSON of the lot.Draw as it was written, Digest its
	// fingerprint as it was kept.
	Record     json.RawMessage
	Digest     lot.Digest
	Author     string
	At         time.Time
	Reason     string
	ApprovedBy string
}

// Replay draws again from the record. It returns what was drawn, and an error
// that says what does not match when the record is not what was drawn.
func (d CampaignDraw) Replay() (lot.Draw, error) {
	drawn, err := lifecycle.ReadDraw(d.Record)
	if err != nil {
		return lot.Draw{}, err
	}
	return drawn, drawn.Replay(d.Digest)
}

const selectCampaignDraws = `
SELECT id::text, campaign, number, record::text, digest, author, at, reason, coalesce(approved_by, '') FROM campaign_draws`

func scanCampaignDraw(row pgx.CollectableRow) (CampaignDraw, error) {
	var (
		d      CampaignDraw
		record string
		digest []byte
	)
	err := row.Scan(&d.ID, &d.Campaign, &d.Number, &record, &digest, &d.Author, &d.At, &d.Reason, &d.ApprovedBy)
	d.Record, d.At = json.RawMessage(record), d.At.UTC()
	copy(d.Digest[:], digest)
	return d, err
}

// DrawInspectees draws units of a campaign. A campaign that was drawn for, and a draw
// that leaves units out, gets a request instead, which somebody else answers; one of the
// two is returned and the other is nil. It fails with a *lifecycle.Refusal when the rules
// turn it down, and with a *lot.TooFewUnitsError when a stratum has too few units;
// nothing is written then.
func (s *Store) DrawInspectees(ctx context.Context, campaign string, asked lifecycle.DrawOfInspectees, author string) (*CampaignDraw, *DrawRequest, error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return nil, nil, err
	}
	var (
		drawn   *CampaignDraw
		request *DrawRequest
	)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		c, _, draws, waiting, err := drawState(ctx, tx, campaign)
		if err != nil {
			return err
		}
		if refusal := asked.RefuseDraw(c.ClosedAt != nil, draws, waiting); refusal != nil {
			return refusal
		}
		units, err := c.inspectees(ctx, tx)
		if err != nil {
			return err
		}
		if draws > 0 || asked.LeavesOut(units) {
			// Nobody is asked to grant what cannot be drawn. This is no draw: its
			// seed is always the same, and what comes of it goes nowhere.
			if _, err := c.drawFrom(ctx, tx, lot.NewStream(lot.Seed{}), asked, rules.Policy); err != nil {
				return err
			}
			request, err = addDrawRequest(ctx, tx, campaign, asked, author)
			return err
		}
		one, err := c.drawFrom(ctx, tx, rand.Reader, asked, rules.Policy)
		if err != nil {
			return err
		}
		drawn = &CampaignDraw{Campaign: campaign, Number: 1, Author: author, Reason: asked.Reason}
		return drawn.write(ctx, tx, one)
	})
	if err != nil {
		return nil, nil, drawFailed(campaign, err)
	}
	return drawn, request, nil
}

// drawState locks a campaign's draws and reads how they stand: how many there are, how
// many with those of the campaigns it counts as one with, and whether a request for one
// more waits.
func drawState(ctx context.Context, tx pgx.Tx, campaign string) (c Campaign, own, draws int, waiting bool, err error) {
	// Draws wait for one another and for plans: two at once could burden a unit
	// beyond the cap.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, planningLock); err != nil {
		return c, 0, 0, false, err
	}
	rows, err := tx.Query(ctx, selectCampaigns+` WHERE id = $1 FOR NO KEY UPDATE`, campaign)
	if err != nil {
		return c, 0, 0, false, err
	}
	if c, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Campaign]); err != nil {
		return c, 0, 0, false, err
	}
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*)::int FROM campaign_draws WHERE campaign = $1),
		       (SELECT count(*)::int FROM campaign_draws d JOIN campaigns c ON c.id = d.campaign WHERE coalesce(c.repeats, c.id) = $2),
		       EXISTS (SELECT FROM campaign_draw_requests r WHERE r.campaign = $1 AND NOT EXISTS (SELECT FROM campaign_draw_answers a WHERE a.request_id = r.id))`,
		campaign, c.first()).Scan(&own, &draws, &waiting)
	return c, own, draws, waiting, err
}

// drawFrom draws units of the campaign.
func (c Campaign) drawFrom(ctx context.Context, tx pgx.Tx, chance io.Reader, asked lifecycle.DrawOfInspectees, p *policy.Policy) (lot.Draw, error) {
	units, err := c.inspectees(ctx, tx)
	if err != nil {
		return lot.Draw{}, err
	}
	strata, roster, refusal := asked.Roster(units, p.Burden.Inspections)
	if refusal != nil {
		return lot.Draw{}, refusal
	}
	var weights lot.Weights
	weights.Ordinary, weights.Listed = p.Weights()
	return lot.DrawInspectees(chance, weights, strata, roster)
}

// selectInspectees reads the units of a scope that are not abolished, each with
// how often it was inspected in the year. The campaign itself does not count.
const selectInspectees = `
WITH ` + visitsOf + `
SELECT u.id, coalesce(a.name, ''), coalesce(g.name, ''), false, (SELECT count(*)::int FROM visits v WHERE v.unit = u.id)
FROM units u LEFT JOIN areas a ON a.id = u.area_id LEFT JOIN unit_categories g ON g.id = u.category_id
WHERE u.id = ANY (@units) AND u.abolished_on IS NULL ORDER BY u.id COLLATE "C"`

// inspectees are the units that the campaign's inspectees may be drawn from.
func (c Campaign) inspectees(ctx context.Context, tx pgx.Tx) ([]lifecycle.Inspectee, error) {
	rows, err := tx.Query(ctx, selectInspectees, inYear(c.Scope, c.Year, c.first()))
	if err != nil {
		return nil, err
	}
	units, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lifecycle.Inspectee])
	if err != nil {
		return nil, err
	}
	listed, err := listedUnits(ctx, tx, c.Year-1)
	if err != nil {
		return nil, err
	}
	was := map[string]bool{}
	for _, l := range listed {
		was[l.Unit] = true
	}
	for i := range units {
		units[i].Listed = was[units[i].Unit]
	}
	return units, nil
}

// write keeps what was drawn.
func (d *CampaignDraw) write(ctx context.Context, tx pgx.Tx, drawn lot.Draw) error {
	record, err := json.Marshal(drawn)
	if err != nil {
		return err
	}
	d.Record, d.Digest = record, drawn.Digest()
	err = tx.QueryRow(ctx, `
		INSERT INTO campaign_draws (campaign, number, record, digest, author, reason, approved_by)
		VALUES ($1, $2, $3, $4, $5, $6, nullif($7, '')) RETURNING id::text, at`,
		d.Campaign, d.Number, string(record), d.Digest[:], d.Author, d.Reason, d.ApprovedBy).Scan(&d.ID, &d.At)
	d.At = d.At.UTC()
	return err
}

// CampaignDraws lists the draws of a campaign, the first first.
func (s *Store) CampaignDraws(ctx context.Context, campaign string) ([]CampaignDraw, error) {
	if _, err := s.Campaign(ctx, campaign); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, selectCampaignDraws+` WHERE campaign = $1 ORDER BY number`, campaign)
	if err != nil {
		return nil, drawFailed(campaign, err)
	}
	list, err := pgx.CollectRows(rows, scanCampaignDraw)
	return list, drawFailed(campaign, err)
}

// CampaignDraw returns one draw.
func (s *Store) CampaignDraw(ctx context.Context, id string) (CampaignDraw, error) {
	if !isID(id) {
		return CampaignDraw{}, ErrNotFound
	}
	rows, err := s.pool.Query(ctx, selectCampaignDraws+` WHERE id = $1`, id)
	if err != nil {
		return CampaignDraw{}, drawFailed(id, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanCampaignDraw)
	return d, drawFailed(id, err)
}

// Inspectees are the units that the latest draw of a campaign gave, in the order
// they came up; none when it was not drawn for.
func (s *Store) Inspectees(ctx context.Context, campaign string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT json_array_elements_text(record -> 'drawn') FROM campaign_draws
		WHERE campaign = $1 AND number = (SELECT max(number) FROM campaign_draws WHERE campaign = $1)`, campaign)
	if err != nil {
		return nil, drawFailed(campaign, err)
	}
	units, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return units, drawFailed(campaign, err)
}

// drawFailed makes of an error what the caller is told.
func drawFailed(id string, err error) error {
	var (
		refusal *lifecycle.Refusal
		few     *lot.TooFewUnitsError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &few):
		return few
	}
	return fmt.Errorf("draw inspectees of %s: %w", id, plain(err))
}
