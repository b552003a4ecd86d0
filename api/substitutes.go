package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"duban/calendar"
	"duban/store"
)

// substituteRoutes registers who reads for whom while the other is away.
func (s *server) substituteRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_substitutes", method: http.MethodGet, path: "/v1/accounts/{id}/substitutes", tag: "Accounts", summary: "代收人 Who reads for a person",
		doc: "One's own, or anybody's for the administrator; the latest first.", refuses: missing,
	}, s.substitutes)
	register(s, operation{
		id: "add_substitute", method: http.MethodPost, path: "/v1/accounts/{id}/substitutes", tag: "Accounts", summary: "指定代收人 Say who reads for a person",
		doc:    "Somebody of the same unit, or of the committee. What is sent to the person from the first to the last day goes to the substitute instead.",
		status: http.StatusCreated, body: reflect.TypeFor[NewSubstitute](), refuses: missing,
	}, s.addSubstitute)
	register(s, operation{
		id: "delete_substitute", method: http.MethodDelete, path: "/v1/accounts/{id}/substitutes/{sid}", tag: "Accounts", summary: "取消代收 Take a substitute away", refuses: missing,
	}, s.deleteSubstitute)
}

// A NewSubstitute says who reads for a person, and when.
type NewSubstitute struct {
	Substitute string        `json:"substitute" minLength:"1" maxLength:"100" doc:"Account of the substitute"`
	Since      calendar.Date `json:"since" doc:"The first day on which the substitute reads for the person; today when left out"`
	Until      calendar.Date `json:"until" doc:"The last day"`
}

// A Substitute reads what is sent to a person.
type Substitute struct {
	ID      string `json:"id"`
	Account string `json:"account" doc:"Account of who is away"`
	NewSubstitute

	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
}

func substituteOf(n store.Substitute) Substitute {
	return Substitute{
		ID: n.ID, Account: n.Account, NewSubstitute: NewSubstitute{Substitute: n.Substitute, Since: n.Since, Until: n.Until},
		Author: n.Author, CreatedAt: n.CreatedAt,
	}
}

// A SubstituteList is everybody who read for a person, or will.
type SubstituteList struct {
	Substitutes []Substitute `json:"substitutes" maxItems:"500" doc:"The substitutions of the account"`
}

type (
	substitutesOutput struct{ Body SubstituteList }
	substituteOutput  struct{ Body Substitute }
	substituteInput   struct {
		ID  string `path:"id" maxLength:"100"`
		SID string `path:"sid" maxLength:"100"`
	}
)

func (s *server) substitutes(ctx context.Context, c *call, in *shortIDInput) (*substitutesOutput, error) {
	account, err := s.ownAccount(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.record.Substitutes(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	out := SubstituteList{Substitutes: make([]Substitute, len(found))}
	for i, n := range found {
		out.Substitutes[i] = substituteOf(n)
	}
	return &substitutesOutput{Body: out}, nil
}

func (s *server) addSubstitute(ctx context.Context, c *call, in *shortIDInput) (*substituteOutput, error) {
	account, err := s.ownAccount(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	var n NewSubstitute
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	substitute := f.text("substitute", f.required("substitute", n.Substitute), maxCode)
	if err := f.err(); err != nil {
		return nil, err
	}
	kept, err := s.record.AddSubstitute(ctx, store.Substitute{
		Account: account.ID, Substitute: substitute, Since: n.Since, Until: n.Until, Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	return &substituteOutput{Body: substituteOf(kept)}, nil
}

func (s *server) deleteSubstitute(ctx context.Context, c *call, in *substituteInput) (*struct{}, error) {
	account, err := s.ownAccount(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	id, err := shortID(in.SID)
	if err != nil {
		return nil, err
	}
	return nil, s.record.DeleteSubstitute(ctx, account.ID, id)
}
