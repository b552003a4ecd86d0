package api

import (
	"context"
	"time"

	"duban/calendar"
	"duban/store"
)

// A NewCampaignVisit is that inspectors of a campaign were in a unit.
type NewCampaignVisit struct {
	Unit    string        `json:"unit" minLength:"1" maxLength:"100" doc:"Id of the unit, one of the campaign's scope"`
	On      calendar.Date `json:"on" doc:"The day, of the campaign and not to come"`
	Persons []string      `json:"persons" each:"64" minItems:"2" maxItems:"20" doc:"Accounts of those who came, the one who records it among them"`
}

// A CampaignVisit is a recorded visit.
type CampaignVisit struct {
	ID       string `json:"id"`
	Campaign string `json:"campaign"`
	NewCampaignVisit

	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
}

// A CampaignVisitList is one page of visits.
type CampaignVisitList struct {
	Visits []CampaignVisit `json:"visits" doc:"The visits of the campaign"`
	Next   string          `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

func campaignVisitOf(v store.CampaignVisit) CampaignVisit {
	return CampaignVisit{
		ID: v.ID, Campaign: v.Campaign, Author: v.Author, CreatedAt: v.CreatedAt.UTC(),
		NewCampaignVisit: NewCampaignVisit{Unit: v.Unit, On: v.On, Persons: v.Persons},
	}
}

type (
	campaignVisitsInput struct {
		ID     string `path:"id" maxLength:"100"`
		Cursor string `query:"cursor" doc:"next of the page before"`
		Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
	campaignVisitsOutput struct{ Body CampaignVisitList }
	campaignVisitOutput  struct{ Body CampaignVisit }
)

func (s *server) campaignVisits(ctx context.Context, _ *call, in *campaignVisitsInput) (*campaignVisitsOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	after, limit := f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.CampaignVisits(ctx, id, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out CampaignVisitList
	out.Visits, out.Next = onePage(found, limit, func(v store.CampaignVisit) string { return v.ID }, campaignVisitOf)
	return &campaignVisitsOutput{Body: out}, nil
}

func (s *server) addCampaignVisit(ctx context.Context, c *call, in *shortIDInput) (*campaignVisitOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewCampaignVisit
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.required("unit", n.Unit)
	for _, person := range n.Persons {
		f.text("persons", person, maxCode)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	kept, err := s.record.AddCampaignVisit(ctx, store.CampaignVisit{Campaign: id, Unit: n.Unit, On: n.On, Persons: n.Persons, Author: c.actor.Account})
	if err != nil {
		return nil, err
	}
	return &campaignVisitOutput{Body: campaignVisitOf(kept)}, nil
}
