package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// recusalRequestRoutes registers units' objections to inspectors. A unit names a
// person in its own words and is told only what it said: no account, and not
// what became of it, or it could find out by asking who is on the roster.
func (s *server) recusalRequestRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_recusal_requests", method: http.MethodGet, path: "/v1/recusal-requests", tag: "Recusals", summary: "回避申请 Units' objections to inspectors",
		doc: "Those that wait for an answer first, the latest of every unit before the second of any. A unit's secretary finds what his unit filed, without what became of it.",
	}, s.recusalRequests)
	register(s, operation{
		id: "add_recusal_request", method: http.MethodPost, path: "/v1/recusal-requests", tag: "Recusals", summary: "申请回避 Object to an inspector",
		doc:    "The unit's own secretary names the person and the reason. Whether there is such a person is not answered.",
		status: http.StatusCreated, body: reflect.TypeFor[NewRecusalRequest](),
	}, s.addRecusalRequest)
	register(s, operation{
		id: "answer_recusal_request", method: http.MethodPost, path: "/v1/recusal-requests/{id}/answer", tag: "Recusals", summary: "答复回避申请 Tie a request to an account, or turn it down",
		doc:  "With account, the recusal is recorded on the unit's objection; with refused, it is not. The unit is not told.",
		body: reflect.TypeFor[NewRecusalAnswer](), refuses: missing,
	}, s.answerRecusalRequest)
}

// A NewRecusalRequest names a person whom the unit objects to.
type NewRecusalRequest struct {
	Name   string `json:"name" minLength:"1" maxLength:"100" doc:"The person's name, as the unit knows it"`
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why the person should not look back on the unit"`
	Case   string `json:"case,omitempty" maxLength:"64" doc:"Id of the unit's case it is about; of none in particular when left out"`
}

// A RecusalRequest is a unit's objection to an inspector.
type RecusalRequest struct {
	ID   string `json:"id"`
	Unit string `json:"unit"`
	NewRecusalRequest

	CreatedAt time.Time      `json:"created_at"`
	Answer    *RecusalAnswer `json:"answer,omitempty" doc:"What the office made of it; never shown to the unit"`
}

// A RecusalAnswer is what the office made of a request.
type RecusalAnswer struct {
	Recusal   string    `json:"recusal,omitempty" doc:"Id of the recusal that was recorded"`
	Refused   string    `json:"refused,omitempty" doc:"Why none was"`
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
}

// A NewRecusalAnswer ties a request to an account, or turns it down.
type NewRecusalAnswer struct {
	Account string        `json:"account,omitempty" maxLength:"100" doc:"Who is meant, one of the committee's accounts"`
	Since   calendar.Date `json:"since,omitzero" doc:"The first day of the recusal"`
	Until   calendar.Date `json:"until,omitzero" doc:"Its last day; none when left out"`
	Refused string        `json:"refused,omitempty" maxLength:"1000" doc:"Why no recusal is recorded"`
}

func recusalRequestOf(r store.RecusalRequest, who lifecycle.Actor) RecusalRequest {
	out := RecusalRequest{ID: r.ID, Unit: r.Unit, NewRecusalRequest: NewRecusalRequest{Name: r.Name, Reason: r.Reason, Case: r.Case}, CreatedAt: r.CreatedAt}
	if r.Answer != nil && who.Unit == "" {
		a := RecusalAnswer(*r.Answer)
		out.Answer = &a
	}
	return out
}

// A RecusalRequestList is what units filed.
type RecusalRequestList struct {
	Requests []RecusalRequest `json:"requests" doc:"The requests of the page"`
	Next     string           `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

type (
	recusalRequestsInput struct {
		Cursor string `query:"cursor" doc:"next of the page before"`
		Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
	recusalRequestsOutput struct{ Body RecusalRequestList }
	recusalRequestOutput  struct{ Body RecusalRequest }
)

func (s *server) recusalRequests(ctx context.Context, c *call, in *recusalRequestsInput) (*recusalRequestsOutput, error) {
	var f form
	after, limit := f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.RecusalRequests(ctx, c.actor.Unit, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out RecusalRequestList
	out.Requests, out.Next = onePage(found, limit, func(r store.RecusalRequest) string { return r.ID },
		func(r store.RecusalRequest) RecusalRequest { return recusalRequestOf(r, c.actor) })
	return &recusalRequestsOutput{Body: out}, nil
}

func (s *server) addRecusalRequest(ctx context.Context, c *call, _ *nothing) (*recusalRequestOutput, error) {
	var n NewRecusalRequest
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.required("name", n.Name)
	f.prose("reason", n.Reason)
	f.text("case", n.Case, maxCode)
	if err := f.err(); err != nil {
		return nil, err
	}
	filed, err := s.record.AddRecusalRequest(ctx, store.RecusalRequest{Unit: c.actor.Unit, Case: n.Case, Name: n.Name, Reason: n.Reason, Author: c.actor.Account})
	if err != nil {
		return nil, err
	}
	return &recusalRequestOutput{Body: recusalRequestOf(filed, c.actor)}, nil
}

func (s *server) answerRecusalRequest(ctx context.Context, c *call, in *shortIDInput) (*recusalRequestOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewRecusalAnswer
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.text("account", n.Account, maxCode)
	f.prose("refused", n.Refused)
	if (n.Account == "") == (n.Refused == "") {
		f.refuse("account", "one_of_two", "请填写所指人员的账号，或者不予登记的理由，只填一项。", "Give either the account that is meant or why none is recorded.")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if n.Account != "" {
		if refusal := lifecycle.RefuseRecusal(c.actor, n.Account, lot.UnitObjection); refusal != nil {
			return nil, refusal
		}
	}
	answered, err := s.record.AnswerRecusalRequest(ctx, id, n.Refused, store.Recusal{
		Account: n.Account, Since: n.Since, Until: n.Until, Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	return &recusalRequestOutput{Body: recusalRequestOf(answered, c.actor)}, nil
}
