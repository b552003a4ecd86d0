package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
)

// A CampaignAmendment is what a leader changes about a campaign that is under
// way; what is nil stays. The year stays, since the campaign counts in it.
type CampaignAmendment struct {
	Name, Theme      *string
	StartsOn, EndsOn *calendar.Date
	Scope, Team      *[]string
	// Override is the reason for inspecting units more often than the policy allows.
	Override *string
	Reason   string
	Author   string
}

// A CampaignChange is an amendment on record.
type CampaignChange struct {
	ID, Campaign string
	// Was and Now hold what the amendment changed, by field.
	Was, Now json.RawMessage
	Reason   string
	Author   string
	At       time.Time
}

// AmendCampaign changes a campaign that is not closed, and keeps what it was. A
// unit that findings of the campaign are about stays in its scope. It fails as
// AddCampaign does.
func (s *Store) AmendCampaign(ctx context.Context, id string, a CampaignAmendment) (Campaign, error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Campaign{}, err
	}
	var c Campaign
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, planningLock); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectCampaigns+` WHERE id = $1 FOR UPDATE`, id)
		if err != nil {
			return err
		}
		if c, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Campaign]); err != nil {
			return err
		}
		if c.ClosedAt != nil {
			return &FieldError{Field: "", Code: "campaign_closed", ZH: "该督查批次已经结束，不能再调整。", EN: "The campaign is closed and cannot be amended."}
		}
		was, now := a.apply(&c)
		if len(now) == 0 {
			return &FieldError{Field: "", Code: "nothing_to_change", ZH: "没有要调整的内容。", EN: "There is nothing to change."}
		}
		if err := c.check(rules.Policy.Codes); err != nil {
			return err
		}
		if err := c.keepsFindings(ctx, tx); err != nil {
			return err
		}
		if a.Scope != nil || a.Override != nil {
			if err := c.compare(ctx, tx, rules.Policy.Burden.Inspections); err != nil {
				return err
			}
		}
		b := &pgx.Batch{}
		b.Queue(`UPDATE campaigns SET name = $2, theme = $3, starts_on = $4, ends_on = $5, scope = $6, team = $7, override = $8, name_key = $9 WHERE id = $1`,
			c.ID, c.Name, c.Theme, c.StartsOn, c.EndsOn, c.Scope, append([]string{}, c.Team...), c.Override, characters.Fold(c.Name))
		b.Queue(`INSERT INTO campaign_changes (campaign, was, now, reason, author) VALUES ($1, $2, $3, $4, $5)`, c.ID, was, now, a.Reason, a.Author)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return Campaign{}, campaignFailed("amend", id, err)
	}
	return c, nil
}

// apply changes the campaign and returns what differs, by field, as it was and as
// it is.
func (a CampaignAmendment) apply(c *Campaign) (was, now map[string]any) {
	was, now = map[string]any{}, map[string]any{}
	note := func(field string, before, after any) { was[field], now[field] = before, after }
	text := func(field string, into, given *string) {
		if given != nil && *given != *into {
			note(field, *into, *given)
			*into = *given
		}
	}
	date := func(field string, into, given *calendar.Date) {
		if given != nil && *given != *into {
			note(field, *into, *given)
			*into = *given
		}
	}
	list := func(field string, into, given *[]string) {
		if given != nil && !slices.Equal(*given, *into) {
			note(field, *into, *given)
			*into = *given
		}
	}
	text("name", &c.Name, a.Name)
	text("theme", &c.Theme, a.Theme)
	date("starts_on", &c.StartsOn, a.StartsOn)
	date("ends_on", &c.EndsOn, a.EndsOn)
	list("scope", &c.Scope, a.Scope)
	list("team", &c.Team, a.Team)
	text("override", &c.Override, a.Override)
	return was, now
}

// keepsFindings refuses a scope without a unit that findings of the campaign are
// about.
func (c *Campaign) keepsFindings(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT u.name FROM cases k JOIN units u ON u.id = k.unit_id
		WHERE k.campaign = $1 AND k.stage NOT IN ('voided', 'merged') AND NOT EXISTS (
			WITH RECURSIVE line (id) AS (
				SELECT k.unit_id UNION SELECT x.unit_id FROM unit_changes x JOIN line l ON x.successor_id = l.id OR l.id = ANY (x.parts))
			SELECT FROM line WHERE id = ANY ($2::text[]))
		ORDER BY u.name LIMIT 5`, c.ID, c.Scope)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) == 0 {
		return err
	}
	list := strings.Join(names, "、")
	return &FieldError{
		Field: "scope", Code: "unit_has_findings", ZH: "本批次已有" + list + "的问题，不能从检查范围中去掉。",
		EN: "The campaign has findings of " + list + ", which must stay in its scope.",
	}
}

// CampaignChanges lists what was changed about a campaign, the first first.
func (s *Store) CampaignChanges(ctx context.Context, id string) ([]CampaignChange, error) {
	rows, err := s.pool.Query(ctx, `SELECT id::text, campaign, was, now, reason, author, at FROM campaign_changes WHERE campaign = $1 ORDER BY at, id`, id)
	if err != nil {
		return nil, fmt.Errorf("list changes of campaign %s: %w", id, plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CampaignChange])
	if err != nil {
		return nil, fmt.Errorf("list changes of campaign %s: %w", id, plain(err))
	}
	return list, nil
}
