package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
	"duban/lifecycle"
	"duban/lot"
)

// A Recusal keeps an inspector out of every look-back on a unit (回避).
type Recusal struct {
	ID      string
	Account string
	Unit    string
	Ground  lot.Ground
	Reason  string
	Since   calendar.Date
	// Until is its last day; zero when none is known.
	Until calendar.Date
	// Author recorded it: the person himself, or somebody of the office.
	Author    string
	CreatedAt time.Time
	// EndedOn is the first day on which it was set aside, EndReason why, EndedBy
	// by whom.
	EndedOn   calendar.Date
	EndReason string
	EndedBy   string
}

// A RecusalFilter says which recusals are listed; what is empty does not count.
type RecusalFilter struct {
	Account, Unit string
	// Of are the recusals of this person, and those he recorded.
	Of string
}

const (
	// maxRecusalReason is what a reason may have in characters: as many as always
	// fit into a roster.
	maxRecusalReason = lot.MaxReason / utf8.UTFMax
	selectRecusals   = `
SELECT n.id, n.account_id, n.unit_id, n.ground, n.reason, n.since, n.until, n.author, n.created_at, e.ended_on, coalesce(e.reason, ''), coalesce(e.author, '')
FROM recusals n LEFT JOIN recusal_ends e ON e.recusal_id = n.id`
)

func scanRecusal(row pgx.CollectableRow) (Recusal, error) {
	n, err := pgx.RowToStructByPos[Recusal](row)
	n.CreatedAt = n.CreatedAt.UTC()
	return n, err
}

// check holds a recusal against itself.
func (n Recusal) check() error {
	switch {
	case !slices.Contains(lifecycle.RecordedGrounds(), n.Ground):
		return &FieldError{
			Field: "ground", Code: "unknown_code", ZH: "回避情形应为：本单位、曾任职、本人申报或者单位申请。",
			EN: "There is no such ground of recusal to record.",
		}
	case n.Since.IsZero():
		return &FieldError{Field: "since", Code: "required", ZH: "请填写回避开始日期。", EN: "Give the first day."}
	case !n.Until.IsZero() && n.Until.Before(n.Since):
		return &FieldError{Field: "until", Code: "too_early", ZH: "截止日期不能早于开始日期。", EN: "It may not end before it begins."}
	}
	return checkWords("reason", n.Reason)
}

// checkWords refuses a reason that is missing or endless.
func checkWords(field, reason string) error {
	fault := characters.Text(reason)
	switch {
	case fault != nil:
		zh, en := fault.Refuse("理由", "The reason")
		return &FieldError{Field: field, Code: "bad_characters", ZH: zh, EN: en}
	case characters.Blank(reason):
		return &FieldError{Field: field, Code: "required", ZH: "请写明理由。", EN: "Give the reason."}
	case utf8.RuneCountInString(reason) > maxRecusalReason:
		return &FieldError{
			Field: field, Code: "too_long", ZH: fmt.Sprintf("理由最多%d字。", maxRecusalReason),
			EN: fmt.Sprintf("A reason may have at most %d characters.", maxRecusalReason),
		}
	}
	return nil
}

// AddRecusal records that somebody must not look back on a unit. It fails with a
// *lifecycle.Refusal when it is not its author's to record as it is, and with a
// *FieldError when the recusal contradicts itself, is about nobody of the
// committee or no unit, or stands already in that time.
func (s *Store) AddRecusal(ctx context.Context, n Recusal) (Recusal, error) {
	if err := n.check(); err != nil {
		return Recusal{}, err
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Recusal{}, err
	}
	n.ID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := n.write(ctx, tx); err != nil {
			return err
		}
		return n.mayRecord(ctx, tx, rules, rules.Today(s.now()))
	})
	return n, recusalFailed("add", n.ID, err)
}

// mayRecord refuses a recusal of another that its author may not record as it is.
func (n *Recusal) mayRecord(ctx context.Context, tx pgx.Tx, rules lifecycle.Rules, today calendar.Date) error {
	if n.Author == n.Account {
		return nil
	}
	officer, err := answersFor(ctx, tx, n.Unit, n.Author)
	if err != nil {
		return err
	}
	if refusal := rules.RefuseRecusalOfAnother(officer, n.Since, n.Until, today); refusal != nil {
		return refusal
	}
	return nil
}

// answersFor reports whether somebody is, or was, the officer of an open case of a unit
// or of one it became.
func answersFor(ctx context.Context, tx pgx.Tx, unit, account string) (officer bool, err error) {
	err = tx.QueryRow(ctx, `
		WITH RECURSIVE heirs (id) AS (
		    SELECT $1::text
		    UNION SELECT x FROM heirs h JOIN unit_changes u ON u.unit_id = h.id, unnest(array_append(u.parts, u.successor_id)) x WHERE x IS NOT NULL)
		SELECT EXISTS (
		    SELECT FROM cases c JOIN heirs h ON c.unit_id = h.id
		    WHERE c.settled_at IS NULL AND (c.officer = $2 OR EXISTS (
		        SELECT FROM events e WHERE e.case_id = c.id AND e.kind IN ('finding_accepted', 'officer_assigned') AND e.content -> 'data' ->> 'officer' = $2)))`,
		unit, account).Scan(&officer)
	return officer, err
}

// write adds it, the account locked: two at once would both find nothing there.
func (n *Recusal) write(ctx context.Context, tx pgx.Tx) error {
	var unit string
	err := tx.QueryRow(ctx, `SELECT coalesce(unit_id, '') FROM accounts WHERE id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE`, n.Account).Scan(&unit)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return &FieldError{Field: "account", Code: "unknown_account", ZH: "没有这个在用账号。", EN: "There is no such account in use."}
	case err != nil:
		return err
	case unit != "":
		return &FieldError{Field: "account", Code: "unit_account", ZH: "单位人员不参加回头看，无须登记回避。", EN: "A unit's person takes part in no look-back."}
	}
	var there, taken bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM units WHERE id = $2),
		    EXISTS (SELECT FROM recusals n LEFT JOIN recusal_ends e ON e.recusal_id = n.id
		        WHERE n.account_id = $1 AND n.unit_id = $2 AND n.ground = $3 AND e.recusal_id IS NULL
		            AND n.since <= coalesce($5, 'infinity'::date) AND coalesce(n.until, 'infinity') >= $4)`,
		n.Account, n.Unit, string(n.Ground), n.Since, dateOrNil(n.Until)).Scan(&there, &taken)
	switch {
	case err != nil:
		return err
	case !there:
		return &FieldError{Field: "unit", Code: "unknown_unit", ZH: "没有这个单位。", EN: "There is no such unit."}
	case taken:
		return &FieldError{Field: "since", Code: "already_recused", ZH: "这段时间已有同样的回避登记。", EN: "The same recusal stands in that time already."}
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO recusals (id, account_id, unit_id, ground, reason, since, until, author) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING created_at`,
		n.ID, n.Account, n.Unit, string(n.Ground), n.Reason, n.Since, dateOrNil(n.Until), n.Author).Scan(&n.CreatedAt)
	n.CreatedAt = n.CreatedAt.UTC()
	return err
}

func recusalFailed(verb, id string, err error) error {
	if field, ok := errors.AsType[*FieldError](err); ok {
		return field
	}
	if refusal, ok := errors.AsType[*lifecycle.Refusal](err); ok {
		return refusal
	}
	if err != nil {
		return fmt.Errorf("%s recusal %s: %w", verb, id, plain(err))
	}
	return nil
}

// EndRecusal sets a recusal aside from today on, with a reason; it stays in the
// record. It fails with a *lifecycle.Refusal when that is not the author's to do.
func (s *Store) EndRecusal(ctx context.Context, id, reason, author string) (Recusal, error) {
	if err := checkWords("reason", reason); err != nil {
		return Recusal{}, err
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Recusal{}, err
	}
	var n Recusal
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var err error
		if n, err = oneRecusal(ctx, tx, id); err != nil {
			return err
		}
		officer, err := answersFor(ctx, tx, n.Unit, author)
		if err != nil {
			return err
		}
		if refusal := lifecycle.RefuseRecusalEnd(n.Account, n.Author, author, officer); refusal != nil {
			return refusal
		}
		tag, err := tx.Exec(ctx, `INSERT INTO recusal_ends (recusal_id, ended_on, reason, author) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			id, rules.Today(s.now()), reason, author)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return &FieldError{Field: "id", Code: "already_ended", ZH: "该回避已经解除。", EN: "The recusal was set aside already."}
		}
		n, err = oneRecusal(ctx, tx, id)
		return err
	})
	return n, recusalFailed("end", id, err)
}

func oneRecusal(ctx context.Context, q querier, id string) (Recusal, error) {
	rows, err := q.Query(ctx, selectRecusals+` WHERE n.id = $1`, id)
	if err != nil {
		return Recusal{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanRecusal)
}

// Recusals lists recusals, those after the given id, the latest recorded first.
func (s *Store) Recusals(ctx context.Context, f RecusalFilter, after string, limit int) ([]Recusal, error) {
	rows, err := s.pool.Query(ctx, selectRecusals+`
		WHERE ($1 = '' OR n.account_id = $1) AND ($2 = '' OR n.unit_id = $2) AND ($3 = '' OR n.account_id = $3 OR n.author = $3)
		    AND ($4 = '' OR (n.created_at, n.id) < (SELECT created_at, id FROM recusals WHERE id = $4))
		ORDER BY n.created_at DESC, n.id DESC LIMIT $5`, f.Account, f.Unit, f.Of, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list recusals: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, scanRecusal)
	if err != nil {
		return nil, fmt.Errorf("list recusals: %w", plain(err))
	}
	return list, nil
}
