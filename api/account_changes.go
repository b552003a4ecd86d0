package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"

	"duban/lifecycle"
	"duban/store"
)

// accountChangeRoutes registers what becomes of accounts.
func (s *server) accountChangeRoutes() {
	refuses := []int{http.StatusNotFound, http.StatusConflict}
	register(s, operation{
		id: "get_account", method: http.MethodGet, path: "/v1/accounts/{id}", tag: "Accounts", summary: "账号详情 One account, what hangs on it and what was changed",
		doc: "duties are what nobody else does until it is given to another: cases to see to, drafts, measures to carry out. They pass on to takers when the account is disabled or loses the role.", refuses: []int{http.StatusNotFound},
	}, s.account)
	register(s, operation{
		id: "edit_account", method: http.MethodPost, path: "/v1/accounts/{id}", tag: "Accounts", summary: "修改账号 Rename an account, or give it other roles",
		doc: "The account and its history stay the same; its tokens follow the new roles with the next request. Nobody changes his own roles (`own_roles`), and the last administrator stays one (`last_admin`). " +
			"What it may do no more passes on to takers (`duties_left` names what has none).",
		body: reflect.TypeFor[AccountEdit](), refuses: refuses,
	}, s.editAccount)
	register(s, operation{
		id: "disable_account", method: http.MethodPost, path: "/v1/accounts/{id}/disable", tag: "Accounts", summary: "停用账号 Disable an account and hand over its work",
		doc: "Its tokens stop working at once, and what only it had to do passes on to takers; while something has no taker, nothing changes (`duties_left`). " +
			"A look-back that the person leads now is finished first (`look_back_under_way`). One drawn for a look-back that is still sealed is missed there, and the look-back is drawn again.",
		body: reflect.TypeFor[AccountEnd](), refuses: refuses,
	}, s.disableAccount)
	register(s, operation{
		id: "enable_account", method: http.MethodPost, path: "/v1/accounts/{id}/enable", tag: "Accounts", summary: "启用账号 Enable a disabled account",
		doc: "With the roles it had. Tokens that were not ended work again.", body: reflect.TypeFor[AccountStart](), refuses: refuses,
	}, s.enableAccount)
}

// A Taker takes over what another does no more.
type Taker struct {
	Account string   `json:"account" minLength:"1" maxLength:"64" doc:"Account of the one who takes over: an officer for cases and drafts, a leader for talks and visits"`
	Cases   []string `json:"cases,omitempty" each:"64" maxItems:"1000" doc:"Cases that this one takes, by number or id; without them, a share of whatever is not named for another"`
}

// An AccountEdit is what shall be different about an account.
type AccountEdit struct {
	Name   *string           `json:"name,omitempty" maxLength:"100" doc:"The person's name from now on"`
	Roles  *[]lifecycle.Role `json:"roles,omitempty" minItems:"1" maxItems:"11" doc:"All roles the account has from now on"`
	Takers []Taker           `json:"takers,omitempty" maxItems:"100" doc:"Who takes over what the account may do no more"`
	Reason string            `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it is changed"`
}

// An AccountEnd disables an account.
type AccountEnd struct {
	Takers []Taker `json:"takers,omitempty" maxItems:"100" doc:"Who takes over what only this account had to do"`
	Reason string  `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it is disabled"`
}

// An AccountStart enables an account.
type AccountStart struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it is enabled"`
}

// An AccountDuty is what an account has to do itself.
type AccountDuty struct {
	Case   string             `json:"case" format:"uuid" doc:"Id of the case"`
	Number string             `json:"number" doc:"Number of the case"`
	Stage  lifecycle.Stage    `json:"stage" doc:"Where the case stands"`
	Kind   lifecycle.DutyKind `json:"kind" enum:"draft,officer,measure,look_back" doc:"draft: finish it; officer: see to the case; measure: carry it out; look_back: record its result"`
	No     int                `json:"no,omitempty" doc:"Number of the measure, of a measure"`
}

// An AccountChange is a change on record.
type AccountChange struct {
	Was    accountFields `json:"was" doc:"Name, roles and whether it was disabled, before; empty when the account was added"`
	Now    accountFields `json:"now" doc:"The same since"`
	Reason string        `json:"reason" doc:"Why it was changed"`
	Author string        `json:"author,omitempty" doc:"Account of the administrator; none for the machine's operator"`
	At     time.Time     `json:"at" doc:"When"`
}

// accountFields are what of an account may change.
type accountFields struct{ json.RawMessage }

// An AccountDetail is an account with what hangs on it.
type AccountDetail struct {
	Account

	Duties  []AccountDuty   `json:"duties" doc:"What only this account has to do, by the numbers of the cases"`
	Changes []AccountChange `json:"changes" maxItems:"1000" doc:"What was changed, the first first"`
	// PassingOn is told once.
	PassingOn bool `json:"passing_on,omitempty" doc:"What it had to do is passing on to the takers, case by case"`
}

type accountDetailOutput struct{ Body AccountDetail }

func (s *server) account(ctx context.Context, _ *call, in *shortIDInput) (*accountDetailOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	return s.accountDetail(ctx, id)
}

func (s *server) accountDetail(ctx context.Context, id string) (*accountDetailOutput, error) {
	a, err := s.record.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	duties, err := s.record.Duties(ctx, id)
	if err != nil {
		return nil, err
	}
	changes, err := s.record.AccountChanges(ctx, id)
	if err != nil {
		return nil, err
	}
	out := AccountDetail{Account: accountOf(a), Duties: make([]AccountDuty, len(duties)), Changes: make([]AccountChange, len(changes))}
	for i, d := range duties {
		out.Duties[i] = AccountDuty{Case: d.Case, Number: d.Number, Stage: d.Stage, Kind: d.Kind, No: d.Measure}
	}
	for i, c := range changes {
		out.Changes[i] = AccountChange{Was: accountFields{c.Was}, Now: accountFields{c.Now}, Reason: c.Reason, Author: c.Author, At: c.At.UTC()}
	}
	return &accountDetailOutput{Body: out}, nil
}

// roles reads the roles of an account: each one that there is, and once.
func (f *form) roles(given []lifecycle.Role) []lifecycle.Role {
	if len(given) == 0 || len(given) > len(lifecycle.Roles()) {
		f.refuse("roles", "count", fmt.Sprintf("角色应为1至%d个。", len(lifecycle.Roles())), fmt.Sprintf("Give 1 to %d roles.", len(lifecycle.Roles())))
		return nil
	}
	var roles []lifecycle.Role
	for i, role := range given {
		at := fmt.Sprintf("roles[%d]", i)
		if slices.Contains(given[:i], role) {
			f.refuse(at, "given_twice", "“"+at+"”与前面的角色相同。", at+" is a role given already.")
		}
		roles = append(roles, lifecycle.Role(f.oneOf(at, f.required(at, string(role)), names(lifecycle.Roles()))))
	}
	return roles
}

// takers reads who takes over.
func (f *form) takers(given []Taker) []store.AccountTaker {
	list := make([]store.AccountTaker, len(given))
	for i, t := range given {
		at := fmt.Sprintf("takers[%d]", i)
		list[i] = store.AccountTaker{Account: f.required(at+".account", t.Account)}
		for j, one := range t.Cases {
			list[i].Cases = append(list[i].Cases, lifecycle.CaseNumber(f.required(fmt.Sprintf("%s.cases[%d]", at, j), one)))
		}
	}
	return list
}

func (f *form) reason(given string) string {
	return f.required("reason", f.prose("reason", given))
}

func (s *server) editAccount(ctx context.Context, c *call, in *shortIDInput) (*accountDetailOutput, error) {
	var n AccountEdit
	return s.changeAccount(ctx, c, in, &n, func(f *form, e *store.AccountEdit) {
		if n.Name == nil && n.Roles == nil {
			f.refuse("", "nothing_to_change", "请填写要修改的姓名或者角色。", "Give the name or the roles to be changed.")
		}
		if n.Name != nil {
			name := f.required("name", *n.Name)
			e.Name = &name
		}
		if n.Roles != nil {
			roles := f.roles(*n.Roles)
			e.Roles = &roles
		}
		e.Takers, e.Reason = f.takers(n.Takers), f.reason(n.Reason)
	})
}

func (s *server) disableAccount(ctx context.Context, c *call, in *shortIDInput) (*accountDetailOutput, error) {
	var n AccountEnd
	return s.changeAccount(ctx, c, in, &n, func(f *form, e *store.AccountEdit) {
		disabled := true
		e.Disabled, e.Takers, e.Reason = &disabled, f.takers(n.Takers), f.reason(n.Reason)
	})
}

func (s *server) enableAccount(ctx context.Context, c *call, in *shortIDInput) (*accountDetailOutput, error) {
	var n AccountStart
	return s.changeAccount(ctx, c, in, &n, func(f *form, e *store.AccountEdit) {
		disabled := false
		e.Disabled, e.Reason = &disabled, f.reason(n.Reason)
	})
}

// changeAccount reads a body into n, has read make an edit of it, and makes the change.
func (s *server) changeAccount(ctx context.Context, c *call, in *shortIDInput, n any, read func(*form, *store.AccountEdit)) (*accountDetailOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	if err := decode(c.body, n); err != nil {
		return nil, err
	}
	var f form
	e := store.AccountEdit{Account: id, By: c.actor}
	read(&f, &e)
	if err := f.err(); err != nil {
		return nil, err
	}
	_, job, err := s.record.ChangeAccount(ctx, e)
	if err != nil {
		return nil, err
	}
	c.afterwards(ctx, func(ctx context.Context) { s.startJob(ctx, job) })
	out, err := s.accountDetail(ctx, id)
	if err == nil {
		out.Body.PassingOn = job != ""
	}
	return out, err
}
