package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// KindPassOn is the kind of job that passes on what an account had to do itself.
const KindPassOn = "pass_on"

// accountsLock makes those who change accounts wait for each other, so that one of two
// who take the last administrators away sees the other.
const accountsLock = 7_202_671

// An AccountEdit is what shall be different about an account; what is nil stays.
type AccountEdit struct {
	Account  string
	Name     *string
	Roles    *[]lifecycle.Role
	Disabled *bool
	// Takers take over what the account may do no more.
	Takers []AccountTaker
	Reason string
	// By is who changes it; empty for the machine's own operator.
	By lifecycle.Actor
}

// An AccountTaker takes over in the cases named, by id or by number, or wherever nobody
// is named.
type AccountTaker struct {
	Account string
	Cases   []string
}

// An AccountState is what of an account may change.
type AccountState struct {
	Name     string           `json:"name"`
	Roles    []lifecycle.Role `json:"roles"`
	Disabled bool             `json:"disabled"`
}

// An AccountChange is a change on record. Was is empty when the account was added.
type AccountChange struct {
	Was, Now json.RawMessage
	Reason   string
	Author   string
	At       time.Time
}

// A CaseDuty is what an account has to do in a case itself.
type CaseDuty struct {
	Case, Number string
	Stage        lifecycle.Stage
	lifecycle.Duty
}

// maxNamed is how many cases a sentence names.
const maxNamed = 10

// ChangeAccount renames an account, gives it other roles, disables or enables it. What
// it may do no more passes on to the takers; while something would stay behind, nothing
// changes. The job passes on the cases; it is empty when there are none.
func (s *Store) ChangeAccount(ctx context.Context, e AccountEdit) (a Account, job string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, accountsLock); err != nil {
			return err
		}
		a, job, err = e.apply(ctx, tx)
		return err
	})
	if err != nil {
		return Account{}, "", accountFailed("change", e.Account, err)
	}
	return a, job, nil
}

func accountFailed(verb, id string, err error) error {
	if field, ok := errors.AsType[*FieldError](err); ok {
		return field
	}
	if refusal, ok := errors.AsType[*lifecycle.Refusal](err); ok {
		return refusal
	}
	return fmt.Errorf("%s account %s: %w", verb, id, plain(err))
}

// apply makes the change within a transaction that holds the lock.
func (e AccountEdit) apply(ctx context.Context, tx pgx.Tx) (a Account, job string, err error) {
	rows, err := tx.Query(ctx, selectAccounts+` WHERE id = $1 FOR UPDATE`, e.Account)
	if err != nil {
		return a, "", err
	}
	if a, err = pgx.CollectExactlyOneRow(rows, scanAccount); err != nil {
		return a, "", err
	}
	was := a.state()
	if err := e.set(&a); err != nil {
		return a, "", err
	}
	now := a.state()
	if err := e.may(ctx, tx, was, now); err != nil {
		return a, "", err
	}
	b := &pgx.Batch{}
	if job, err = e.passOn(ctx, tx, b, was, now); err != nil {
		return a, "", err
	}
	b.Queue(`UPDATE accounts SET name = $2, roles = $3, disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, now()) END WHERE id = $1`,
		a.ID, a.Name, roleNames(a.Roles), a.Disabled)
	if err := queueAccountChange(b, a.ID, &was, now, e.Reason, e.By.Account); err != nil {
		return a, "", err
	}
	return a, job, tx.SendBatch(ctx, b).Close()
}

func (a Account) state() AccountState {
	return AccountState{Name: a.Name, Roles: slices.Clone(a.Roles), Disabled: a.Disabled}
}

// may is what the account may do: nothing when it is disabled.
func (s AccountState) may() []lifecycle.Role {
	if s.Disabled {
		return nil
	}
	return s.Roles
}

func roleNames(roles []lifecycle.Role) []string {
	list := make([]string, len(roles))
	for i, r := range roles {
		list[i] = string(r)
	}
	return list
}

func queueAccountChange(b *pgx.Batch, account string, was *AccountState, now AccountState, reason, author string) error {
	before := []byte(`{}`)
	if was != nil {
		var err error
		if before, err = json.Marshal(was); err != nil {
			return err
		}
	}
	after, err := json.Marshal(now)
	if err != nil {
		return err
	}
	b.Queue(`INSERT INTO account_changes (account_id, was, now, reason, author) VALUES ($1, $2, $3, $4, nullif($5, ''))`, account, before, after, reason, author)
	return nil
}

// set puts what is given into the account, checked as a new one's.
func (e AccountEdit) set(a *Account) error {
	n := NewAccount{Name: a.Name, Roles: a.Roles, Unit: a.Unit}
	if e.Name != nil {
		n.Name = *e.Name
	}
	if e.Roles != nil {
		n.Roles = *e.Roles
	}
	if err := n.check(); err != nil {
		return err
	}
	a.Name, a.Roles = n.Name, n.Roles
	if e.Disabled != nil {
		a.Disabled = *e.Disabled
	}
	return nil
}

// may refuses what changes nothing, what somebody does to himself, and what would leave
// nobody to keep accounts.
func (e AccountEdit) may(ctx context.Context, q querier, was, now AccountState) error {
	sameRoles := slices.Equal(slices.Sorted(slices.Values(was.Roles)), slices.Sorted(slices.Values(now.Roles)))
	switch {
	case strings.TrimSpace(e.Reason) == "":
		return &FieldError{Field: "reason", Code: "required", ZH: "请填写理由。", EN: "Give the reason."}
	case was.Name == now.Name && sameRoles && was.Disabled == now.Disabled:
		return &FieldError{Field: "", Code: "nothing_to_change", ZH: "账号已是如此，没有要修改的内容。", EN: "The account is so already; there is nothing to change."}
	case e.By.Account == e.Account && (!sameRoles || was.Disabled != now.Disabled):
		return &lifecycle.Refusal{
			Kind: lifecycle.Forbidden, Code: "own_roles",
			ZH: "不能修改自己的角色，也不能停用或者启用自己的账号，请由另一位系统管理员办理。", EN: "Nobody changes his own roles or disables himself; another administrator does.",
		}
	}
	admin := lifecycle.Actor{Roles: was.may()}.Has(lifecycle.Admin)
	if !admin || (lifecycle.Actor{Roles: now.may()}).Has(lifecycle.Admin) {
		return nil
	}
	var others bool
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM accounts WHERE id <> $1 AND disabled_at IS NULL AND $2 = ANY(roles))`, e.Account, string(lifecycle.Admin)).Scan(&others); err != nil {
		return err
	}
	if !others {
		return &lifecycle.Refusal{
			Kind: lifecycle.NotAllowed, Code: "last_admin",
			ZH: "这是最后一个在用的系统管理员账号，不能停用，也不能去掉其系统管理员角色。请先增加一位系统管理员。", EN: "This is the last administrator; add another one first.",
		}
	}
	return nil
}

// passOn finds what the account may do no more and who takes it.
func (e AccountEdit) passOn(ctx context.Context, tx pgx.Tx, b *pgx.Batch, was, now AccountState) (job string, err error) {
	passing := lifecycle.PassingOn{From: e.Account, Reason: e.Reason, By: lifecycle.Actor{Account: e.By.Account, Name: e.By.Name}, Roles: now.may()}
	if passing.Takers, err = e.takers(ctx, tx); err != nil {
		return "", err
	}
	duties, err := dutiesOf(ctx, tx, e.Account)
	if err != nil {
		return "", err
	}
	var held, looking []CaseDuty
	leaving := 0
	for _, d := range duties {
		if len(passing.Leaving(d.state)) == 0 || !slices.ContainsFunc(passing.Leaving(d.state), func(one lifecycle.Duty) bool { return one.Kind == d.Kind && one.Measure == d.Measure }) {
			continue
		}
		if d.Kind == lifecycle.DutyLookBack {
			looking = append(looking, d.CaseDuty)
			continue
		}
		leaving++
		if _, ok := lifecycle.TakerOf(d.Duty, d.Case, passing.Takers); !ok {
			held = append(held, d.CaseDuty)
		}
	}
	switch {
	case len(looking) > 0:
		return "", &lifecycle.Refusal{
			Kind: lifecycle.NotAllowed, Code: "look_back_under_way",
			ZH: "此人正带队开展“回头看”，须先登记结果：" + namedDuties(looking) + "。需立即停止其登录的，请吊销其令牌。",
			EN: "The person leads look-backs under way; record their results first. To shut the account out at once, end its tokens.",
		}
	case len(held) > 0:
		return "", &FieldError{
			Field: "takers", Code: "duties_left", ZH: "“" + was.Name + "”还有" + fmt.Sprint(len(held)) + "项工作没有接手人：" + namedDuties(held) + "。请在takers中写明接手人（经办事项由经办人接手，谈话、现场督导等由工委领导接手）。",
			EN: fmt.Sprintf("%d things that only this person does have no taker; name them in takers.", len(held)),
		}
	case leaving == 0:
		return "", nil
	}
	args, err := json.Marshal(passing)
	if err != nil {
		return "", err
	}
	job = newID()
	b.Queue(`INSERT INTO jobs (id, kind, args, author) VALUES ($1, $2, $3, $4)`, job, KindPassOn, args, e.By.Account)
	return job, nil
}

// namedDuties names the first few.
func namedDuties(list []CaseDuty) string {
	var names []string
	for _, d := range list[:min(len(list), maxNamed)] {
		names = append(names, d.Number+"（"+d.Kind.ZH()+"）")
	}
	text := strings.Join(names, "、")
	if len(list) > maxNamed {
		text += fmt.Sprintf("等%d项", len(list))
	}
	return text
}

// takers reads who takes over: people of the committee who may act.
func (e AccountEdit) takers(ctx context.Context, tx pgx.Tx) ([]lifecycle.Taker, error) {
	takers := make([]lifecycle.Taker, 0, len(e.Takers))
	for i, t := range e.Takers {
		field := fmt.Sprintf("takers[%d]", i)
		rows, err := tx.Query(ctx, selectActors+` WHERE id = $1 AND disabled_at IS NULL AND unit_id IS NULL`, t.Account)
		if err != nil {
			return nil, err
		}
		a, err := pgx.CollectExactlyOneRow(rows, scanActor)
		if errors.Is(err, pgx.ErrNoRows) || t.Account == e.Account {
			return nil, &FieldError{Field: field + ".account", Code: "unknown_account", ZH: "接手人应是工委另一位在用账号的人员。", EN: "A taker is another of the committee's people whose account is in use."}
		}
		if err != nil {
			return nil, err
		}
		taker := lifecycle.Taker{Actor: a}
		for j, given := range t.Cases {
			var id string
			err := tx.QueryRow(ctx, `SELECT id::text FROM cases WHERE id::text = $1 OR number_key = $2 AND number = $1`, given, lifecycle.Case{Number: given}.NumberKey()).Scan(&id)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil, &FieldError{Field: fmt.Sprintf("%s.cases[%d]", field, j), Code: "unknown_case", ZH: "没有编号为“" + given + "”的事项。", EN: "There is no such case."}
			}
			if err != nil {
				return nil, err
			}
			taker.Cases = append(taker.Cases, id)
		}
		takers = append(takers, taker)
	}
	return takers, nil
}

// ofAccount are the open cases in which somebody has to do something himself.
const ofAccount = `settled_at IS NULL AND (officer = $2 OR stage = 'draft' AND author = $2
	OR EXISTS (SELECT FROM case_states s WHERE s.case_id = cases.id AND (s.state -> 'part' ->> 'lead' = $2 AND cases.stage = 'look_back_active'
		OR s.state -> 'measures' @> jsonb_build_array(jsonb_build_object('owner', $2::text, 'status', 'ordered')))))`

// A stateDuty is a duty beside the case as it stands.
type stateDuty struct {
	CaseDuty

	state lifecycle.Case
}

func dutiesOf(ctx context.Context, q querier, account string) ([]stateDuty, error) {
	rows, err := q.Query(ctx, `SELECT st.state FROM cases JOIN case_states st ON st.case_id = cases.id
		WHERE $1 AND `+ofAccount+` ORDER BY number_key`, true, account)
	if err != nil {
		return nil, err
	}
	cases, err := pgx.CollectRows(rows, pgx.RowTo[lifecycle.Case])
	if err != nil {
		return nil, err
	}
	var list []stateDuty
	for _, c := range cases {
		for _, d := range c.Duties(account) {
			list = append(list, stateDuty{CaseDuty{Case: c.ID, Number: c.Number, Stage: c.Stage, Duty: d}, c})
		}
	}
	return list, nil
}

// Duties lists what an account has to do itself, by the numbers of the cases.
func (s *Store) Duties(ctx context.Context, account string) ([]CaseDuty, error) {
	found, err := dutiesOf(ctx, s.pool, account)
	if err != nil {
		return nil, fmt.Errorf("list duties of account %s: %w", account, plain(err))
	}
	list := make([]CaseDuty, len(found))
	for i, d := range found {
		list[i] = d.CaseDuty
	}
	return list, nil
}

// AccountChanges lists what was changed about an account, the first first.
func (s *Store) AccountChanges(ctx context.Context, account string) ([]AccountChange, error) {
	rows, err := s.pool.Query(ctx, `SELECT was, now, reason, coalesce(author, ''), at FROM account_changes WHERE account_id = $1 ORDER BY at, id`, account)
	if err != nil {
		return nil, fmt.Errorf("list changes of account %s: %w", account, plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AccountChange])
	if err != nil {
		return nil, fmt.Errorf("list changes of account %s: %w", account, plain(err))
	}
	return list, nil
}

// passOnWork is what the job does: it concerns cases in which somebody of the takers
// may take what leaves, so that it comes to an end.
func passOnWork(args []byte) (caseWork, error) {
	var p lifecycle.PassingOn
	if err := json.Unmarshal(args, &p); err != nil {
		return caseWork{}, err
	}
	where := []string{}
	staff := lifecycle.Actor{Roles: p.Roles}
	if !staff.Has(lifecycle.Officer) {
		where = append(where, `officer = $2 AND stage <> 'draft'`)
	}
	if !staff.Has(lifecycle.KindAmendDraft.Who()...) {
		where = append(where, `stage = 'draft' AND (officer = $2 OR officer = '' AND author = $2)`)
	}
	var kinds []string
	for _, role := range []lifecycle.Role{lifecycle.Officer, lifecycle.Leader} {
		if !staff.Has(role) {
			kinds = append(kinds, lifecycle.MeasuresOf(role)...)
		}
	}
	where = append(where, `EXISTS (SELECT FROM case_states s CROSS JOIN LATERAL jsonb_array_elements(s.state -> 'measures') m
		WHERE s.case_id = cases.id AND s.state ? 'measures' AND m ->> 'owner' = $2 AND m ->> 'status' = 'ordered' AND m ->> 'kind' = ANY ($3))`)
	return caseWork{where: `settled_at IS NULL AND (` + strings.Join(where, " OR ") + `)`, args: []any{p.From, kinds}, decide: func(k *tracked, at time.Time) []lifecycle.Event {
		return lifecycle.DecidePassOn(k.c, p, at, k.rules)
	}}, nil
}
