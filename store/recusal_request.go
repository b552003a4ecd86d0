package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lot"
)

// A RecusalRequest is a unit's objection to an inspector, in its own words and
// by the name it knows (申请回避).
type RecusalRequest struct {
	ID        string
	Unit      string
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
// *FieldError, whatever became of the first.
func (s *Store) AddRecusalRequest(ctx context.Context, r RecusalRequest) (RecusalRequest, error) {
	if err := checkName(r.Name); err != nil {
		return RecusalRequest{}, err
	}
	if err := checkWords("reason", r.Reason); err != nil {
		return RecusalRequest{}, err
	}
	r.ID = newID()
	err := s.pool.QueryRow(ctx, `INSERT INTO recusal_requests (id, unit_id, name, reason, author) VALUES ($1, $2, $3, $4, $5) RETURNING created_at`,
		r.ID, r.Unit, r.Name, r.Reason, r.Author).Scan(&r.CreatedAt)
	switch {
	case sqlState(err) == stateUnique:
		return RecusalRequest{}, &FieldError{Field: "name", Code: "already_filed", ZH: "这项回避申请已经提交。", EN: "This request was filed already."}
	case err != nil:
		return RecusalRequest{}, fmt.Errorf("add request for recusal: %w", plain(err))
	}
	r.CreatedAt = r.CreatedAt.UTC()
	return r, nil
}

// RecusalRequests lists requests, of one unit if it is given, those that wait
// for an answer first, then the latest first.
func (s *Store) RecusalRequests(ctx context.Context, unit string, limit int) ([]RecusalRequest, error) {
	rows, err := s.pool.Query(ctx, selectRequests+` WHERE ($1 = '' OR r.unit_id = $1)
		ORDER BY $1 = '' AND a.request_id IS NOT NULL, r.created_at DESC, r.id LIMIT $2`, unit, limit)
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
SELECT r.id, r.unit_id, r.name, r.reason, r.author, r.created_at, coalesce(a.recusal_id, ''), coalesce(a.refused, ''), coalesce(a.author, ''), a.created_at
FROM recusal_requests r LEFT JOIN recusal_answers a ON a.request_id = r.id`

func scanRequest(row pgx.CollectableRow) (r RecusalRequest, err error) {
	var (
		a  RecusalAnswer
		at *time.Time
	)
	err = row.Scan(&r.ID, &r.Unit, &r.Name, &r.Reason, &r.Author, &r.CreatedAt, &a.Recusal, &a.Refused, &a.Author, &at)
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
	var r RecusalRequest
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
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
