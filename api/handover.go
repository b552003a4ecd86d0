package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"

	"duban/lifecycle"
	"duban/store"
)

// handoverRoute registers the offering of all of a unit's cases to whoever
// succeeds its secretary.
func (s *server) handoverRoute() {
	register(s, operation{
		id: "hand_over_unit", method: http.MethodPost, path: "/v1/units/{id}/handover", tag: "Directory",
		summary: "交接清单 Offer all of a unit's open cases to the successor of its secretary",
		doc: "Each case is offered by a command of its own; those that cannot be are named with the reason, the rest goes through. " +
			"Notices and talks stay on the predecessor's record.",
		body: reflect.TypeFor[lifecycle.HandOver](), refuses: []int{http.StatusNotFound},
	}, s.handOverUnit)
}

// A HandoverList says which cases were offered and which were not.
type HandoverList struct {
	HandedOver []HandoverItem `json:"handed_over" doc:"The cases that were handed over"`
	Refused    []HandoverItem `json:"refused" doc:"The cases that were not, and why"`
}

// A HandoverItem is one case of a hand-over list.
type HandoverItem struct {
	Case   string `json:"case" format:"uuid"`
	Number string `json:"number"`
	Title  string `json:"title"`
	// Code and Detail say why the case was not offered.
	Code   string `json:"code,omitempty" doc:"Why the case was not offered, for programs; none when it was"`
	Detail string `json:"detail,omitempty" doc:"Why it was turned down"`
}

type handoverOutput struct{ Body HandoverList }

// handOverUnit offers the cases one by one. The key of each command follows from
// the request's, so that a request whose answer was lost can be sent again.
func (s *server) handOverUnit(ctx context.Context, c *call, in *keyedIDInput) (*handoverOutput, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	unit, err := s.unitID(ctx, &shortIDInput{ID: in.ID})
	if err != nil {
		return nil, err
	}
	body := &lifecycle.HandOver{}
	if err := decode(c.body, body); err != nil {
		return nil, err
	}
	out := HandoverList{HandedOver: []HandoverItem{}, Refused: []HandoverItem{}}
	filter := store.Filter{Unit: unit, Stage: anyOpen, Sort: store.ByNumber, Limit: store.MaxPage}
	for {
		page, err := s.record.Cases(ctx, c.actor, filter)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Cases {
			if !slices.Contains(lifecycle.KindHandOver.From(), lifecycle.Stage(row.Stage)) {
				continue // the unit has nothing to do with it yet, or any more
			}
			if err := s.handOver(ctx, c, key, row, body, &out); err != nil {
				return nil, err
			}
		}
		if filter.Cursor = page.Next; page.Next == "" {
			return &handoverOutput{Body: out}, nil
		}
	}
}

func (s *server) handOver(ctx context.Context, c *call, key string, row store.CaseRow, body *lifecycle.HandOver, out *HandoverList) error {
	item := HandoverItem{Case: row.ID, Number: row.Number, Title: row.Title}
	a, err := s.doer.Do(ctx, store.Request{
		Actor: c.actor, Key: "system:handover:" + key + ":" + row.ID, Case: row.ID, ReceivedAt: c.receivedAt, Body: body,
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case a.Refusal == nil:
		out.HandedOver = append(out.HandedOver, item)
	default:
		problem := faultOf(a.Refusal).render(c.language)
		item.Code, item.Detail = problem.Code, problem.Detail
		out.Refused = append(out.Refused, item)
	}
	return nil
}
