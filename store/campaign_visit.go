package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// A CampaignVisit is that inspectors of a campaign were in a unit, whether or not they
// found anything: from it on, or from the first finding, the campaign counts as an
// inspection of the unit.
type CampaignVisit struct {
	ID       string
	Campaign string
	Unit     string
	On       calendar.Date
	// Persons came; who records the visit is one of them.
	Persons   []string
	Author    string
	CreatedAt time.Time
}

// AddCampaignVisit records a visit. It fails with a *FieldError when the campaign does
// not cover the unit or the day, or fewer came than the policy wants.
func (s *Store) AddCampaignVisit(ctx context.Context, v CampaignVisit) (CampaignVisit, error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return CampaignVisit{}, err
	}
	c, err := s.Campaign(ctx, v.Campaign)
	if err != nil {
		return CampaignVisit{}, err
	}
	if err := v.check(c, rules.Today(s.now()), rules.Policy.LookBack.MinPersons); err != nil {
		return CampaignVisit{}, err
	}
	v.ID = newID()
	var people int
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM accounts WHERE id = ANY ($1) AND disabled_at IS NULL AND unit_id IS NULL`, v.Persons).Scan(&people)
	if err == nil && people < len(v.Persons) {
		return CampaignVisit{}, &FieldError{Field: "persons", Code: "unknown_account", ZH: "到场人员中有不存在、已停用或者不属于工委的人员。", EN: "Somebody who came is not one of the committee's people."}
	}
	if err == nil {
		err = s.pool.QueryRow(ctx, `INSERT INTO campaign_visits (id, campaign, unit_id, visited_on, persons, author) VALUES ($1, $2, $3, $4, $5, $6) RETURNING created_at`,
			v.ID, v.Campaign, v.Unit, v.On, v.Persons, v.Author).Scan(&v.CreatedAt)
	}
	switch {
	case sqlState(err) == stateUnique:
		return CampaignVisit{}, &FieldError{Field: "on", Code: "already_recorded", ZH: "该单位当日的到场已经登记。", EN: "The visit of that day is recorded already."}
	case err != nil:
		return CampaignVisit{}, fmt.Errorf("record visit of campaign %s: %w", v.Campaign, plain(err))
	}
	v.CreatedAt = v.CreatedAt.UTC()
	return v, nil
}

// check holds a visit against its campaign.
func (v CampaignVisit) check(c Campaign, today calendar.Date, least int) error {
	last := today
	if c.EndsOn.Before(last) {
		last = c.EndsOn
	}
	switch {
	case c.ClosedAt != nil:
		return &FieldError{Field: "id", Code: "campaign_closed", ZH: "该批次已经结束，不能再登记到场。", EN: "The campaign is closed; no visit is recorded in it."}
	case !slices.Contains(c.Scope, v.Unit):
		return &FieldError{Field: "unit", Code: "not_in_scope", ZH: "该单位不在批次的检查范围内。", EN: "The unit is not in the campaign's scope."}
	case v.On.Before(c.StartsOn) || v.On.After(last):
		return &FieldError{
			Field: "on", Code: "out_of_range", ZH: fmt.Sprintf("到场日期应在%s至%s之间。", c.StartsOn, last), EN: fmt.Sprintf("The day lies between %s and %s.", c.StartsOn, last),
		}
	case len(v.Persons) < least || twice(v.Persons):
		return &FieldError{
			Field: "persons", Code: "too_few_persons", ZH: fmt.Sprintf("检查应有%d人以上到场，人员不得重复。", least), EN: fmt.Sprintf("At least %d different persons come.", least),
		}
	case !slices.Contains(v.Persons, v.Author):
		return &FieldError{Field: "persons", Code: "not_on_the_spot", ZH: "登记到场的人应在到场人员之中。", EN: "Whoever records the visit must be among those who came."}
	}
	return nil
}

// CampaignVisits lists the visits of a campaign, the latest first, those after the
// given id.
func (s *Store) CampaignVisits(ctx context.Context, campaign, after string, limit int) ([]CampaignVisit, error) {
	if _, err := s.Campaign(ctx, campaign); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT id, campaign, unit_id, visited_on, persons, author, created_at FROM campaign_visits
		WHERE campaign = $1 AND ($2 = '' OR (visited_on, id) < (SELECT visited_on, id FROM campaign_visits WHERE id = $2))
		ORDER BY visited_on DESC, id DESC LIMIT $3`, campaign, after, limit)
	if err == nil {
		var list []CampaignVisit
		if list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[CampaignVisit]); err == nil {
			return list, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("list visits of campaign %s", campaign), plain(err))
}
