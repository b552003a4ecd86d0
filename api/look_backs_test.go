package api_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/documents/casefile"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// A lookBackSite is a site whose sealed rows a test may write, at a time that
// only the test moves.
type lookBackSite struct {
	site
	*clock

	url string
	sql *pgx.Conn
	// second is another leader, other another lead, and reviewer an inspector who
	// accepts the reports and is therefore never drawn.
	second, other, reviewer lifecycle.Actor
}

func newLookBackSite(t *testing.T) lookBackSite {
	t.Helper()
	ctx := context.Background()
	url := pgtest.Copy(t, "migrated", migrate)
	record, err := store.Open(ctx, store.Options{URL: url, MaxConns: 8, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(record.Close)
	c := newClock()
	s := lookBackSite{clock: c, url: url, site: siteOver(t, record, func(o *api.Options) { o.Clock = c.Now })}
	s.sql, err = pgx.Connect(ctx, url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.sql.Close(ctx) })
	s.second = s.account(t, "另一位书记", "", lifecycle.Leader)
	s.other = s.account(t, "另一位组长", "", lifecycle.LookBackLead)
	s.reviewer = s.account(t, "审核人", "", lifecycle.Officer, lifecycle.Inspector)
	return s
}

// waiting is a case that waits for a look-back that is drawn.
func (s lookBackSite) waiting(t *testing.T) *life {
	t.Helper()
	l := s.life()
	for _, step := range append(append([]step{s.people.Finding("党费收缴不及时", s.today())}, s.people.UpToReview()...), step{By: s.reviewer, Body: &lifecycle.AcceptReport{}}) {
		l.do(t, step.By, step.Body)
	}
	return l
}

// plan is what lies under the seal, opened by two people who may.
func (s lookBackSite) plan(t *testing.T, l *life) store.OpenedPlan {
	t.Helper()
	l.do(t, s.people.Leader, &lifecycle.RequestOpening{Reason: "安排车辆"})
	l.do(t, s.second, &lifecycle.DecideOpening{Granted: true, Reason: "同意"})
	a := s.look(t, s.people.Leader, l, "/plan")
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	var plan store.OpenedPlan
	a.into(t, &plan)
	return plan
}

// look asks for a part of a case's look-backs.
func (s lookBackSite) look(t *testing.T, who lifecycle.Actor, l *life, part string) answer {
	t.Helper()
	return s.as(t, who, asked{method: http.MethodGet, path: "/v1/look-backs/" + l.id + part})
}

// tell writes what the dispatcher writes on the morning.
func (s lookBackSite) tell(t *testing.T, l *life, number int, at time.Time, told ...string) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, pgx.BeginFunc(ctx, s.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE `+store.RoleDispatch); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO sealed.tasks (task, case_id, number, told_at, told) VALUES ($1, $2, $3, $4, $5)`, "T-"+l.id[:6], l.id, number, at, told)
		return err
	}))
}

// atSeven is the morning of a day.
func atSeven(d calendar.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 8, 0, 0, 0, calendar.Zone())
}

func (s lookBackSite) person(t *testing.T, id string) lifecycle.Actor {
	t.Helper()
	for _, a := range []lifecycle.Actor{s.people.Lead, s.people.Inspector, s.other} {
		if a.Account == id {
			return a
		}
	}
	t.Fatalf("nobody has the account %s", id)
	return lifecycle.Actor{}
}

func (s lookBackSite) mine(t *testing.T, who lifecycle.Actor) []api.LookBackTask {
	t.Helper()
	a := s.as(t, who, asked{method: http.MethodGet, path: "/v1/look-backs"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	var list api.LookBackTaskList
	a.into(t, &list)
	return list.LookBacks
}

func (s lookBackSite) prove(t *testing.T, l *life, body any) api.LookBackProof {
	t.Helper()
	a := s.as(t, s.people.Auditor, asked{method: http.MethodPost, path: "/v1/look-backs/" + l.id + "/verify", body: body})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var proof api.LookBackProof
	a.into(t, &proof)
	return proof
}

func (s lookBackSite) draws(t *testing.T, l *life) (api.LookBackRecord, string) {
	t.Helper()
	a := s.look(t, s.people.Auditor, l, "")
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	var record api.LookBackRecord
	a.into(t, &record)
	return record, a.Body.String()
}

// From the draw to the arrival: the record tells the commitment and no more, only
// the drawn are told, and once they have come anybody can recompute what was
// drawn, redraws among it.
func TestALookBackIsProvable(t *testing.T) {
	t.Parallel()
	s := newLookBackSite(t)
	l := s.waiting(t)
	l.do(t, s.second, &lifecycle.RequestRedraw{Reason: "组长出差"})
	l.do(t, s.people.Leader, &lifecycle.DecideRedraw{Granted: true, Reason: "属实"})
	plan := s.plan(t, l)
	require.Equal(t, 2, plan.Number)

	before, text := s.draws(t, l)
	require.Len(t, before.Draws, 2)
	first, second := before.Draws[0], before.Draws[1]
	require.Equal(t, []int{1, 2}, []int{first.Number, second.Number})
	require.Equal(t, []lifecycle.DrawState{lifecycle.DrawSealed, lifecycle.DrawSealed}, []lifecycle.DrawState{first.State, second.State})
	require.Equal(t, "属实", first.Redraws[0].Decided.Reason)
	require.True(t, first.Redraws[0].Granted)
	require.Equal(t, s.second.Account, second.Openings[0].Decided.By)
	require.Equal(t, second.Commitment, second.Committed.Packed())
	for _, edge := range []calendar.Date{second.Window.Opens, second.Window.Closes} { // which may be the drawn day
		text = strings.ReplaceAll(text, `s":"`+edge.String(), "")
	}
	require.NotContains(t, text, plan.Date.String())
	require.NotContains(t, text, plan.Team.Lead)
	require.NotContains(t, text, plan.Team.Others[0])
	proof := s.prove(t, l, nil)
	require.True(t, proof.OK)
	require.Equal(t, []bool{false, false}, []bool{proof.Draws[0].OK, proof.Draws[1].OK})

	// The morning.
	team := append([]string{plan.Team.Lead}, plan.Team.Others...)
	require.Empty(t, s.mine(t, s.person(t, plan.Team.Lead)))
	s.set(atSeven(plan.Date))
	s.tell(t, l, plan.Number, atSeven(plan.Date), team...)
	for _, id := range team {
		mine := s.mine(t, s.person(t, id))
		require.Len(t, mine, 1)
		require.Equal(t, []any{l.id, plan.Date, "T-" + l.id[:6], "市档案局", "党费收缴不及时", plan.Team.Lead, true, false},
			[]any{mine[0].Case, mine[0].On, mine[0].Task, mine[0].UnitName, mine[0].Title, mine[0].Team[0].Account, mine[0].Team[0].Leads, mine[0].Announced})
		require.Len(t, mine[0].Team, len(team))
		require.NotEmpty(t, mine[0].Team[1].Name)
		require.Equal(t, atSeven(plan.Date).UTC(), *mine[0].ToldAt)
	}
	for _, other := range []lifecycle.Actor{s.people.Lead, s.people.Inspector, s.other, s.people.Leader, s.people.Auditor, s.people.Officer} {
		if !plan.Team.Has(other.Account) {
			require.Empty(t, s.mine(t, other))
		}
	}

	// The arrival.
	l.do(t, s.person(t, plan.Team.Lead), &lifecycle.RecordArrival{On: plan.Date, Persons: team})
	require.Empty(t, s.mine(t, s.person(t, plan.Team.Lead)))
	after, _ := s.draws(t, l)
	require.Equal(t, plan.Date, after.Draws[1].Reveal.Date)
	require.Equal(t, lifecycle.DrawOpen, after.Draws[0].State)
	require.Empty(t, after.Draws[1].Differs)
	require.Equal(t, "T-"+l.id[:6], after.Draws[1].Dispatched.Task)
	require.NotEmpty(t, after.Names[plan.Team.Lead])
	proof = s.prove(t, l, "{}")
	require.True(t, proof.OK, "%+v", proof)
	for _, d := range proof.Draws {
		require.True(t, d.OK && d.RosterChecked, "%+v", d)
	}
	reveal := *after.Draws[1].Reveal
	require.True(t, s.prove(t, l, api.GivenDraw{Number: 2, Commitment: after.Draws[1].Commitment, Reveal: &reveal}).OK)
	require.False(t, s.prove(t, l, api.GivenDraw{Number: 1, Reveal: &reveal}).OK)
	require.Equal(t, http.StatusForbidden, s.look(t, s.people.Leader, l, "/plan").Code)

	// The case file proves it offline, without the people on the roster.
	file := s.as(t, s.people.Auditor, asked{method: http.MethodGet, path: "/v1/cases/" + l.id + "/file.zip"})
	require.Equal(t, http.StatusOK, file.Code)
	m, events, problems := casefile.Open(bytes.NewReader(file.Body.Bytes()), int64(file.Body.Len()))
	require.Empty(t, problems)
	for _, check := range lifecycle.CheckDraws(m.Case, lifecycle.DrawsOf(events), nil) {
		require.True(t, check.OK, "%+v", check)
	}
	require.NotContains(t, file.Body.String(), "审核过本案整改报告")

	s.alter(t, l, after)
}

// alter plants a thousand alterations in what is sent and in the record itself.
func (s lookBackSite) alter(t *testing.T, l *life, record api.LookBackRecord) {
	t.Helper()
	dice := rand.New(rand.NewPCG(5, 1))
	var kept []byte
	require.NoError(t, pgx.BeginFunc(t.Context(), s.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE `+store.RoleDispatch); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `SELECT sealed.roster($1, 2)`, l.id).Scan(&kept)
	}))
	roster, err := casetest.Keys().OpenRoster(kept, l.id, 2)
	require.NoError(t, err)
	flip := func(d *lot.Digest) { d[dice.IntN(32)] ^= 1 << dice.IntN(8) }
	for n := range 150 {
		given := api.GivenDraw{Number: 2, Commitment: record.Draws[1].Commitment}
		r := *record.Draws[1].Reveal
		r.Team.Others = append([]string{}, r.Team.Others...)
		altered := roster.Shown(n%2 == 0)
		var part lot.Part
		switch n % 9 {
		case 0:
			part, r.Date = lot.PartDate, r.Date.AddDays(1+dice.IntN(9))
		case 1:
			part, r.Team.Lead = lot.PartTeam, s.people.Head.Account
		case 2:
			part = lot.PartTeam
			r.Team.Lead, r.Team.Others[0] = r.Team.Others[0], r.Team.Lead
		case 3:
			part = lot.PartNonce
			flip(&r.Nonce)
		case 4:
			part = lot.PartRoster
			flip(&r.Roster)
		case 5:
			part, r.Window.Closes = lot.PartWindow, r.Window.Closes.AddDays(1+dice.IntN(9))
		case 6:
			part = lot.PartRoster
			altered.Roster[dice.IntN(len(altered.Roster))].Recent += 1 + dice.IntN(9)
			given.Roster = &altered
		case 7:
			part = lot.PartCommitment
			c := *record.Draws[1].Committed
			flip([]*lot.Digest{&c.Parts.Date, &c.Parts.Team, &c.Parts.Roster, &c.Parts.Nonce}[dice.IntN(4)])
			given.Commitment = c.Packed()
		case 8:
			part, r.Case = lot.PartCase, strings.ToUpper(r.Case)+"0"
		}
		given.Reveal = &r
		proof := s.prove(t, l, given)
		require.False(t, proof.OK, "%d", n)
		var parts []lot.Part
		for _, m := range proof.Draws[0].Mismatches {
			require.NotEmpty(t, m.ZH)
			parts = append(parts, m.Part)
		}
		require.Contains(t, parts, part)
	}
	// What somebody with the database's password altered is found as well.
	_, err = s.sql.Exec(t.Context(), `ALTER TABLE events DISABLE TRIGGER USER`)
	require.NoError(t, err)
	tag, err := s.sql.Exec(t.Context(), `UPDATE events SET content = replace(content::text, $2, $3)::json WHERE case_id = $1 AND kind = 'arrived'`,
		l.id, `"date":"`+record.Draws[1].Reveal.Date.String(), `"date":"`+record.Draws[1].Reveal.Date.AddDays(1).String())
	require.NoError(t, err)
	require.Equal(t, int64(1), tag.RowsAffected())
	require.False(t, s.prove(t, l, nil).OK)
}

// What somebody was told ends with its draw; without the key of the seal he still
// sees what he was told, and nothing more.
func TestATaskEndsWithItsDraw(t *testing.T) {
	t.Parallel()
	s := newLookBackSite(t)
	l := s.waiting(t)
	plan := s.plan(t, l)
	s.set(atSeven(plan.Date))
	s.tell(t, l, 1, atSeven(plan.Date), append([]string{plan.Team.Lead}, plan.Team.Others...)...)
	lead := s.person(t, plan.Team.Lead)
	with := s.mine(t, lead)
	require.Len(t, with, 1)

	keyless, err := store.Open(t.Context(), store.Options{URL: s.url, MaxConns: 2})
	require.NoError(t, err)
	t.Cleanup(keyless.Close)
	tasks, err := keyless.LookBackTasks(t.Context(), lead)
	require.NoError(t, err)
	require.Len(t, tasks, 1)
	require.Equal(t, []any{with[0].Task, with[0].On, len(with[0].Team)}, []any{tasks[0].Task, tasks[0].On, len(tasks[0].Team)})
	_, err = keyless.LookBackTasks(t.Context(), s.people.Secretary)
	require.ErrorIs(t, err, store.ErrNotFound)

	l.do(t, s.second, &lifecycle.RequestRedraw{Reason: "道路中断"})
	require.Len(t, s.mine(t, lead), 1)
	l.do(t, s.people.Signer, &lifecycle.DecideRedraw{Granted: true, Reason: "属实"})
	require.Empty(t, s.mine(t, lead))
}

// An announced look-back is on the list of those who belong to it, and says that
// it is no secret.
func TestAnAnnouncedLookBackIsListed(t *testing.T) {
	t.Parallel()
	s := newLookBackSite(t)
	l := s.waiting(t)
	for !calendar.Builtin().WorkingDay(s.today()) {
		s.advance(1)
	}
	persons := []string{s.people.Inspector.Account, s.people.Lead.Account}
	l.do(t, s.people.Leader, &lifecycle.AnnounceLookBack{On: s.today(), Persons: persons, Reason: "统一安排"})
	mine := s.mine(t, s.people.Inspector)
	require.Len(t, mine, 1)
	require.True(t, mine[0].Announced)
	require.Empty(t, mine[0].Task)
	require.Nil(t, mine[0].ToldAt)
	require.Equal(t, []api.LookBackMember{{Account: persons[1], Name: "回头看组长", Leads: true}, {Account: persons[0], Name: "检查员"}}, mine[0].Team)
	require.Empty(t, s.mine(t, s.other))
	l.do(t, s.people.Lead, &lifecycle.RecordArrival{On: s.today(), Persons: persons})
	require.Empty(t, s.mine(t, s.people.Inspector))
	proof := s.prove(t, l, nil)
	require.True(t, proof.OK, "%+v", proof)
	require.Empty(t, proof.Draws[0].Differences)
}

// Another day than the drawn one is shown with the leader who answers for it.
func TestAnotherDayIsShownWithWhoPermittedIt(t *testing.T) {
	t.Parallel()
	s := newLookBackSite(t)
	l := s.waiting(t)
	plan := s.plan(t, l)
	s.set(atSeven(plan.Date.AddDays(1)))
	l.do(t, s.second, &lifecycle.PermitArrival{Reason: "前一日大雪封路"})
	lead := s.person(t, plan.Team.Lead)
	l.do(t, lead, &lifecycle.RecordArrival{On: plan.Date.AddDays(1), Persons: append([]string{lead.Account}, plan.Team.Others...)})
	record, _ := s.draws(t, l)
	require.Len(t, record.Draws[0].Differs, 1)
	differs := record.Draws[0].Differs[0]
	require.Equal(t, lot.PartDate, differs.Part)
	require.Equal(t, []string{s.second.Account, "前一日大雪封路"}, []string{differs.Permitted.By, differs.Permitted.Reason})
	proof := s.prove(t, l, nil)
	require.True(t, proof.OK && proof.Draws[0].OK, "%+v", proof)
	require.Equal(t, record.Draws[0].Differs, proof.Draws[0].Differences)
}

// Issue 5, "What bad input gets": a problem with a code and a sentence, and
// nothing written.
func TestBadInputAboutLookBacks(t *testing.T) {
	t.Parallel()
	s := newLookBackSite(t)
	p := s.people
	l := s.waiting(t)
	before := s.versions(t, l)
	at, none := "/v1/look-backs/"+l.id, "/v1/look-backs/00000000-0000-4000-8000-000000000000"
	nonce := strings.Repeat("0", 64)
	reveal := `{"case":"` + l.id + `","number":1,"window":{"opens":"2026-01-01","closes":"2026-02-01"},"date":"2026-01-05","team":{"lead":"a","others":["b"]},"roster":"` + nonce + `","nonce":"` + nonce + `"}`
	for _, row := range []bad{
		{name: "a unit's tasks", who: p.Secretary, method: "GET", path: "/v1/look-backs", status: 403, code: "wrong_role"},
		{name: "a unit's draws", who: p.Secretary, method: "GET", path: at, status: 403, code: "wrong_role"},
		{name: "a unit's plan", who: p.Contact, method: "GET", path: at + "/plan", status: 403, code: "wrong_role"},
		{name: "a unit's proof", who: p.Secretary, path: at + "/verify", status: 403, code: "wrong_role"},
		{name: "an administrator", who: p.Admin, method: "GET", path: at, status: 403, code: "wrong_role"},
		{name: "an inspector's proof", who: p.Inspector, path: at + "/verify", status: 403, code: "wrong_role"},
		{name: "no token", method: "GET", path: at, status: 401, code: "unauthenticated", field: "Authorization"},
		{name: "a sealed plan", who: p.Leader, method: "GET", path: at + "/plan", status: 403, code: "sealed"},
		{name: "a sealed plan, by whoever is drawn", who: p.Lead, method: "GET", path: at + "/plan", status: 403, code: "sealed"},
		{name: "no such case", who: p.Auditor, method: "GET", path: none, status: 404, code: "not_found"},
		{name: "no plan of such a case", who: p.Leader, method: "GET", path: none + "/plan", status: 404, code: "not_found"},
		{name: "no proof of such a case", who: p.Auditor, path: none + "/verify", status: 404, code: "not_found"},
		{name: "no id", who: p.Auditor, method: "GET", path: "/v1/look-backs/17", status: 404, code: "not_found"},
		{name: "no id of a plan", who: p.Leader, method: "GET", path: "/v1/look-backs/%00/plan", status: 404, code: "not_found"},
		{name: "no id of a proof", who: p.Auditor, path: "/v1/look-backs/17/verify", status: 404, code: "not_found"},
		{name: "a parameter", who: p.Lead, method: "GET", path: "/v1/look-backs?account=" + p.Lead.Account, status: 422, code: "unknown_parameter", field: "account"},
		{name: "invalid JSON", who: p.Auditor, path: at + "/verify", body: `{"number":`, status: 400, code: "invalid_json"},
		{name: "no reveal", who: p.Auditor, path: at + "/verify", body: `{"number":1}`, status: 422, code: "required", field: "reveal"},
		{name: "no number", who: p.Auditor, path: at + "/verify", body: `{"reveal":` + reveal + `}`, status: 422, code: "required", field: "number"},
		{name: "no such draw", who: p.Auditor, path: at + "/verify", body: `{"number":2,"reveal":` + reveal + `}`, status: 422, code: "unknown_draw", field: "number"},
		{name: "a draw below one", who: p.Auditor, path: at + "/verify", body: `{"number":-1,"reveal":` + reveal + `}`, status: 422, code: "unknown_draw", field: "number"},
		{name: "no digest", who: p.Auditor, path: at + "/verify", body: `{"number":1,"reveal":` + strings.Replace(reveal, nonce, "00", 1) + `}`, status: 422, code: "bad_format", field: "reveal.roster"},
		{name: "no date", who: p.Auditor, path: at + "/verify", body: `{"number":1,"reveal":` + strings.Replace(reveal, "2026-01-05", "2026-02-30", 1) + `}`, status: 422, code: "no_such_date", field: "reveal.date"},
		{name: "an unknown field", who: p.Auditor, path: at + "/verify", body: `{"day":1}`, status: 422, code: "unknown_field", field: "day"},
		{name: "a result before the arrival", who: p.Lead, path: "/v1/cases/" + l.id + "/commands/record_look_back", body: &lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: "属实"}}}, status: 409, code: "wrong_stage"},
		{name: "an arrival alone", who: p.Lead, path: "/v1/cases/" + l.id + "/commands/record_arrival", body: &lifecycle.RecordArrival{On: s.today(), Persons: []string{p.Lead.Account}}, status: 409, code: "window_not_open"},
	} {
		if row.method == "" {
			row.method = http.MethodPost
		}
		if strings.Contains(row.path, "/commands/") {
			row.header = map[string]string{"Idempotency-Key": "bad-" + row.name[:8], "If-Match": l.etag(t, row.who)}
			row.header["Idempotency-Key"] = strings.ReplaceAll(row.header["Idempotency-Key"], " ", "-")
		}
		a := s.as(t, row.who, asked{method: row.method, path: row.path, body: row.body, header: row.header})
		require.Equal(t, row.status, a.Code, "%s: %s", row.name, a.Body)
		problem := a.problem(t)
		require.Equal(t, []string{row.code, row.field}, []string{problem.Code, problem.Field}, "%s: %s", row.name, a.Body)
		require.Regexp(t, `\p{Han}`, problem.Detail, row.name)
	}
	require.Equal(t, before, s.versions(t, l))

	// A reveal that somebody thought up before the arrival matches nothing and
	// tells nothing: neither the roster nor what of it would be right.
	proof := s.prove(t, l, `{"number":1,"reveal":`+reveal+`}`)
	require.False(t, proof.OK)
	require.Len(t, proof.Draws[0].Mismatches, 1)
	require.Equal(t, lot.PartNonce, proof.Draws[0].Mismatches[0].Part)
	require.False(t, proof.Draws[0].RosterChecked)

	// In the window: alone, and with whoever judged the report.
	plan := s.plan(t, l)
	s.set(atSeven(plan.Date))
	lead := s.person(t, plan.Team.Lead)
	a := l.send(t, lead, &lifecycle.RecordArrival{On: plan.Date, Persons: []string{lead.Account}})
	require.Equal(t, "too_few_persons", a.problem(t).Code)
	a = l.send(t, lead, &lifecycle.RecordArrival{On: plan.Date, Persons: []string{lead.Account, p.Officer.Account}})
	require.Equal(t, []any{http.StatusForbidden, "not_dispatched"}, []any{a.Code, a.problem(t).Code})
	said := a.problem(t).Detail
	a = l.send(t, lead, &lifecycle.RecordArrival{On: plan.Date, Persons: []string{lead.Account, s.reviewer.Account}})
	require.Equal(t, []any{http.StatusForbidden, "not_dispatched", said}, []any{a.Code, a.problem(t).Code, a.problem(t).Detail}, "one answer whatever the names are")
}

// Issue 5, point 2: on the morning whoever sees to the messages, and was not drawn,
// reads in none of them who was; at the arrival they are on the case.
func TestTheMessagesNameNobodyOnTheMorning(t *testing.T) {
	t.Parallel()
	s := newLookBackSite(t)
	l := s.waiting(t)
	plan := s.plan(t, l)
	team := append([]string{plan.Team.Lead}, plan.Team.Others...)
	for _, id := range team {
		_, err := s.store.PutAddress(t.Context(), store.Address{Account: id, Kind: "email", Address: id + "@example.org", Name: "邮箱", Author: id})
		require.NoError(t, err)
	}
	read := func(path string) string {
		t.Helper()
		var all strings.Builder
		for _, who := range []lifecycle.Actor{s.people.Admin, s.people.Head, s.people.Auditor} {
			a := s.as(t, who, asked{method: http.MethodGet, path: path})
			all.WriteString(a.Body.String())
		}
		return all.String()
	}
	paths := []string{"/v1/cases/" + l.id + "/messages", "/v1/inbox", "/v1/tasks"}
	for _, state := range []string{"queued", "sending", "sent", "held", "dead"} {
		paths = append(paths, "/v1/messages?state="+state)
	}
	s.set(atSeven(plan.Date))
	require.NoError(t, s.store.DispatchLookBacks(t.Context(), s.Now()))
	for _, path := range paths {
		require.NotContains(t, read(path), "今日任务", path)
	}
	s.set(atSeven(plan.Date).Add(2 * time.Hour))
	l.do(t, s.person(t, plan.Team.Lead), &lifecycle.RecordArrival{On: plan.Date, Persons: team})
	require.Equal(t, len(team), strings.Count(read("/v1/messages?state=queued"), "今日任务"), "the head: the administrator reads no subject, which names a finding")
	require.Contains(t, read("/v1/cases/"+l.id+"/messages"), `"kind":"task"`)
}
