package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"duban/lifecycle"
	"duban/store"
)

// actRoutes registers one operation for every act on an entry of a list, each
// with its own body in the document.
func (s *server) actRoutes() {
	for _, kind := range lifecycle.EntryKinds() {
		register(s, operation{
			id: strings.Join(slices.Insert(strings.Split(string(kind), "_"), 1, "list", "entry"), "_"), method: http.MethodPost, path: actPath(kind), tag: "Lists", summary: kind.ZH() + " " + string(kind),
			doc:  "Recorded with the name of who did it. A refusal leaves no trace, and the same key may be used again.",
			body: reflect.TypeOf(newEntryBody(kind)).Elem(), refuses: []int{http.StatusNotFound, http.StatusConflict},
		}, s.act(kind))
	}
}

func actPath(kind lifecycle.EntryKind) string { return pathEntry + "/" + string(kind) }

func newEntryBody(kind lifecycle.EntryKind) lifecycle.EntryBody {
	body, ok := lifecycle.NewEntryBody(kind)
	if !ok {
		panic("api: the lifecycle has no body for " + string(kind))
	}
	return body
}

type actInput struct {
	List string `path:"list"`
	ID   string `path:"id" format:"uuid" doc:"The entry"`
	Key  string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"Your name for this request; the same key does nothing twice"`
}

// act handles one kind of act.
func (s *server) act(kind lifecycle.EntryKind) func(context.Context, *call, *actInput) (*entryOutput, error) {
	return func(ctx context.Context, c *call, in *actInput) (*entryOutput, error) {
		e, err := s.oneEntry(ctx, c, &entryInput{List: in.List, ID: in.ID})
		if err != nil {
			return nil, err
		}
		key, err := c.key()
		if err != nil {
			return nil, err
		}
		body := newEntryBody(kind)
		if err := decode(c.body, body); err != nil {
			return nil, err
		}
		e, err = s.record.Act(ctx, store.EntryRequest{
			Actor: c.actor, Key: key, Entry: e.ID, ReceivedAt: c.receivedAt, Body: body,
		})
		if err != nil {
			return nil, err
		}
		return &entryOutput{Body: c.entry(e)}, nil
	}
}
