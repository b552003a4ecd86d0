package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// A DrawRequest asks that a campaign that was drawn for be drawn for once more
// (重新抽取), or that units be left out of a draw. It stays in the record, whatever became of it.
type DrawRequest struct {
	ID       string
	Campaign string
	Asked    lifecycle.DrawOfInspectees
	Author   string
	At       time.Time
	// Answer is what a second person decided; nil as long as it waits.
	Answer *DrawAnswer
}

// A DrawAnswer grants a request or does not.
type DrawAnswer struct {
	// Draw is what was drawn then; empty when it was not granted.
	Draw   string
	Reason string
	Author string
	At     time.Time
}

const selectDrawRequests = `
SELECT r.id::text, r.campaign, r.asked::text, r.author, r.at, a.request_id IS NOT NULL, coalesce(a.draw_id::text, ''), coalesce(a.reason, ''), coalesce(a.author, ''),
    coalesce(a.at, r.at)
FROM campaign_draw_requests r LEFT JOIN campaign_draw_answers a ON a.request_id = r.id`

func scanDrawRequest(row pgx.CollectableRow) (DrawRequest, error) {
	var (
		r        DrawRequest
		a        DrawAnswer
		asked    string
		answered bool
	)
	if err := row.Scan(&r.ID, &r.Campaign, &asked, &r.Author, &r.At, &answered, &a.Draw, &a.Reason, &a.Author, &a.At); err != nil {
		return r, err
	}
	r.At, a.At = r.At.UTC(), a.At.UTC()
	if answered {
		r.Answer = &a
	}
	return r, json.Unmarshal([]byte(asked), &r.Asked)
}

func addDrawRequest(ctx context.Context, tx pgx.Tx, campaign string, asked lifecycle.DrawOfInspectees, author string) (*DrawRequest, error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	r := &DrawRequest{Campaign: campaign, Asked: asked, Author: author}
	err = tx.QueryRow(ctx, `INSERT INTO campaign_draw_requests (campaign, asked, reason, author) VALUES ($1, $2, $3, $4) RETURNING id::text, at`,
		campaign, string(text), asked.Reason, author).Scan(&r.ID, &r.At)
	r.At = r.At.UTC()
	return r, err
}

// DrawRequests lists the requests to draw for a campaign once more, the first
// first.
func (s *Store) DrawRequests(ctx context.Context, campaign string) ([]DrawRequest, error) {
	rows, err := s.pool.Query(ctx, selectDrawRequests+` WHERE r.campaign = $1 ORDER BY r.at, r.id`, campaign)
	if err != nil {
		return nil, drawFailed(campaign, err)
	}
	list, err := pgx.CollectRows(rows, scanDrawRequest)
	return list, drawFailed(campaign, err)
}

// AnswerDrawRequest grants a request to draw once more, and draws, or turns it
// down. It fails as DrawInspectees does; the request waits on then. One that was
// answered is a *FieldError.
func (s *Store) AnswerDrawRequest(ctx context.Context, id string, who lifecycle.Actor, granted bool, reason string) (DrawRequest, error) {
	if !isID(id) {
		return DrawRequest{}, ErrNotFound
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return DrawRequest{}, err
	}
	var r DrawRequest
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var err error
		if r, err = oneDrawRequest(ctx, tx, id); err != nil {
			return err
		}
		c, own, draws, _, err := drawState(ctx, tx, r.Campaign)
		if err != nil {
			return err
		}
		// Under the lock, whoever was first has answered.
		if r, err = oneDrawRequest(ctx, tx, id); err != nil {
			return err
		}
		if r.Answer != nil {
			return &lifecycle.Refusal{
				Kind: lifecycle.NotAllowed, Code: "already_answered", ZH: "这项抽取申请已经答复。", EN: "The request was answered already.",
			}
		}
		if refusal := lifecycle.RefuseAnswer(r.Author, who, granted, reason); refusal != nil {
			return refusal
		}
		var made string
		if granted {
			if refusal := r.Asked.RefuseDraw(c.ClosedAt != nil, draws, false); refusal != nil {
				return refusal
			}
			one, err := c.drawFrom(ctx, tx, rand.Reader, r.Asked, rules.Policy)
			if err != nil {
				return err
			}
			d := CampaignDraw{Campaign: r.Campaign, Number: own + 1, Author: r.Author, Reason: r.Asked.Reason, ApprovedBy: who.Account}
			if err := d.write(ctx, tx, one); err != nil {
				return err
			}
			made = d.ID
		}
		if _, err := tx.Exec(ctx, `INSERT INTO campaign_draw_answers (request_id, draw_id, reason, author) VALUES ($1, nullif($2, '')::uuid, $3, $4)`,
			id, made, reason, who.Account); err != nil {
			return err
		}
		r, err = oneDrawRequest(ctx, tx, id)
		return err
	})
	if err != nil {
		return DrawRequest{}, drawFailed(id, err)
	}
	return r, nil
}

func oneDrawRequest(ctx context.Context, q querier, id string) (DrawRequest, error) {
	rows, err := q.Query(ctx, selectDrawRequests+` WHERE r.id = $1`, id)
	if err != nil {
		return DrawRequest{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanDrawRequest)
	if err != nil {
		return DrawRequest{}, fmt.Errorf("read request %s: %w", id, err)
	}
	return r, nil
}
