package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"duban/lifecycle"
	"duban/store"
)

// accountRoutes registers who may act, and who is asking.
func (s *server) accountRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "get_me", method: http.MethodGet, path: "/v1/me", tag: "Accounts", summary: "本人 Who you are",
	}, s.me)
	register(s, operation{
		id: "list_accounts", method: http.MethodGet, path: "/v1/accounts", tag: "Accounts", summary: "账号 List accounts",
		doc: "Those who can log in, by name; staff read everybody, and who is disabled.",
	}, s.accounts)
	register(s, operation{
		id: "add_account", method: http.MethodPost, path: "/v1/accounts", tag: "Accounts", summary: "新增账号 Add an account",
		doc:    "The answer holds the account's first token. It is told again only to the same request with the same key, from the same token.",
		status: http.StatusCreated, body: reflect.TypeFor[NewAccount](), refuses: []int{http.StatusConflict},
	}, s.addAccount)
	s.accountChangeRoutes()
	register(s, operation{
		id: "add_token", method: http.MethodPost, path: "/v1/accounts/{id}/tokens", tag: "Accounts", summary: "新增令牌 Make a token",
		doc:    "Told again only to the same request with the same key, from the same token.",
		status: http.StatusCreated, refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.addToken)
	register(s, operation{
		id: "revoke_tokens", method: http.MethodDelete, path: "/v1/accounts/{id}/tokens", tag: "Accounts", summary: "吊销令牌 End every token of an account",
		refuses: missing,
	}, s.revokeTokens)
}

type meOutput struct{ Body Me }

// Me is the person who asks.
type Me struct {
	Account string           `json:"account" doc:"Id of your account"`
	Name    string           `json:"name" doc:"Your name"`
	Roles   []lifecycle.Role `json:"roles" doc:"What you may do"`
	Unit    string           `json:"unit,omitempty" doc:"The unit of a unit's person"`
}

func (s *server) me(_ context.Context, c *call, _ *nothing) (*meOutput, error) {
	a := c.actor
	return &meOutput{Body: Me{Account: a.Account, Name: a.Name, Roles: append([]lifecycle.Role{}, a.Roles...), Unit: a.Unit}}, nil
}

// A NewAccount is what an account is made from.
type NewAccount struct {
	Name  string           `json:"name" minLength:"1" maxLength:"100" doc:"The person's name"`
	Roles []lifecycle.Role `json:"roles" minItems:"1" maxItems:"10"`
	Unit  string           `json:"unit,omitempty" maxLength:"64" doc:"Id of the unit, for a unit's person"`
	// Reason stays on record and is not shown with the account.
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Why the account is added, for the record"`
}

// An Account is a person who may act.
type Account struct {
	ID string `json:"id"`
	NewAccount

	Disabled  bool      `json:"disabled,omitempty" doc:"Whether the account is shut: its tokens open nothing"`
	CreatedAt time.Time `json:"created_at"`
}

func accountOf(a store.Account) Account {
	return Account{
		ID: a.ID, NewAccount: NewAccount{Name: a.Name, Roles: append([]lifecycle.Role{}, a.Roles...), Unit: a.Unit},
		Disabled: a.Disabled, CreatedAt: a.CreatedAt,
	}
}

type accountsInput struct {
	Unit   string `query:"unit" doc:"Id of the unit"`
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

type accountsOutput struct{ Body AccountList }

// An AccountList is one page of accounts.
type AccountList struct {
	Accounts []Account `json:"accounts" doc:"The accounts of the page"`
	Next     string    `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

func (s *server) accounts(ctx context.Context, _ *call, in *accountsInput) (*accountsOutput, error) {
	var f form
	unit, after, limit := f.text("unit", in.Unit, maxCode), f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Accounts(ctx, unit, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out AccountList
	out.Accounts, out.Next = onePage(found, limit, func(a store.Account) string { return a.ID }, accountOf)
	return &accountsOutput{Body: out}, nil
}

type tokenOutput struct{ Body Token }

// A Token is shown once and cannot be read again.
type Token struct {
	Account *Account `json:"account,omitempty" doc:"The account, when it was just made"`
	Token   string   `json:"token" doc:"The bearer token; keep it, it is not shown again"`
}

func (s *server) addAccount(ctx context.Context, c *call, _ *nothing) (*tokenOutput, error) {
	var n NewAccount
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	made := store.NewAccount{
		Name: f.required("name", n.Name), Unit: f.text("unit", n.Unit, maxCode), Roles: f.roles(n.Roles), Author: c.actor.Account, Reason: f.prose("reason", n.Reason),
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	a, token, err := s.record.AddAccount(ctx, made)
	if err != nil {
		return nil, err
	}
	shown := accountOf(a)
	return &tokenOutput{Body: Token{Account: &shown, Token: token}}, nil
}

func (s *server) addToken(ctx context.Context, _ *call, in *shortIDInput) (*tokenOutput, error) {
	account, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	token, err := s.record.NewToken(ctx, account)
	if err != nil {
		return nil, err
	}
	return &tokenOutput{Body: Token{Token: token}}, nil
}

func (s *server) revokeTokens(ctx context.Context, _ *call, in *shortIDInput) (*struct{}, error) {
	account, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.record.RevokeTokens(ctx, account)
}
