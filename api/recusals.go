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

// recusalRoutes registers who must not look back on whom. A unit's people are
// not let in: who may be recused is who may come.
func (s *server) recusalRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_recusals", method: http.MethodGet, path: "/v1/recusals", tag: "Recusals", summary: "回避 Who must not look back on whom",
		doc: "All of them for section heads, leaders and auditors; for others their own, and those they recorded. The latest first; those that were ended stay.",
	}, s.recusals)
	register(s, operation{
		id: "add_recusal", method: http.MethodPost, path: "/v1/recusals", tag: "Recusals", summary: "登记回避 Record a recusal",
		doc: "Everybody declares his own, at any time. Another's is a leader's to record who is not officer of a case of the unit: it holds from the next working day, for 30 days at least. " +
			"Whoever is recused from a unit on a day is in no team drawn on it, nor from a unit that it became.",
		status: http.StatusCreated, body: reflect.TypeFor[NewRecusal](),
	}, s.addRecusal)
	register(s, operation{
		id: "end_recusal", method: http.MethodPost, path: "/v1/recusals/{id}/end", tag: "Recusals", summary: "解除回避 Set a recusal aside",
		doc: "From today on, by a leader whom it is not about, who did not record it and is not officer of a case of the unit; the recusal and the reason stay in the record.", body: reflect.TypeFor[RecusalEnd](), refuses: missing,
	}, s.endRecusal)
}

// A NewRecusal says who must not look back on which unit, and why.
type NewRecusal struct {
	Account string        `json:"account,omitempty" maxLength:"100" doc:"The person's account, one of the committee's; one's own when left out"`
	Unit    string        `json:"unit" minLength:"1" maxLength:"100" doc:"Id of the unit that the person is recused for"`
	Ground  lot.Ground    `json:"ground" doc:"unit_objection is the office's to record"`
	Reason  string        `json:"reason" minLength:"1" maxLength:"1000" doc:"Why; nobody but those who may read recusals reads it"`
	Since   calendar.Date `json:"since" doc:"The first day on which it holds; today when left out"`
	Until   calendar.Date `json:"until,omitzero" doc:"The last day; none when left out"`
}

// A RecordedRecusal keeps an inspector out of every look-back on a unit.
type RecordedRecusal struct {
	ID string `json:"id"`
	NewRecusal

	GroundZH  string        `json:"ground_zh" doc:"The ground in Chinese"`
	Author    string        `json:"author" doc:"Account of whoever recorded it"`
	CreatedAt time.Time     `json:"created_at"`
	EndedOn   calendar.Date `json:"ended_on,omitzero" doc:"The first day on which it holds no more"`
	EndReason string        `json:"end_reason,omitempty" doc:"Why it was ended; none while it holds"`
	EndedBy   string        `json:"ended_by,omitempty" doc:"Account of whoever set it aside"`
}

func recusalOf(n store.Recusal) RecordedRecusal {
	return RecordedRecusal{
		ID: n.ID, Author: n.Author, CreatedAt: n.CreatedAt, GroundZH: n.Ground.ZH(), EndedOn: n.EndedOn, EndReason: n.EndReason, EndedBy: n.EndedBy,
		NewRecusal: NewRecusal{Account: n.Account, Unit: n.Unit, Ground: n.Ground, Reason: n.Reason, Since: n.Since, Until: n.Until},
	}
}

// A RecusalList is one page of recusals.
type RecusalList struct {
	Recusals []RecordedRecusal `json:"recusals" doc:"The recusals of the page"`
	Next     string            `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// A RecusalEnd says why a recusal is set aside.
type RecusalEnd struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it ends"`
}

type (
	recusalsInput struct {
		Account string `query:"account" maxLength:"100" doc:"Only this person's"`
		Unit    string `query:"unit" maxLength:"100" doc:"Only about this unit"`
		Cursor  string `query:"cursor" doc:"next of the page before"`
		Limit   string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
	recusalsOutput struct{ Body RecusalList }
	recusalOutput  struct{ Body RecordedRecusal }
)

func (s *server) recusals(ctx context.Context, c *call, in *recusalsInput) (*recusalsOutput, error) {
	var f form
	filter := store.RecusalFilter{Account: f.text("account", in.Account, maxCode), Unit: f.text("unit", in.Unit, maxCode)}
	after, limit := f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	if !c.actor.Has(lifecycle.Head, lifecycle.Leader, lifecycle.Auditor) {
		filter.Of = c.actor.Account
	}
	found, err := s.record.Recusals(ctx, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out RecusalList
	out.Recusals, out.Next = onePage(found, limit, func(n store.Recusal) string { return n.ID }, recusalOf)
	return &recusalsOutput{Body: out}, nil
}

func (s *server) addRecusal(ctx context.Context, c *call, _ *nothing) (*recusalOutput, error) {
	var n NewRecusal
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.text("account", n.Account, maxCode)
	f.required("unit", n.Unit)
	f.prose("reason", n.Reason)
	if err := f.err(); err != nil {
		return nil, err
	}
	if n.Account == "" {
		n.Account = c.actor.Account
	}
	if refusal := lifecycle.RefuseRecusal(c.actor, n.Account, n.Ground); refusal != nil {
		return nil, refusal
	}
	kept, err := s.record.AddRecusal(ctx, store.Recusal{
		Account: n.Account, Unit: n.Unit, Ground: n.Ground, Reason: n.Reason, Since: n.Since, Until: n.Until, Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	return &recusalOutput{Body: recusalOf(kept)}, nil
}

func (s *server) endRecusal(ctx context.Context, c *call, in *shortIDInput) (*recusalOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n RecusalEnd
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.prose("reason", n.Reason)
	if err := f.err(); err != nil {
		return nil, err
	}
	ended, err := s.record.EndRecusal(ctx, id, n.Reason, c.actor.Account)
	if err != nil {
		return nil, err
	}
	return &recusalOutput{Body: recusalOf(ended)}, nil
}
