package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"duban/calendar"
	"duban/policy"
	"duban/store"
)

// ruleProposalRoutes registers how rules come into force without a shell: the
// administrator brings them in, a leader confirms them.
func (s *server) ruleProposalRoutes() {
	const tag = "Rules in force"
	missing := []int{http.StatusNotFound, http.StatusConflict}
	register(s, operation{
		id: "check_rules", method: http.MethodPost, path: "/v1/rule-proposals/check", tag: tag, summary: "校验规则 Check a policy or a holiday notice, and compare it with what is in force",
		doc: "Nothing is written. Every fault of a file is told with its line; a file without one is compared field by field or day by day, " +
			"and a policy's wording is shown as examples of every mailing.",
		body: reflect.TypeFor[NewRules](),
	}, s.checkRules)
	register(s, operation{
		id: "propose_rules", method: http.MethodPost, path: "/v1/rule-proposals", tag: tag, summary: "提出规则 Propose a policy or a holiday notice",
		doc: "By the administrator. It is in force when a leader has confirmed it.", status: http.StatusCreated, body: reflect.TypeFor[NewRuleProposal](),
	}, s.proposeRules)
	register(s, operation{
		id: "list_rule_proposals", method: http.MethodGet, path: "/v1/rule-proposals", tag: tag, summary: "规则提议 List what was proposed",
		doc: "The newest first.",
	}, s.ruleProposals)
	register(s, operation{
		id: "get_rule_proposal", method: http.MethodGet, path: "/v1/rule-proposals/{id}", tag: tag, summary: "规则提议 One proposal and what it changes",
		doc: "As long as it waits, it is compared with what is in force now; afterwards with what it was made against.", refuses: missing,
	}, s.ruleProposal)
	register(s, operation{
		id: "answer_rule_proposal", method: http.MethodPost, path: "/v1/rule-proposals/{id}/answer", tag: tag, summary: "确认规则 Put proposed rules in force, or not",
		doc: "By a leader. A policy holds for cases noticed from then on, its wording at once; a holiday notice moves the deadlines of open cases, later only. " +
			"Rules that changed since the proposal are to be compared and proposed anew (`rules_changed`).",
		body: reflect.TypeFor[NewRuleAnswer](), refuses: missing,
	}, s.answerRuleProposal)
	register(s, operation{
		id: "withdraw_rule_proposal", method: http.MethodPost, path: "/v1/rule-proposals/{id}/withdraw", tag: tag, summary: "撤回提议 Take one's own proposal back",
		refuses: missing,
	}, s.withdrawRuleProposal)
}

// NewRules is a file of rules.
type NewRules struct {
	Kind      store.RuleKind `json:"kind" doc:"policy: the rules in figures, their codes and the wording of mailings; calendar: a year's holiday notice"`
	Text      string         `json:"text" minLength:"1" maxLength:"60000" doc:"The file: a policy as YAML, in the form of GET /v1/policy; or a notice as JSON, in the form of the holiday-cn project"`
	Reference string         `json:"reference,omitempty" maxLength:"200" doc:"Title and document number (文号) of a holiday notice whose file has none"`
}

// A NewRuleProposal proposes a file of rules.
type NewRuleProposal struct {
	NewRules

	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why, for the leader who confirms and for the record"`
}

// A NewRuleAnswer confirms proposed rules or does not.
type NewRuleAnswer struct {
	Granted bool   `json:"granted" doc:"Whether they are put in force"`
	Reason  string `json:"reason,omitempty" maxLength:"1000" doc:"Needed when they are not"`
}

// A RulesCheck says what a file of rules would change.
type RulesCheck struct {
	Kind store.RuleKind `json:"kind" doc:"Whether the text is a policy or a year of the calendar"`
	Base int            `json:"base" doc:"The version it is compared with"`
	Name string         `json:"name" doc:"What the policy is called, or the notice's title and document number"`
	// Fields and Days: one of them, by kind.
	Fields   []FieldDifference `json:"fields,omitempty" doc:"Fields of the policy that differ, in the order of the new file; what is gone comes last"`
	Days     []DayDifference   `json:"days,omitempty" doc:"Days that become others"`
	Examples []WordedExample   `json:"examples,omitempty" doc:"An example of every mailing as the policy words it"`
}

// A FieldDifference is one field that two policies say differently.
type FieldDifference struct {
	Field string `json:"field" doc:"Path of the field" example:"clocks.plan.within"`
	Was   string `json:"was,omitempty" doc:"None where the field is new"`
	Now   string `json:"now,omitempty" doc:"None where the field is gone"`
}

// A DayDifference is one day that two calendars see differently.
type DayDifference struct {
	Date       calendar.Date `json:"date" doc:"The civil date, in Asia/Shanghai"`
	Name       string        `json:"name,omitempty" doc:"The holiday it belongs to"`
	Was        calendar.Kind `json:"was" doc:"What kind of day it is now"`
	Now        calendar.Kind `json:"now" doc:"What kind of day it would be"`
	WasWorking bool          `json:"was_working" doc:"Whether it is worked now"`
	Working    bool          `json:"working" doc:"Whether it would be worked"`
}

// A WordedExample is a mailing with made-up values in it.
type WordedExample struct {
	Name    string `json:"name" doc:"Name of the message in the policy's wording" example:"digest"`
	Subject string `json:"subject" doc:"The heading, worded for an example"`
	Text    string `json:"text" doc:"The message, worded for an example"`
}

// A RuleProposal is what was proposed and what became of it.
type RuleProposal struct {
	ID     string         `json:"id" format:"uuid"`
	Kind   store.RuleKind `json:"kind" doc:"Whether the policy or a year of the calendar shall change"`
	Reason string         `json:"reason"`
	Author string         `json:"author" doc:"Account of the administrator who brought it in"`
	At     time.Time      `json:"at"`
	Answer *RuleAnswer    `json:"answer,omitempty" doc:"None as long as it waits"`
	Text   string         `json:"text,omitempty" doc:"The file; shown with one proposal"`
	Check  *RulesCheck    `json:"check,omitempty" doc:"What it changes; shown with one proposal"`
}

// A RuleAnswer is what became of a proposal.
type RuleAnswer struct {
	Outcome store.RuleOutcome `json:"outcome" doc:"What became of the proposal"`
	Version int               `json:"version,omitempty" doc:"The version it is in force as"`
	Reason  string            `json:"reason,omitempty"`
	Author  string            `json:"author" doc:"Account of the leader who decided, or of the author who took it back"`
	At      time.Time         `json:"at"`
}

func ruleProposalOf(p store.RuleProposal) RuleProposal {
	out := RuleProposal{ID: p.ID, Kind: p.Kind, Reason: p.Reason, Author: p.Author, At: p.At}
	if a := p.Answer; a != nil {
		out.Answer = &RuleAnswer{Outcome: a.Outcome, Version: a.Version, Reason: a.Reason, Author: a.Author, At: a.At}
	}
	return out
}

type (
	rulesCheckOutput    struct{ Body RulesCheck }
	ruleProposalOutput  struct{ Body RuleProposal }
	ruleProposalsOutput struct{ Body RuleProposalList }
	ruleProposalsInput  struct {
		Waiting string `query:"waiting" enum:"true,false" doc:"true: only those that nobody has answered"`
		Cursor  string `query:"cursor" doc:"next of the page before"`
		Limit   string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
)

// A RuleProposalList is one page of proposals.
type RuleProposalList struct {
	Proposals []RuleProposal `json:"proposals" doc:"The proposals of the page"`
	Next      string         `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// read checks what was sent and returns the file's text with the reference in it.
func (n NewRules) read() (text string, err error) {
	var f form
	if f.oneOf("kind", string(n.Kind), []string{string(store.RulePolicy), string(store.RuleCalendar)}); n.Kind == "" {
		f.required("kind", "")
	}
	f.text("reference", n.Reference, 2*maxCode)
	if n.Reference != "" && n.Kind != store.RuleCalendar {
		f.refuse("reference", "not_allowed", "只有节假日安排的通知才填写文号。", "Only a holiday notice has a reference.")
	}
	if err := f.err(); err != nil {
		return "", err
	}
	if n.Kind == store.RulePolicy {
		return n.Text, nil
	}
	var notice map[string]any
	_ = json.Unmarshal([]byte(n.Text), &notice) // calendar.ReadYear says what is wrong with it
	if notice == nil {
		return n.Text, nil
	}
	named, _ := notice["reference"].(string)
	switch {
	case n.Reference != "" && named != "" && named != n.Reference:
		return "", invalid("reference", "contradictory", "文件中的文号是“"+named+"”，与所填的不一致。", "The file names another reference.")
	case n.Reference != "" && named == "":
		notice["reference"] = n.Reference
		whole, err := json.MarshalIndent(notice, "", "  ")
		return string(whole), err
	case named == "":
		return "", invalid("reference", "required", "文件没有写明通知的标题和文号，请填写“文号”，如：国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）。",
			"The file does not name the notice's title and document number: give them as reference.")
	}
	return n.Text, nil
}

func (s *server) checkRules(ctx context.Context, c *call, _ *nothing) (*rulesCheckOutput, error) {
	var n NewRules
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	text, err := n.read()
	if err != nil {
		return nil, err
	}
	checked, err := s.compareRules(ctx, n.Kind, text, 0)
	if err != nil {
		return nil, err
	}
	return &rulesCheckOutput{Body: checked}, nil
}

// compareRules compares a file with a version, 0 for the one in force.
func (s *server) compareRules(ctx context.Context, kind store.RuleKind, text string, base int) (RulesCheck, error) {
	out := RulesCheck{Kind: kind}
	if kind == store.RuleCalendar {
		year, err := calendar.ReadYear(strings.NewReader(text))
		if err != nil {
			return out, err
		}
		before, version, err := s.record.CalendarVersion(ctx, base)
		if err != nil {
			return out, err
		}
		after, err := before.With(year, version.Version+1)
		if err != nil {
			return out, err
		}
		out.Base, out.Name = version.Version, year.Reference
		for _, d := range calendar.Differences(before, after, year.Year) {
			name := d.Now.Name
			if name == "" {
				name = d.Was.Name
			}
			out.Days = append(out.Days, DayDifference{Date: d.Date, Name: name, Was: d.Was.Kind, Now: d.Now.Kind, WasWorking: d.Was.Working, Working: d.Now.Working})
		}
		return out, nil
	}
	after, err := policy.Read(strings.NewReader(text))
	if err != nil {
		return out, err
	}
	before, version, err := s.record.PolicyVersion(ctx, base)
	if err != nil {
		return out, err
	}
	out.Base, out.Name = version.Version, after.Name
	for _, d := range policy.Differences(before, after) {
		out.Fields = append(out.Fields, FieldDifference(d))
	}
	for _, e := range after.Examples() {
		out.Examples = append(out.Examples, WordedExample{Name: e.Name, Subject: e.Subject, Text: e.Text})
	}
	return out, nil
}

func (s *server) proposeRules(ctx context.Context, c *call, _ *nothing) (*ruleProposalOutput, error) {
	var n NewRuleProposal
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	if strings.TrimSpace(n.Reason) == "" {
		f.required("reason", n.Reason)
	}
	f.prose("reason", n.Reason)
	if err := f.err(); err != nil {
		return nil, err
	}
	text, err := n.read()
	if err != nil {
		return nil, err
	}
	p, err := s.record.ProposeRules(ctx, store.RuleProposal{Kind: n.Kind, Content: text, Reason: n.Reason, Author: c.actor.Account})
	if err != nil {
		return nil, err
	}
	return s.shownProposal(ctx, p)
}

// shownProposal is a proposal with its file and what it changes.
func (s *server) shownProposal(ctx context.Context, p store.RuleProposal) (*ruleProposalOutput, error) {
	out := ruleProposalOf(p)
	out.Text = p.Content
	base := 0
	if p.Answer != nil {
		base = p.Base
	}
	checked, err := s.compareRules(ctx, p.Kind, p.Content, base)
	if err != nil {
		return nil, err
	}
	out.Check = &checked
	return &ruleProposalOutput{Body: out}, nil
}

func (s *server) ruleProposals(ctx context.Context, _ *call, in *ruleProposalsInput) (*ruleProposalsOutput, error) {
	var f form
	waiting, after, limit := f.truth("waiting", in.Waiting), f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.RuleProposals(ctx, waiting != nil && *waiting, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out RuleProposalList
	out.Proposals, out.Next = onePage(found, limit, func(p store.RuleProposal) string { return p.ID }, ruleProposalOf)
	return &ruleProposalsOutput{Body: out}, nil
}

func (s *server) ruleProposal(ctx context.Context, _ *call, in *longIDInput) (*ruleProposalOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.record.RuleProposal(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.shownProposal(ctx, p)
}

func (s *server) answerRuleProposal(ctx context.Context, c *call, in *longIDInput) (*ruleProposalOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewRuleAnswer
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	f.prose("reason", n.Reason)
	if err := f.err(); err != nil {
		return nil, err
	}
	p, job, err := s.record.AnswerRuleProposal(ctx, id, c.actor, n.Granted, strings.TrimSpace(n.Reason))
	if err != nil {
		return nil, err
	}
	s.startJob(ctx, job)
	return s.shownProposal(ctx, p)
}

func (s *server) withdrawRuleProposal(ctx context.Context, c *call, in *longIDInput) (*ruleProposalOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.record.WithdrawRuleProposal(ctx, id, c.actor)
	if err != nil {
		return nil, err
	}
	return s.shownProposal(ctx, p)
}

// rulesFault tells everything wrong with a policy's file.
func rulesFault(found policy.Errors) *fault {
	var all []*fault
	for _, one := range found {
		all = append(all, invalid("text", "bad_policy", one.ZH(), one.Error()))
	}
	first := *all[0]
	if len(all) > 1 {
		first.all = all
	}
	return &first
}

// noticeZH is what is wrong with a notice's file, with its line.
func noticeZH(e *calendar.LineError) string {
	if e.Line == 0 {
		return e.Reason + "。"
	}
	return fmt.Sprintf("第%d行：%s。", e.Line, e.Reason)
}
