package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
)

// A clock is a time that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// newClock begins a day after the present, so that nothing was received before
// the record was made.
func newClock() *clock { return &clock{now: time.Now().Add(24 * time.Hour)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) advance(days int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Duration(days) * 24 * time.Hour)
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

func (c *clock) today() calendar.Date { return calendar.Real().Date(c.Now()) }

// A command is what a command's answer holds, for staff.
type command struct {
	CommandID string                  `json:"command_id"`
	Case      lifecycle.Case          `json:"case"`
	Allowed   []lifecycle.CommandKind `json:"allowed"`
}

// A life drives one case through REST, each command with the ETag its person
// reads.
type life struct {
	site
	id   string
	n    int
	used map[lifecycle.CommandKind]bool
	// wrong: each command is first sent with all its texts wrong.
	wrong bool
}

func (s site) life() *life { return &life{site: s, used: map[lifecycle.CommandKind]bool{}} }

func key(n int) map[string]string {
	return map[string]string{"Idempotency-Key": fmt.Sprintf("key-%d", n)}
}

// send sends one command and returns the answer.
func (l *life) send(t *testing.T, who lifecycle.Actor, body lifecycle.CommandBody) answer {
	t.Helper()
	return l.post(t, who, body.Kind(), body)
}

// post sends what may be a command of a kind.
func (l *life) post(t *testing.T, who lifecycle.Actor, kind lifecycle.CommandKind, body any) answer {
	t.Helper()
	l.n++
	header := key(l.n)
	path := "/v1/cases"
	if kind != lifecycle.KindOpenCase {
		path += "/" + l.id + "/commands/" + string(kind)
		header["If-Match"] = l.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + l.id}).Header().Get("ETag")
	}
	return l.as(t, who, asked{method: http.MethodPost, path: path, body: body, header: header})
}

// do sends one command that must succeed.
func (l *life) do(t *testing.T, who lifecycle.Actor, body lifecycle.CommandBody) command {
	t.Helper()
	if l.wrong {
		l.spoilt(t, who, body)
	}
	a := l.send(t, who, body)
	require.Contains(t, []int{http.StatusOK, http.StatusCreated}, a.Code, "%s: %s", body.Kind(), a.Body)
	require.NotEmpty(t, a.Header().Get("ETag"))
	var out command
	a.into(t, &out)
	require.NotEmpty(t, out.CommandID)
	if body.Kind() == lifecycle.KindOpenCase {
		l.id = out.Case.ID
		require.Equal(t, "/v1/cases/"+l.id, a.Header().Get("Location"))
	}
	l.used[body.Kind()] = true
	return out
}

// account makes a person through the API.
func (s site) account(t *testing.T, name, unit string, roles ...lifecycle.Role) lifecycle.Actor {
	t.Helper()
	a := s.as(t, s.people.Admin, asked{method: http.MethodPost, path: "/v1/accounts", body: api.NewAccount{Name: name, Roles: roles, Unit: unit}})
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var made api.Token
	a.into(t, &made)
	s.people.Tokens[made.Account.ID] = made.Token
	return lifecycle.Actor{Account: made.Account.ID, Name: name, Roles: roles, Unit: unit}
}

func plan(due calendar.Date) *lifecycle.SubmitPlan {
	return &lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "王主任", Due: due}}}
}

// arrive has the look-back announced for a working day and the inspectors come.
func arrive(t *testing.T, l *life, c *clock) {
	t.Helper()
	for !calendar.Builtin().WorkingDay(c.today()) {
		c.advance(1)
	}
	for _, step := range l.people.Arrive(c.today()) {
		l.do(t, step.By, step.Body)
	}
}

func reason() string { return "按规定办理" }

// Issue item 7: every kind of command runs through REST, and every answer is
// the case as it then stands.
func TestEveryKindOfCommand(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := siteWith(t, func(o *api.Options) { o.Clock = c.Now })
	p := s.people
	second := s.account(t, "经办人乙", "", lifecycle.Officer)
	third := s.account(t, "第三位书记", "", lifecycle.Leader)
	successor := s.account(t, "新任书记", p.Unit.ID, lifecycle.UnitSecretary)
	l := s.life()
	l.wrong = true

	// From the finding to the receipt, with every turning back.
	l.do(t, p.Inspector, p.Finding("党费收缴不及时", c.today()).Body)
	title := "党费收缴不规范"
	require.Equal(t, title, l.do(t, p.Inspector, &lifecycle.AmendDraft{Title: &title}).Case.Finding.Title)
	l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
	l.do(t, p.Head, &lifecycle.ReturnDraft{Reason: reason()})
	l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
	l.do(t, p.Head, p.Accept(lifecycle.ByDeadline).Body)
	l.do(t, p.Head, &lifecycle.Assign{Officer: second.Account})
	l.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请整改。"})
	l.do(t, p.Signer, &lifecycle.ReturnNotice{Reason: reason()})
	l.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请整改。"})
	require.NotEmpty(t, l.do(t, p.Signer, &lifecycle.ApproveNotice{}).Case.Notice.Number)
	l.do(t, p.Signer, &lifecycle.CorrectNotice{Reason: reason()})
	l.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请于两个月内整改。"})
	l.do(t, p.Signer, &lifecycle.ApproveNotice{})
	l.do(t, p.Secretary, p.Sign().Body)

	// The plan, and everything beside the main line.
	due := c.today().AddDays(30)
	l.do(t, p.Secretary, plan(due))
	l.do(t, p.Officer, &lifecycle.ReturnPlan{Reasons: []string{reason()}})
	l.do(t, p.Contact, plan(due))
	l.do(t, p.Secretary, &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "事实有出入"})
	l.do(t, third, &lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: reason()})
	l.do(t, p.Officer, &lifecycle.AcceptPlan{})
	l.do(t, p.Leader, &lifecycle.GrantStay{Until: c.today().AddDays(10), Reason: reason()})
	l.do(t, p.Leader, &lifecycle.EndStay{Reason: reason()})
	until := l.do(t, p.Head, &lifecycle.Note{Text: "电话了解进展"}).Case.Clocks
	i := slices.IndexFunc(until, func(k lifecycle.Clock) bool { return k.Name == policy.ClockRectification })
	l.do(t, p.Secretary, &lifecycle.RequestExtension{Until: until[i].Due.AddDays(10), Reason: reason()})
	l.do(t, p.Leader, &lifecycle.DecideExtension{Granted: true, Reason: reason()})
	l.do(t, p.Head, &lifecycle.HandOver{To: successor.Account, Reason: "换届"})
	l.do(t, successor, &lifecycle.AcceptHandover{})
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "进展缓慢"})
	entered := l.do(t, p.Leader, &lifecycle.PostponeMeasure{No: 1, Until: c.today().AddDays(25), Reason: reason()}).Case.Entered
	slip := entered[slices.IndexFunc(entered, func(e lifecycle.Entered) bool { return e.Of == lifecycle.EventMeasurePostponed })]
	l.do(t, p.Leader, &lifecycle.CorrectEntry{Event: slip.Event, Value: c.today().AddDays(20).String(), Reason: "录入有误"})
	l.do(t, third, &lifecycle.ReassignMeasure{No: 1, Owner: p.Leader.Account, Reason: reason()})
	l.do(t, third, &lifecycle.FixTalk{No: 1, Talk: p.Appointment(c.today().AddDays(3))})
	p.Take(t.Context(), t, l.store)
	l.do(t, p.Leader, &lifecycle.RecordMeasure{No: 1, MeasureRecord: p.Talk(c.today())})
	taken := s.as(t, p.Admin, asked{
		method: http.MethodPost, path: "/v1/units/" + p.Unit.ID + "/posts",
		body: api.NewPost{Kind: casetest.Post, Holder: successor.Name, Account: successor.Account, Since: c.today()},
	})
	require.Equal(t, http.StatusCreated, taken.Code, "%s", taken.Body)
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: "再看一看"})
	l.do(t, third, &lifecycle.WaiveMeasure{No: 2, Reason: reason()})
	l.do(t, p.Leader, &lifecycle.Transfer{To: "市纪委监委", Reason: reason()})
	l.do(t, second, &lifecycle.RecordTransferReceipt{On: c.today()})
	l.do(t, p.Leader, &lifecycle.TakeBack{Reason: reason()})

	// The report, the look-back, closing, and once more from the beginning.
	l.do(t, successor, p.Report(1).Body)
	l.do(t, p.Officer, &lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: "缺少佐证"}}})
	l.do(t, successor, p.Report(1).Body)
	l.do(t, p.Officer, &lifecycle.AcceptReport{})
	look := func() {
		t.Helper()
		c.advance(35)
		l.do(t, p.Leader, &lifecycle.PermitArrival{Reason: reason()})
		arrive(t, l, c)
		l.do(t, p.Lead, &lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: "台账齐全"}}})
	}
	l.do(t, p.Lead, &lifecycle.RequestRedraw{Reason: reason()})
	l.do(t, p.Leader, &lifecycle.DecideRedraw{Granted: true, Reason: reason()})
	l.do(t, p.Lead, &lifecycle.RequestOpening{Reason: reason()})
	l.do(t, p.Leader, &lifecycle.DecideOpening{Reason: reason()})
	look()
	l.do(t, p.Leader, &lifecycle.RefuseClosure{Reason: reason()})
	look()
	l.do(t, p.Leader, &lifecycle.ApproveClosure{})
	require.Equal(t, 2, l.do(t, p.Leader, &lifecycle.Reopen{Reason: reason()}).Case.Round)
	l.do(t, successor, p.Report(1).Body)
	l.do(t, p.Leader, &lifecycle.Sustain{Reason: "长期任务"})
	l.do(t, successor, &lifecycle.CheckIn{Account: "持续推进"})
	require.Equal(t, lifecycle.LookBackPending, l.do(t, p.Leader, &lifecycle.ExitSustained{Reason: reason()}).Case.Stage)
	a := s.as(t, p.Auditor, asked{method: http.MethodPost, path: "/v1/look-backs/" + l.id + "/verify"})
	var proof api.LookBackProof
	a.into(t, &proof)
	require.True(t, proof.OK, "the draws of a long life stand the check: %+v", proof)

	// Two more findings, one taken into the other, and that one voided.
	other := s.life()
	other.n = 1000
	other.do(t, p.Inspector, p.Finding("台账不全", c.today()).Body)
	child := s.life()
	child.n = 2000
	child.do(t, p.Inspector, p.Finding("台账缺页", c.today()).Body)
	require.Equal(t, lifecycle.Merged, child.do(t, p.Head, &lifecycle.MergeInto{Parent: other.id}).Case.Stage)
	require.Equal(t, lifecycle.Voided, other.do(t, p.Head, &lifecycle.Void{Reason: reason()}).Case.Stage)

	// A day that another body set is over when the notice is received: a leader decides.
	late := s.life()
	late.n = 3000
	late.do(t, p.Inspector, p.Finding("巡察反馈问题", c.today()).Body)
	late.do(t, p.Inspector, &lifecycle.SubmitDraft{})
	late.do(t, p.Head, p.Accept(lifecycle.ByDeadline).Body)
	late.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请整改。", ExternalDue: c.today().AddDays(1), Source: "市委巡察办"})
	late.do(t, p.Signer, &lifecycle.ApproveNotice{})
	c.advance(3)
	late.do(t, successor, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	late.do(t, p.Leader, &lifecycle.DecideDue{Holds: lifecycle.DueReceipt, Reason: reason()})

	// It is voided although a visit was made: another leader says whether that counts.
	late.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: reason()})
	late.do(t, p.Leader, &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: c.today(), Place: "市档案局", Persons: []string{"张三"}, Requirements: "立即整改"}})
	late.do(t, p.Leader, &lifecycle.Void{Reason: reason()})
	late.do(t, third, &lifecycle.SettleMeasure{No: 1, Reason: reason()})

	for _, kind := range lifecycle.CommandKinds() {
		if kind == lifecycle.KindTakeOverCase { // by an import: in_hand_test.go
			continue
		}
		require.True(t, l.used[kind] || other.used[kind] || child.used[kind] || late.used[kind], "%s was not run", kind)
	}

	// The history of all of it has the form that the description gives each kind of event.
	seen := map[lifecycle.EventKind]bool{}
	for _, one := range []life{*l, *other, *child, *late} {
		for after := int64(0); ; {
			var page api.EventList
			s.as(t, p.Auditor, asked{method: http.MethodGet, path: fmt.Sprintf("/v1/cases/%s/events?limit=200&after=%d", one.id, after)}).into(t, &page)
			for _, e := range page.Events {
				seen[e.Kind] = true
			}
			if after = page.Next; after == 0 {
				break
			}
		}
	}
	require.Greater(t, len(seen), 50)
}
