// Package casetest gives tests the people of a committee, a unit, and the life
// of a case as a list of commands, so that every test tells the same story in
// its own place.
package casetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// People are one person for each part of the work, the fewest that separation
// of duties lets through a whole life, and two units.
type People struct {
	Inspector, Officer, Head, Leader, Signer, Lead, Manager, Auditor, Admin lifecycle.Actor
	Secretary, Contact, OtherSecretary                                      lifecycle.Actor
	Unit, OtherUnit                                                         store.Unit
	// Tokens are the bearer tokens by account.
	Tokens map[string]string
}

// Post is the office that the unit's secretary holds.
const Post = "党组书记"

// Take puts the unit's secretary into the office, with whom a talk can be held.
func (p People) Take(ctx context.Context, t testing.TB, s *store.Store) {
	t.Helper()
	_, err := s.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: Post, Holder: p.Secretary.Name, Account: p.Secretary.Account, Since: calendar.On(2020, 1, 1)})
	require.NoError(t, err)
}

// Talk is the record of a talk that was held with the unit's secretary.
func (p People) Talk(on calendar.Date) lifecycle.MeasureRecord {
	return lifecycle.MeasureRecord{
		On: on, Place: "工委会议室", HeldBy: p.Leader.Account, With: []lifecycle.PostHolder{{Post: Post, Person: p.Secretary.Name}},
		Reason: "逾期未整改", Requirements: "立即整改", Response: "诚恳接受", Signed: true,
	}
}

// Appointment is when and where a talk will be held.
func (p People) Appointment(on calendar.Date) lifecycle.Appointment {
	return lifecycle.Appointment{On: on, Time: "09:30", Place: "工委会议室"}
}

// NewPeople puts them into the record's directory.
func NewPeople(ctx context.Context, t testing.TB, s *store.Store) People {
	t.Helper()
	p := People{Tokens: map[string]string{}}
	var err error
	p.Unit, err = s.AddUnit(ctx, store.Unit{Name: "市档案局", Region: "市直", Area: "第一片区", Category: "一类"})
	require.NoError(t, err)
	p.OtherUnit, err = s.AddUnit(ctx, store.Unit{Name: "市统计局", Region: "市直", Area: "第二片区", Category: "一类"})
	require.NoError(t, err)
	add := func(into *lifecycle.Actor, name, unit string, roles ...lifecycle.Role) {
		a, token, err := s.AddAccount(ctx, store.NewAccount{Name: name, Roles: roles, Unit: unit})
		require.NoError(t, err)
		*into = lifecycle.Actor{Account: a.ID, Name: a.Name, Roles: roles, Unit: unit}
		p.Tokens[a.ID] = token
	}
	add(&p.Inspector, "检查员", "", lifecycle.Inspector)
	add(&p.Officer, "经办人", "", lifecycle.Officer)
	add(&p.Head, "处长", "", lifecycle.Head)
	add(&p.Signer, "副书记", "", lifecycle.Leader)
	add(&p.Leader, "书记", "", lifecycle.Leader)
	add(&p.Lead, "回头看组长", "", lifecycle.LookBackLead)
	add(&p.Manager, "管理员", "", lifecycle.Manager)
	add(&p.Auditor, "审计员", "", lifecycle.Auditor)
	add(&p.Admin, "系统管理员", "", lifecycle.Admin)
	add(&p.Secretary, "单位书记", p.Unit.ID, lifecycle.UnitSecretary)
	add(&p.Contact, "联络员", p.Unit.ID, lifecycle.UnitContact)
	add(&p.OtherSecretary, "别的书记", p.OtherUnit.ID, lifecycle.UnitSecretary)
	return p
}

// A Step is one command of a life.
type Step struct {
	By   lifecycle.Actor
	Body lifecycle.CommandBody
}

// Finding opens a case about the unit.
func (p People) Finding(title string, on calendar.Date) Step {
	return Step{p.Inspector, &lifecycle.OpenCase{
		Unit: p.Unit.ID, Title: title, Facts: "2026年检查发现：" + title + "。", FoundOn: on, Method: "inspection", Category: "C03",
	}}
}

// Accept is the judgement of triage on a finding of the type.
func (p People) Accept(kind lifecycle.Type) Step {
	return Step{p.Head, &lifecycle.AcceptFinding{
		Category: "C03", Dimension: "D4", Severity: "minor", Basis: "责任清单第3项", RootCause: "R2", Type: kind, Officer: p.Officer.Account,
	}}
}

// UpToServing are the commands after the opening until the notice is on its way.
func (p People) UpToServing(kind lifecycle.Type) []Step {
	return []Step{
		{p.Inspector, &lifecycle.SubmitDraft{}},
		p.Accept(kind),
		{p.Officer, &lifecycle.SubmitNotice{Text: "请于期限内整改到位并书面报告。"}},
		{p.Signer, &lifecycle.ApproveNotice{}},
	}
}

// Sign is the secretary's electronic receipt.
func (p People) Sign() Step {
	return Step{p.Secretary, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic}}
}

// Scan adds a scanned paper to a case and returns how commands name it.
func (p People) Scan(ctx context.Context, t testing.TB, s *store.Store, caseID string) string {
	t.Helper()
	const content = "scan"
	e, err := s.AddEvidence(ctx, store.NewEvidence{
		Actor: p.Officer, Key: "scan " + caseID, Fingerprint: []byte(content), Case: caseID, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(content))), Size: int64(len(content)),
		Media: "application/pdf", Name: "扫描件.pdf", ReceivedAt: time.Now(), Quota: store.Quota{Case: 1 << 20, Unit: 1 << 30},
	})
	require.NoError(t, err)
	return "evidence:" + e.ID
}

// Report accounts for measures 1 to n.
func (p People) Report(n int) Step {
	r := &lifecycle.SubmitReport{}
	for i := range n {
		r.Items = append(r.Items, lifecycle.ReportItem{No: i + 1, Done: true, Account: "已完成整改。", Evidence: []string{"会议记录"}})
	}
	return Step{p.Secretary, r}
}

// UpToReview are the commands of an immediate case from the opening to the
// committee's review of the report: seven with the acceptance that follows.
func (p People) UpToReview() []Step {
	return append(p.UpToServing(lifecycle.Immediate), p.Sign(), p.Report(1))
}

// Arrive are the commands of a look-back that is announced for a working day and
// begun on it.
func (p People) Arrive(on calendar.Date) []Step {
	persons := []string{p.Lead.Account, p.Inspector.Account}
	return []Step{
		{p.Leader, &lifecycle.AnnounceLookBack{On: on, Persons: persons, Reason: "统一安排"}},
		{p.Lead, &lifecycle.RecordArrival{On: on, Persons: persons}},
	}
}

// Keys are keys of a seal, the same in every test.
func Keys() lot.Keys {
	k, err := lot.NewKey(lot.NewStream(lot.Seed{}, "casetest"))
	if err != nil {
		panic(err)
	}
	return lot.Keys{k}
}

// A Doer executes requests: the record itself, or the door before it.
type Doer interface {
	Execute(ctx context.Context, r store.Request) (store.Answer, error)
}

// A Life drives one case through a Doer and remembers where it stands.
type Life struct {
	Doer Doer
	// Case is the case's id once it is open.
	Case string
	// Key begins every idempotency key.
	Key string
	// Now is the instant commands are received at. Defaults to time.Now.
	Now func() time.Time
	n   int
}

// Do sends one step and returns the answer, which may hold a refusal.
func (l *Life) Do(ctx context.Context, step Step) (store.Answer, error) {
	now := time.Now
	if l.Now != nil {
		now = l.Now
	}
	l.n++
	r := store.Request{
		Actor: step.By, Key: fmt.Sprintf("%s-%d", l.Key, l.n), Case: l.Case,
		ReceivedAt: now(), Body: step.Body,
	}
	a, err := l.Doer.Execute(ctx, r)
	if err == nil && l.Case == "" && a.Refusal == nil {
		l.Case = a.Case.ID
	}
	return a, err
}

// Must sends steps that are to succeed and returns the case as the last left it.
func (l *Life) Must(ctx context.Context, t testing.TB, steps ...Step) lifecycle.Case {
	t.Helper()
	var c lifecycle.Case
	for _, step := range steps {
		a, err := l.Do(ctx, step)
		require.NoError(t, err, "%s", step.Body.Kind())
		require.Nil(t, a.Refusal, "%s: %v", step.Body.Kind(), a.Refusal)
		c = a.Case
	}
	return c
}

// Today is the legal date now, in a record with days of real length.
func (People) Today() calendar.Date { return calendar.Real().Date(time.Now()) }
