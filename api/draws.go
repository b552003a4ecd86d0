package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"time"

	"duban/lifecycle"
	"duban/store"
)

// drawRoutes registers the draws of campaigns' inspectees. A unit's people are
// not let in: they would read who comes to whom before anybody came.
func (s *server) drawRoutes() {
	missing := []int{http.StatusNotFound}
	const tag = "Campaigns"
	register(s, operation{
		id: "list_draws", method: http.MethodGet, path: "/v1/campaigns/{id}/draws", tag: tag, summary: "双随机抽取 The draws of a campaign",
		doc: "In their order, with the requests to draw once more, whatever became of them.", refuses: missing,
	}, s.draws)
	register(s, operation{
		id: "draw_inspectees", method: http.MethodPost, path: "/v1/campaigns/{id}/draws", tag: tag, summary: "抽取检查对象 Draw a campaign's inspectees",
		doc: "From the units of the campaign's scope, by strata and the policy's weights. Units inspected this year as often as the policy allows are excluded, " +
			"and those given. A campaign that was drawn for, or one it repeats, takes a reason and answers with a request, which another person, a leader, grants or does not; " +
			"so does a draw that excludes units or leaves out a stratum of them.",
		status: http.StatusCreated, body: reflect.TypeFor[lifecycle.DrawOfInspectees](), refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.drawInspectees)
	register(s, operation{
		id: "get_draw", method: http.MethodGet, path: "/v1/draws/{id}", tag: tag, summary: "抽取记录 One draw with its record",
		doc: "`duban verify draw FILE.json` draws again from this answer, offline.", refuses: missing,
	}, s.draw)
	register(s, operation{
		id: "replay_draw", method: http.MethodPost, path: "/v1/draws/{id}/replay", tag: tag, summary: "复核抽取 Draw again from the record",
		doc: "Recomputes the draw from its recorded roster, exclusions, algorithm and seed, and says what does not match.", refuses: missing,
	}, s.replayDraw)
	register(s, operation{
		id: "answer_draw_request", method: http.MethodPost, path: "/v1/draw-requests/{id}/answer", tag: tag, summary: "答复重新抽取申请 Grant a redraw or not",
		doc:  "By a leader who did not ask for it. Granted, the units are drawn at once; the draws before it stay.",
		body: reflect.TypeFor[NewDrawAnswer](), refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.answerDrawRequest)
}

// A CampaignDraw is one draw of a campaign's inspectees.
type CampaignDraw struct {
	ID         string     `json:"id" format:"uuid"`
	Campaign   string     `json:"campaign"`
	Number     int        `json:"number" doc:"Counts the draws of the campaign from 1"`
	Author     string     `json:"author"`
	At         time.Time  `json:"at"`
	Reason     string     `json:"reason,omitempty" doc:"Why it was drawn once more"`
	ApprovedBy string     `json:"approved_by,omitempty" doc:"Who granted the redraw; nobody for the first draw"`
	Record     recordText `json:"record" doc:"All that went into the draw and what came out, as it was written"`
	Digest     string     `json:"digest" doc:"SHA-256 of the record's fields, kept at the draw"`
}

// recordText is a record as it was written.
type recordText struct{ json.RawMessage }

// A DrawRecord is all that went into a draw and what came out.
type DrawRecord struct {
	Algorithm string              `json:"algorithm" doc:"Name and version of the procedure, which docs/draw.md sets out."`
	Seed      string              `json:"seed" pattern:"^[0-9a-f]{64}$" doc:"32 random bytes, in hexadecimal, from which the draw follows"`
	Weights   DrawWeights         `json:"weights" doc:"The odds of units"`
	Strata    []lifecycle.Stratum `json:"strata"`
	Roster    []RosterUnit        `json:"roster" doc:"In the order of the ids"`
	Drawn     []string            `json:"drawn" doc:"The units' ids, stratum after stratum, in the order they came up"`
}

// DrawWeights are the odds of units.
type DrawWeights struct {
	Ordinary int `json:"ordinary" doc:"Odds of a unit that was on no negative list the year before"`
	Listed   int `json:"listed" doc:"Of a unit that was on a negative list the year before"`
}

// A RosterUnit is a unit that could be drawn, or why it could not.
type RosterUnit struct {
	ID       string `json:"id"`
	Stratum  string `json:"stratum" doc:"The group it was drawn in"`
	Listed   bool   `json:"listed" doc:"Whether the unit was on a negative list the year before"`
	Excluded string `json:"excluded,omitempty" doc:"Why it is not drawn from"`
}

func drawOf(d store.CampaignDraw) CampaignDraw {
	return CampaignDraw{
		ID: d.ID, Campaign: d.Campaign, Number: d.Number, Author: d.Author, At: d.At, Reason: d.Reason, ApprovedBy: d.ApprovedBy,
		Record: recordText{d.Record}, Digest: d.Digest.String(),
	}
}

// A DrawRequest asks that a campaign be drawn for once more.
type DrawRequest struct {
	ID       string                     `json:"id" format:"uuid"`
	Campaign string                     `json:"campaign"`
	Asked    lifecycle.DrawOfInspectees `json:"asked" doc:"The draw that is asked for"`
	Author   string                     `json:"author"`
	At       time.Time                  `json:"at"`
	Answer   *DrawAnswer                `json:"answer,omitempty" doc:"What a second person decided; none as long as it waits"`
}

// A DrawAnswer is what became of a request.
type DrawAnswer struct {
	Granted bool      `json:"granted"`
	Draw    string    `json:"draw,omitempty" doc:"Id of the draw that was made"`
	Reason  string    `json:"reason,omitempty"`
	Author  string    `json:"author"`
	At      time.Time `json:"at"`
}

// A NewDrawAnswer grants a redraw or does not.
type NewDrawAnswer struct {
	Granted bool   `json:"granted" doc:"Whether the units are drawn once more"`
	Reason  string `json:"reason,omitempty" maxLength:"1000" doc:"Needed when it is not granted"`
}

func drawRequestOf(r store.DrawRequest) DrawRequest {
	out := DrawRequest{ID: r.ID, Campaign: r.Campaign, Asked: r.Asked, Author: r.Author, At: r.At}
	if a := r.Answer; a != nil {
		out.Answer = &DrawAnswer{Granted: a.Draw != "", Draw: a.Draw, Reason: a.Reason, Author: a.Author, At: a.At}
	}
	return out
}

// A DrawList is all draws of a campaign.
type DrawList struct {
	Draws    []CampaignDraw `json:"draws" maxItems:"200" doc:"The draws of the campaign, the first first"`
	Requests []DrawRequest  `json:"requests" maxItems:"200" doc:"The requests for another draw, answered or not"`
}

// A DrawnOrAsked is a first draw, or the request for one more. Exactly one is
// there.
type DrawnOrAsked struct {
	Draw    *CampaignDraw `json:"draw,omitempty" doc:"The draw, when it was made at once"`
	Request *DrawRequest  `json:"request,omitempty" doc:"The request, when a leader must decide first"`
}

// A Replay says whether drawing again from the record gives what it says.
type Replay struct {
	Matches    bool   `json:"matches" doc:"Whether the draw, done again from its record, came out the same"`
	Mismatch   string `json:"mismatch,omitempty" doc:"What does not match"`
	MismatchZH string `json:"mismatch_zh,omitempty" doc:"What differs, in Chinese; none when nothing does"`
}

type (
	drawsOutput        struct{ Body DrawList }
	drawnOrAskedOutput struct{ Body DrawnOrAsked }
	drawOutput         struct{ Body CampaignDraw }
	replayOutput       struct{ Body Replay }
	drawRequestOutput  struct{ Body DrawRequest }
)

func (s *server) draws(ctx context.Context, _ *call, in *shortIDInput) (*drawsOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	draws, err := s.record.CampaignDraws(ctx, id)
	if err != nil {
		return nil, err
	}
	requests, err := s.record.DrawRequests(ctx, id)
	if err != nil {
		return nil, err
	}
	out := DrawList{Draws: []CampaignDraw{}, Requests: []DrawRequest{}}
	for _, d := range draws {
		out.Draws = append(out.Draws, drawOf(d))
	}
	for _, r := range requests {
		out.Requests = append(out.Requests, drawRequestOf(r))
	}
	return &drawsOutput{Body: out}, nil
}

func (s *server) drawInspectees(ctx context.Context, c *call, in *shortIDInput) (*drawnOrAskedOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n lifecycle.DrawOfInspectees
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	for _, stratum := range n.Strata {
		f.text("strata", stratum.Name, maxCode)
	}
	for _, e := range n.Exclusions {
		f.required("exclusions", e.Unit)
		f.prose("exclusions", e.Reason)
	}
	f.prose("reason", n.Reason)
	if err := f.err(); err != nil {
		return nil, err
	}
	if refusal := n.Check(); refusal != nil {
		return nil, refusal
	}
	drawn, request, err := s.record.DrawInspectees(ctx, id, n, c.actor.Account)
	if err != nil {
		return nil, err
	}
	var out DrawnOrAsked
	if drawn != nil {
		d := drawOf(*drawn)
		out.Draw = &d
	}
	if request != nil {
		r := drawRequestOf(*request)
		out.Request = &r
	}
	return &drawnOrAskedOutput{Body: out}, nil
}

func (s *server) draw(ctx context.Context, _ *call, in *longIDInput) (*drawOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.record.CampaignDraw(ctx, id)
	if err != nil {
		return nil, err
	}
	return &drawOutput{Body: drawOf(found)}, nil
}

func (s *server) replayDraw(ctx context.Context, _ *call, in *longIDInput) (*replayOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.record.CampaignDraw(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, err := found.Replay(); err != nil {
		out := Replay{Mismatch: err.Error(), MismatchZH: err.Error()}
		var said interface{ ZH() string }
		if errors.As(err, &said) {
			out.MismatchZH = said.ZH()
		}
		return &replayOutput{Body: out}, nil
	}
	return &replayOutput{Body: Replay{Matches: true}}, nil
}

func (s *server) answerDrawRequest(ctx context.Context, c *call, in *longIDInput) (*drawRequestOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewDrawAnswer
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.prose("reason", n.Reason)
	if err := f.err(); err != nil {
		return nil, err
	}
	answered, err := s.record.AnswerDrawRequest(ctx, id, c.actor, n.Granted, n.Reason)
	if err != nil {
		return nil, err
	}
	return &drawRequestOutput{Body: drawRequestOf(answered)}, nil
}
