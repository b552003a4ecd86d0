package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// A RuleKind says which rules a proposal would put in force. It stands in the
// record: never rename.
type RuleKind string

// The kinds of rules.
const (
	RulePolicy   RuleKind = "policy"   // 督办规则
	RuleCalendar RuleKind = "calendar" // 节假日安排
)

// A RuleOutcome is what became of a proposal. It stands in the record: never
// rename.
type RuleOutcome string

// The outcomes.
const (
	RulesGranted   RuleOutcome = "granted"
	RulesRefused   RuleOutcome = "refused"
	RulesWithdrawn RuleOutcome = "withdrawn"
)

// A RuleProposal asks that rules be put in force. It stays in the record,
// whatever became of it.
type RuleProposal struct {
	ID   string
	Kind RuleKind
	// Content is the policy's file, or the notice as calendar.ReadYear reads it.
	Content string
	// Base is the version that was in force when it was made.
	Base   int
	Reason string
	Author string
	At     time.Time
	// Answer is nil as long as it waits.
	Answer *RuleAnswer
}

// A RuleAnswer is what a leader decided, or that the author took it back.
type RuleAnswer struct {
	Outcome RuleOutcome
	// Version is the one put in force, when it was granted.
	Version int
	Reason  string
	Author  string
	At      time.Time
}

const selectRuleProposals = `
SELECT p.id::text, p.kind, p.content, p.base, p.reason, p.author, p.at, a.proposal_id IS NOT NULL, coalesce(a.outcome, ''), coalesce(a.version, 0),
    coalesce(a.reason, ''), coalesce(a.author, ''), coalesce(a.at, p.at)
FROM rule_proposals p LEFT JOIN rule_answers a ON a.proposal_id = p.id`

func scanRuleProposal(row pgx.CollectableRow) (RuleProposal, error) {
	var (
		p        RuleProposal
		a        RuleAnswer
		answered bool
	)
	err := row.Scan(&p.ID, &p.Kind, &p.Content, &p.Base, &p.Reason, &p.Author, &p.At, &answered, &a.Outcome, &a.Version, &a.Reason, &a.Author, &a.At)
	p.At, a.At = p.At.UTC(), a.At.UTC()
	if answered {
		p.Answer = &a
	}
	return p, err
}

// RuleProposals lists the proposals, the newest first: those that wait, or all;
// those after the given id.
func (s *Store) RuleProposals(ctx context.Context, waiting bool, after string, limit int) ([]RuleProposal, error) {
	if after != "" && !isID(after) {
		return nil, ErrCursor
	}
	rows, err := s.pool.Query(ctx, selectRuleProposals+`
		WHERE (NOT $1 OR a.proposal_id IS NULL)
		  AND ($2 = '' OR (p.at, p.id) < (SELECT at, id FROM rule_proposals WHERE id = nullif($2, '')::uuid))
		ORDER BY p.at DESC, p.id DESC LIMIT $3`, waiting, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list rule proposals: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, scanRuleProposal)
	if err != nil {
		return nil, fmt.Errorf("list rule proposals: %w", plain(err))
	}
	return list, nil
}

// RuleProposal returns one proposal.
func (s *Store) RuleProposal(ctx context.Context, id string) (RuleProposal, error) {
	if !isID(id) {
		return RuleProposal{}, ErrNotFound
	}
	p, err := oneRuleProposal(ctx, s.pool, id)
	if err != nil {
		return p, fmt.Errorf("read rule proposal %s: %w", id, plain(err))
	}
	return p, nil
}

func oneRuleProposal(ctx context.Context, q querier, id string) (RuleProposal, error) {
	rows, err := q.Query(ctx, selectRuleProposals+` WHERE p.id = $1`, id)
	if err != nil {
		return RuleProposal{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanRuleProposal)
}

// check fails with policy.Errors or a *calendar.LineError where the content is
// nothing that could be put in force.
func (p RuleProposal) check() error {
	if p.Kind == RuleCalendar {
		_, err := calendar.ReadYear(bytes.NewReader([]byte(p.Content)))
		return err
	}
	_, err := readPolicy([]byte(p.Content))
	return err
}

// ProposeRules records a proposal that a leader confirms or does not. It fails as
// RuleProposal.check does.
func (s *Store) ProposeRules(ctx context.Context, p RuleProposal) (RuleProposal, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	rows, err := s.pool.Query(ctx, `
		WITH made AS (
			INSERT INTO rule_proposals (kind, content, base, reason, author)
			SELECT $1, $2, CASE $1 WHEN 'policy' THEN policy_version ELSE calendar_version END, $3, $4 FROM in_force
			RETURNING *)
		SELECT id::text, base, at FROM made`, p.Kind, p.Content, p.Reason, p.Author)
	if err == nil {
		_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (RuleProposal, error) {
			err := row.Scan(&p.ID, &p.Base, &p.At)
			p.At = p.At.UTC()
			return p, err
		})
	}
	if err != nil {
		return p, fmt.Errorf("propose rules: %w", plain(err))
	}
	return p, nil
}

// AnswerRuleProposal puts proposed rules in force, or turns them down with a
// reason. Nobody answers his own proposal, and rules that have changed since it
// was made are compared anew: both are a *lifecycle.Refusal. job is the job that
// moves open cases to a new calendar, else "".
func (s *Store) AnswerRuleProposal(ctx context.Context, id string, who lifecycle.Actor, granted bool, reason string) (p RuleProposal, job string, err error) {
	a := RuleAnswer{Outcome: RulesRefused, Reason: reason, Author: who.Account}
	if granted {
		a.Outcome = RulesGranted
	}
	return s.answerRules(ctx, id, a, func(p RuleProposal) *lifecycle.Refusal {
		switch {
		case p.Author == who.Account:
			return &lifecycle.Refusal{
				Kind: lifecycle.Forbidden, Code: "own_proposal", ZH: "不能确认本人提出的规则，请由另一位领导确认。", EN: "Nobody confirms his own proposal; another leader must.",
			}
		case !granted && reason == "":
			return &lifecycle.Refusal{
				Kind: lifecycle.Invalid, Code: "required", Field: "reason", ZH: "不同意的，请写明理由。", EN: "Say why it is not confirmed.",
			}
		}
		return nil
	})
}

// WithdrawRuleProposal lets its author take a proposal back.
func (s *Store) WithdrawRuleProposal(ctx context.Context, id string, who lifecycle.Actor) (RuleProposal, error) {
	p, _, err := s.answerRules(ctx, id, RuleAnswer{Outcome: RulesWithdrawn, Author: who.Account}, func(p RuleProposal) *lifecycle.Refusal {
		if p.Author != who.Account {
			return &lifecycle.Refusal{
				Kind: lifecycle.Forbidden, Code: "not_your_proposal", ZH: "只有提出的人可以撤回。", EN: "Only its author takes a proposal back.",
			}
		}
		return nil
	})
	return p, err
}

func (s *Store) answerRules(ctx context.Context, id string, a RuleAnswer, refuse func(RuleProposal) *lifecycle.Refusal) (p RuleProposal, job string, err error) {
	if !isID(id) {
		return p, "", ErrNotFound
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Under this lock, whoever was first has answered.
		var policyVersion, calendarVersion int
		if err := tx.QueryRow(ctx, `SELECT policy_version, calendar_version FROM in_force FOR UPDATE`).Scan(&policyVersion, &calendarVersion); err != nil {
			return err
		}
		if p, err = oneRuleProposal(ctx, tx, id); err != nil {
			return err
		}
		if p.Answer != nil {
			return &lifecycle.Refusal{Kind: lifecycle.NotAllowed, Code: "already_answered", ZH: "这项提议已经有了结果。", EN: "The proposal was answered already."}
		}
		if refusal := refuse(p); refusal != nil {
			return refusal
		}
		if a.Outcome == RulesGranted {
			if a.Version, job, err = p.putInForce(ctx, tx, map[RuleKind]int{RulePolicy: policyVersion, RuleCalendar: calendarVersion}[p.Kind], a.Author); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO rule_answers (proposal_id, outcome, version, reason, author) VALUES ($1, $2, nullif($3, 0), $4, $5)`,
			id, a.Outcome, a.Version, a.Reason, a.Author)
		if err != nil {
			return err
		}
		p, err = oneRuleProposal(ctx, tx, id)
		return err
	})
	if err != nil {
		return p, "", fmt.Errorf("answer rule proposal %s: %w", id, plain(err))
	}
	return p, job, nil
}

// putInForce puts what is proposed in force over the version that is.
func (p RuleProposal) putInForce(ctx context.Context, tx pgx.Tx, now int, confirmed string) (version int, job string, err error) {
	if now != p.Base {
		return 0, "", &lifecycle.Refusal{
			Kind: lifecycle.NotAllowed, Code: "rules_changed", ZH: "提出之后规则已经变化，请对照现行规则重新提出。",
			EN: "The rules have changed since it was proposed; compare with those in force and propose it anew.",
		}
	}
	if p.Kind == RulePolicy {
		version, err = putPolicy(ctx, tx, p.Author, confirmed, []byte(p.Content))
		return version, "", err
	}
	year, err := calendar.ReadYear(bytes.NewReader([]byte(p.Content)))
	if err != nil {
		return 0, "", err
	}
	return putCalendar(ctx, tx, p.Author, confirmed, year)
}
