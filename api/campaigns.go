package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/store"
)

// campaignRoutes registers the campaigns that findings come from.
func (s *server) campaignRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_campaigns", method: http.MethodGet, path: "/v1/campaigns", tag: "Campaigns", summary: "督查批次 List campaigns",
		doc: "The newest first.",
	}, s.campaigns)
	register(s, operation{
		id: "add_campaign", method: http.MethodPost, path: "/v1/campaigns", tag: "Campaigns", summary: "新建批次 Plan a campaign",
		doc: "Units that were inspected in the year as often as the policy allows are named and refused: a campaign counts from its first finding or recorded visit in a unit; " +
			"a leader may override that with a reason.",
		status: http.StatusCreated, body: reflect.TypeFor[NewCampaign](), refuses: []int{http.StatusConflict},
	}, s.addCampaign)
	register(s, operation{
		id: "get_campaign", method: http.MethodGet, path: "/v1/campaigns/{id}", tag: "Campaigns", summary: "批次 One campaign and how far its cases are",
		refuses: missing,
	}, s.campaign)
	register(s, operation{
		id: "amend_campaign", method: http.MethodPost, path: "/v1/campaigns/{id}", tag: "Campaigns", summary: "调整批次 Amend a campaign that is under way",
		doc: "By a leader, with the reason. What is left out stays, and what it was stays on record. Findings are registered for units of the scope only (`out_of_scope`); " +
			"a unit with findings stays in it.",
		body: reflect.TypeFor[CampaignAmendment](), refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.amendCampaign)
	register(s, operation{
		id: "list_campaign_visits", method: http.MethodGet, path: "/v1/campaigns/{id}/visits", tag: "Campaigns", summary: "到场记录 The visits of a campaign",
		doc: "The latest first.", refuses: missing,
	}, s.campaignVisits)
	register(s, operation{
		id: "add_campaign_visit", method: http.MethodPost, path: "/v1/campaigns/{id}/visits", tag: "Campaigns", summary: "登记到场 Record that inspectors were in a unit",
		doc:    "By one of those who came. From the first visit or finding on the campaign counts as an inspection of the unit, whether or not anything was found.",
		status: http.StatusCreated, body: reflect.TypeFor[NewCampaignVisit](), refuses: missing,
	}, s.addCampaignVisit)
	register(s, operation{
		id: "close_campaign", method: http.MethodPost, path: "/v1/campaigns/{id}/close", tag: "Campaigns", summary: "结束批次 End a campaign",
		doc: "No finding is registered under it any more; its cases go on.", refuses: missing,
	}, s.closeCampaign)
}

// A NewCampaign is what a campaign is planned as.
type NewCampaign struct {
	Name     string        `json:"name" minLength:"1" maxLength:"100" doc:"What it is called, no other campaign of the year the same"`
	Year     int           `json:"year" minimum:"2000" maximum:"2100" doc:"The year that it belongs to"`
	Theme    string        `json:"theme,omitempty" maxLength:"100" doc:"What it inspects"`
	Method   string        `json:"method" doc:"Code of the discovery method" of:"Method"`
	StartsOn calendar.Date `json:"starts_on" doc:"The first day, in the campaign's year"`
	EndsOn   calendar.Date `json:"ends_on" doc:"The last day, not before the first"`
	Scope    []string      `json:"scope" each:"64" minItems:"1" maxItems:"2000" doc:"Ids of the units it covers"`
	Team     []string      `json:"team,omitempty" each:"64" maxItems:"200" doc:"Accounts of the committee's people who carry it out"`
	Override string        `json:"override,omitempty" maxLength:"1000" doc:"A leader's reason for inspecting units more often than the policy allows"`
}

// A CampaignAmendment is what shall be different about a campaign.
type CampaignAmendment struct {
	Name     *string        `json:"name,omitempty" maxLength:"100" doc:"What it is called from now on"`
	Theme    *string        `json:"theme,omitempty" maxLength:"100" doc:"What it inspects from now on"`
	StartsOn *calendar.Date `json:"starts_on,omitempty" doc:"In the campaign's year"`
	EndsOn   *calendar.Date `json:"ends_on,omitempty" doc:"The last day from now on, not before the first"`
	Scope    *[]string      `json:"scope,omitempty" each:"64" minItems:"1" maxItems:"2000" doc:"Ids of all units it covers from now on"`
	Team     *[]string      `json:"team,omitempty" each:"64" maxItems:"200" doc:"Accounts of all who carry it out from now on"`
	Override *string        `json:"override,omitempty" maxLength:"1000" doc:"The reason for inspecting units more often than the policy allows"`
	Reason   string         `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it is amended"`
}

// changedFields are those of a campaign that an amendment changed, by name.
type changedFields struct{ json.RawMessage }

// A CampaignChange is an amendment on record.
type CampaignChange struct {
	Was    changedFields `json:"was" doc:"What was changed, as it was, by field"`
	Now    changedFields `json:"now" doc:"The same fields as they are since"`
	Reason string        `json:"reason"`
	Author string        `json:"author" doc:"Account of the leader"`
	At     time.Time     `json:"at"`
}

// A Campaign is one inspection of many units.
type Campaign struct {
	ID string `json:"id"`
	NewCampaign

	RedrawOf  string     `json:"redraw_of,omitempty" doc:"Id of the first campaign of the same year, scope and theme, as whose redraw it counts"`
	Author    string     `json:"author"`
	CreatedAt time.Time  `json:"created_at"`
	ClosedAt  *time.Time `json:"closed_at,omitempty" doc:"When it was ended, in UTC; none while it runs"`
	// ByStage counts the cases that came from it.
	ByStage map[string]int64 `json:"by_stage,omitempty" doc:"Its cases by stage; shown with one campaign"`
	// Inspectees are those of its scope that came up.
	Inspectees []string `json:"inspectees,omitempty" maxItems:"2000" doc:"Units of its scope that its latest draw gave; none when nothing was drawn; shown with one campaign"`
	// Changes are what leaders changed about it.
	Changes []CampaignChange `json:"changes,omitempty" maxItems:"500" doc:"What was changed about it, the first first; shown with one campaign"`
}

func campaignOf(c store.Campaign) Campaign {
	out := Campaign{
		ID: c.ID, RedrawOf: c.Repeats, Author: c.Author, CreatedAt: c.CreatedAt.UTC(),
		NewCampaign: NewCampaign{
			Name: c.Name, Year: c.Year, Theme: c.Theme, Method: c.Method, StartsOn: c.StartsOn, EndsOn: c.EndsOn,
			Scope: c.Scope, Team: c.Team, Override: c.Override,
		},
	}
	if c.ClosedAt != nil {
		at := c.ClosedAt.UTC()
		out.ClosedAt = &at
	}
	return out
}

type campaignsInput struct {
	Year   string `query:"year" pattern:"^[0-9]{4}$" doc:"Of this year; of all years when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

// A CampaignList is one page of campaigns.
type CampaignList struct {
	Campaigns []Campaign `json:"campaigns" doc:"The campaigns of the page"`
	Next      string     `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

type (
	campaignsOutput struct{ Body CampaignList }
	campaignOutput  struct {
		Location string `header:"Location" hidden:"true"`
		Body     Campaign
	}
)

func (s *server) campaigns(ctx context.Context, _ *call, in *campaignsInput) (*campaignsOutput, error) {
	var f form
	year, after, limit := f.number("year", in.Year, calendar.FirstYear, calendar.LastYear, 0), f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Campaigns(ctx, year, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out CampaignList
	out.Campaigns, out.Next = onePage(found, limit, func(c store.Campaign) string { return c.ID }, campaignOf)
	return &campaignsOutput{Body: out}, nil
}

func (s *server) addCampaign(ctx context.Context, c *call, _ *nothing) (*campaignOutput, error) {
	var n NewCampaign
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.required("name", n.Name)
	f.text("theme", n.Theme, maxCode)
	f.prose("override", n.Override)
	for _, id := range n.Scope {
		f.text("scope", id, maxCode)
	}
	for _, id := range n.Team {
		f.text("team", id, maxCode)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if n.Override != "" && !c.actor.Has(lifecycle.Leader) {
		return nil, &fault{
			status: http.StatusForbidden, code: "leader_overrides", field: "override",
			zh: "超过检查次数上限，须由工委领导批准。", en: "Only a leader may override the cap on inspections.",
		}
	}
	made, err := s.record.AddCampaign(ctx, store.Campaign{
		Name: n.Name, Year: n.Year, Theme: n.Theme, Method: n.Method, StartsOn: n.StartsOn, EndsOn: n.EndsOn,
		Scope: n.Scope, Team: n.Team, Override: n.Override, Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	return &campaignOutput{Location: "/v1/campaigns/" + made.ID, Body: campaignOf(made)}, nil
}

func (s *server) campaign(ctx context.Context, _ *call, in *shortIDInput) (*campaignOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.record.Campaign(ctx, id)
	if err != nil {
		return nil, err
	}
	out := campaignOf(found)
	if out.ByStage, err = s.record.CampaignProgress(ctx, id); err != nil {
		return nil, err
	}
	if out.Inspectees, err = s.record.Inspectees(ctx, id); err != nil {
		return nil, err
	}
	changes, err := s.record.CampaignChanges(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		out.Changes = append(out.Changes, CampaignChange{Was: changedFields{c.Was}, Now: changedFields{c.Now}, Reason: c.Reason, Author: c.Author, At: c.At.UTC()})
	}
	return &campaignOutput{Body: out}, nil
}

func (s *server) amendCampaign(ctx context.Context, c *call, in *shortIDInput) (*campaignOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n CampaignAmendment
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	if n.Name != nil {
		f.required("name", *n.Name)
	}
	if n.Theme != nil {
		f.text("theme", *n.Theme, maxCode)
	}
	if n.Override != nil {
		f.text("override", *n.Override, maxReason)
	}
	f.ids("scope", n.Scope)
	f.ids("team", n.Team)
	if strings.TrimSpace(n.Reason) == "" {
		f.required("reason", n.Reason)
	}
	f.text("reason", n.Reason, maxReason)
	if err := f.err(); err != nil {
		return nil, err
	}
	_, err = s.record.AmendCampaign(ctx, id, store.CampaignAmendment{
		Name: n.Name, Theme: n.Theme, StartsOn: n.StartsOn, EndsOn: n.EndsOn, Scope: n.Scope, Team: n.Team, Override: n.Override,
		Reason: strings.TrimSpace(n.Reason), Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	return s.campaign(ctx, c, in)
}

func (s *server) closeCampaign(ctx context.Context, _ *call, in *shortIDInput) (*campaignOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	closed, err := s.record.CloseCampaign(ctx, id)
	if err != nil {
		return nil, err
	}
	return &campaignOutput{Body: campaignOf(closed)}, nil
}
