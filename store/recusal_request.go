package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/lot"
)

// A RecusalRequest is a unit's objection to an inspector, in its own words and
// by the name it knows (申请回避).
type RecusalRequest struct {
	ID   string
	Unit string
	// Case is which of the unit's cases it is about, if it says so.
	Case      string
	Name      string
	Reason    string
	Author    string
	CreatedAt time.Time
	// Answer is what the office made of it; nil as long as it waits. It is not
	// for the unit: it would say who is on the roster.
	Answer *RecusalAnswer
}

// A RecusalAnswer ties a request to an account's recusal, or turns it down.
type RecusalAnswer struct {
	Recusal   string
	Refused   string
	Author    string
	CreatedAt time.Time
}

// AddRecusalRequest files a unit's objection. The same one again is a
// *FieldError, whatever became of the first, and one of too many that wait for an
// answer is a *lifecycle.Refusal.
func (s *Store) AddRecusalRequest(ctx context.Context, r RecusalRequest) (RecusalRequest, error) {
	if err := checkName(&r.Name); err != nil {
		return RecusalRequest{}, err
	}
	if err := checkWords("reason", r.Reason); err != nil {
		return RecusalRequest{}, err
	}
	if r.Case != "" && !isID(r.Case) {
		return RecusalRequest{}, noSuchCase()
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return RecusalRequest{}, err
	}
	r.ID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return r.file(ctx, tx, rules) })
	var (
		refusal *lifecycle.Refusal
		field   *FieldError
	)
	switch {
	case errors.As(err, &refusal):
		return RecusalRequest{}, refusal
	case errors.As(err, &field):
		return RecusalRequest{}, field
	case sqlState(err) == stateUnique:
		return RecusalRequest{}, &FieldError{Field: "name", Code: "already_filed", ZH: "这项回避申请已经提交。", EN: "This request was filed already."}
	case err != nil:
		return RecusalRequest{}, fmt.Errorf("add request for recusal: %w", plain(err))
	}
	r.CreatedAt = r.CreatedAt.UTC()
	return r, nil
}

// file writes a request, the unit locked: two at once would both find room.
func (r *RecusalRequest) file(ctx context.Context, tx pgx.Tx, rules lifecycle.Rules) error {
	if _, err := tx.Exec(ctx, `SELECT FROM units WHERE id = $1 FOR NO KEY UPDATE`, r.Unit); err != nil {
		return err
	}
	var (
		ofCase, ofUnit int
		known          bool
	)
	err := tx.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE r.case_id = nullif($2, '')::uuid), count(*),
		    $2 = '' OR EXISTS (SELECT FROM unit_cases u WHERE u.case_id = nullif($2, '')::uuid AND u.unit_id = $1)
		FROM recusal_requests r WHERE r.unit_id = $1 AND NOT EXISTS (SELECT FROM recusal_answers a WHERE a.request_id = r.id)`,
		r.Unit, r.Case).Scan(&ofCase, &ofUnit, &known)
	switch {
	case err != nil:
		return err
	case !known:
		return noSuchCase()
	}
	if refusal := rules.RefuseRecusalRequest(ofCase, ofUnit); refusal != nil {
		return refusal
	}
	return tx.QueryRow(ctx, `INSERT INTO recusal_requests (id, unit_id, case_id, name, reason, author) VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6) RETURNING created_at`,
		r.ID, r.Unit, r.Case, r.Name, r.Reason, r.Author).Scan(&r.CreatedAt)
}

func noSuchCase() *FieldError {
	return &FieldError{Field: "case", Code: "unknown_case", ZH: "没有这个事项。", EN: "There is no such case."}
}

// RecusalRequests lists requests, of one unit if it is given, those after the given id:
// those that wait for an answer first, and of those the latest of every unit before the
// second of any, so that none hides another's.
func (s *Store) RecusalRequests(ctx context.Context, unit, after string, limit int) ([]RecusalRequest, error) {
	rows, err := s.pool.Query(ctx, `
		WITH ranked AS (
		    SELECT r.id, ($1 = '' AND a.request_id IS NOT NULL)::int AS answered, r.created_at,
		        CASE WHEN $1 = '' THEN row_number() OVER (PARTITION BY a.request_id IS NOT NULL, r.unit_id ORDER BY r.created_at DESC, r.id) ELSE 0 END AS share
		    FROM recusal_requests r LEFT JOIN recusal_answers a ON a.request_id = r.id WHERE $1 = '' OR r.unit_id = $1
		), placed AS (SELECT id, row_number() OVER (ORDER BY answered, share, created_at DESC, id) AS place FROM ranked)
		`+selectRequests+` JOIN placed p ON p.id = r.id
		WHERE $2 = '' OR p.place > (SELECT place FROM placed WHERE id = $2)
		ORDER BY p.place LIMIT $3`, unit, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list requests for recusal: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, scanRequest)
	if err != nil {
		return nil, fmt.Errorf("list requests for recusal: %w", plain(err))
	}
	return list, nil
}

const selectRequests = `
SELECT r.id, r.unit_id, coalesce(r.case_id::text, ''), r.name, r.reason, r.author, r.created_at, coalesce(a.recusal_id, ''), coalesce(a.refused, ''), coalesce(a.author, ''), a.created_at
FROM recusal_requests r LEFT JOIN recusal_answers a ON a.request_id = r.id`

func scanRequest(row pgx.CollectableRow) (r RecusalRequest, err error) {
	var (
		a  RecusalAnswer
		at *time.Time
	)
	err = row.Scan(&r.ID, &r.Unit, &r.Case, &r.Name, &r.Reason, &r.Author, &r.CreatedAt, &a.Recusal, &a.Refused, &a.Author, &at)
	r.CreatedAt = r.CreatedAt.UTC()
	if at != nil {
		a.CreatedAt = at.UTC()
		r.Answer = &a
	}
	return r, err
}

// AnswerRecusalRequest turns a request down with a reason, or records the
// recusal it asks for when refused is empty: of the account, in the time and by
// the author that n names; unit, ground and reason are the request's.
func (s *Store) AnswerRecusalRequest(ctx context.Context, id, refused string, n Recusal) (RecusalRequest, error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return RecusalRequest{}, err
	}
	var r RecusalRequest
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var err error
		// Rows of the table never change; the lock is for who answers meanwhile.
		if _, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('duban recusal request ' || $1, 0))`, id); err != nil {
			return err
		}
		if r, err = oneRequest(ctx, tx, id); err != nil {
			return err
		}
		if r.Answer != nil {
			return &FieldError{Field: "id", Code: "already_answered", ZH: "这项回避申请已经答复。", EN: "The request was answered already."}
		}
		if refused != "" {
			if err := checkWords("refused", refused); err != nil {
				return err
			}
		} else {
			n.ID, n.Unit, n.Ground, n.Reason = newID(), r.Unit, lot.UnitObjection, r.Reason
			if err := n.check(); err != nil {
				return err
			}
			if err := n.write(ctx, tx); err != nil {
				return err
			}
			if err := n.mayRecord(ctx, tx, rules, rules.Today(s.now())); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO recusal_answers (request_id, recusal_id, refused, author) VALUES ($1, nullif($2, ''), $3, $4)`,
			id, n.ID, refused, n.Author); err != nil {
			return err
		}
		r, err = oneRequest(ctx, tx, id)
		return err
	})
	return r, recusalFailed("answer request for", id, err)
}

func oneRequest(ctx context.Context, q querier, id string) (RecusalRequest, error) {
	rows, err := q.Query(ctx, selectRequests+` WHERE r.id = $1`, id)
	if err != nil {
		return RecusalRequest{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanRequest)
}
