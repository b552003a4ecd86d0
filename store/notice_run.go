package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// KindNotices is the kind of job that drafts or signs the notices of a campaign;
// the job has the id of its run.
const KindNotices = "notices"

// A NoticeAction is what is done to all notices of a campaign.
type NoticeAction string

// The actions.
const (
	DraftNotices NoticeAction = "draft" // one for each unit with findings that wait for theirs
	SignNotices  NoticeAction = "sign"  // those that wait for their signature
)

// A NoticeRun is one action on all notices of a campaign, and how far it is.
type NoticeRun struct {
	ID       string
	Campaign string
	Action   NoticeAction
	Author   string
	At       time.Time
	// Total counts the units concerned, Done those whose notice is drafted or
	// signed, Failed those that the rules turned down.
	Total, Done, Failed int
	DoneAt              *time.Time
}

// A NoticeRunUnit is what became of one unit in a run.
type NoticeRunUnit struct {
	Unit     string
	UnitName string
	Cases    []string
	Done     bool
	Refusal  *lifecycle.Refusal
}

// StartNoticeRun orders that the notices of a campaign are drafted, with the
// content of a submit_notice, or signed. What it concerns is what there is now:
// a leader signs what he could have read. The same key gets the same run.
func (s *Store) StartNoticeRun(ctx context.Context, who lifecycle.Actor, campaign string, action NoticeAction, body lifecycle.SubmitNotice, key string, at time.Time) (NoticeRun, error) {
	id := CommandID(who.Account, "notices:"+key)
	content, err := json.Marshal(body)
	if err != nil {
		return NoticeRun{}, fmt.Errorf("order notices of campaign %s: %w", campaign, err)
	}
	if _, err := s.Campaign(ctx, campaign); err != nil {
		return NoticeRun{}, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var (
			have    NoticeRun
			earlier []byte
		)
		// Whoever sends the same key at once waits here.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, id); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT campaign, action, content FROM notice_runs WHERE id = $1`, id).Scan(&have.Campaign, &have.Action, &earlier)
		if err == nil {
			if have.Campaign != campaign || have.Action != action || !bytes.Equal(earlier, content) {
				return ErrKeyReused
			}
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO notice_runs (id, campaign, action, content, author, at, total, done_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $6)`,
			id, campaign, string(action), content, who.Account, at)
		b.Queue(concernedUnits[action], id, campaign)
		b.Queue(`
			UPDATE notice_runs r SET total = n.total, done_at = CASE WHEN n.total = 0 THEN r.at END
			FROM (SELECT count(*) AS total FROM notice_run_units WHERE run_id = $1) n WHERE r.id = $1`, id)
		b.Queue(`INSERT INTO jobs (id, kind, args, author, done_at) SELECT id, $2, '{}', author, done_at FROM notice_runs WHERE id = $1`, id, KindNotices)
		return tx.SendBatch(ctx, b).Close()
	})
	if errors.Is(err, ErrKeyReused) {
		return NoticeRun{}, ErrKeyReused
	}
	if err != nil {
		return NoticeRun{}, fmt.Errorf("order notices of campaign %s: %w", campaign, plain(err))
	}
	return s.NoticeRun(ctx, id)
}

// concernedUnits are the units that an action concerns, in the order of their
// names, each with its cases in the order of their numbers.
var concernedUnits = map[NoticeAction]string{ //nolint:gochecknoglobals // an immutable table, never assigned again
	DraftNotices: `
		INSERT INTO notice_run_units (run_id, no, unit_id, cases)
		SELECT $1, row_number() OVER (ORDER BY u.name, u.id), u.id, x.cases FROM (
			SELECT unit_id, array_agg(c.id ORDER BY c.number_key) AS cases FROM cases c JOIN case_states s ON s.case_id = c.id
			WHERE c.campaign = $2 AND c.stage = 'notice_drafting' AND NOT s.state ? 'feedback' GROUP BY unit_id
		) x JOIN units u ON u.id = x.unit_id`,
	SignNotices: `
		INSERT INTO notice_run_units (run_id, no, unit_id, notice_id, cases)
		SELECT $1, row_number() OVER (ORDER BY u.name, u.id, x.notice_id), u.id, x.notice_id, x.cases FROM (
			SELECT c.unit_id, coalesce(s.state -> 'feedback' ->> 'id', s.state -> 'notice' ->> 'id')::uuid AS notice_id, array_agg(c.id ORDER BY c.number_key) AS cases
			FROM cases c JOIN case_states s ON s.case_id = c.id WHERE c.campaign = $2 AND c.stage = 'notice_approval' GROUP BY 1, 2
		) x JOIN units u ON u.id = x.unit_id`,
}

// NoticeRun returns one run.
func (s *Store) NoticeRun(ctx context.Context, id string) (NoticeRun, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, campaign, action, author, at, total, done, failed, done_at FROM notice_runs WHERE id = $1`, id)
	if err != nil {
		return NoticeRun{}, fmt.Errorf("read notice run %s: %w", id, plain(err))
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[NoticeRun])
	if err != nil {
		return NoticeRun{}, fmt.Errorf("read notice run %s: %w", id, plain(err))
	}
	return r, nil
}

// NoticeRunUnits lists what became of the units of a run, those that were turned
// down first.
func (s *Store) NoticeRunUnits(ctx context.Context, id string) ([]NoticeRunUnit, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT r.unit_id, u.name, r.cases::text[], r.done, r.refusal FROM notice_run_units r JOIN units u ON u.id = r.unit_id
		WHERE r.run_id = $1 ORDER BY r.refusal IS NULL, r.no`, id)
	if err != nil {
		return nil, fmt.Errorf("read units of notice run %s: %w", id, plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[NoticeRunUnit])
	if err != nil {
		return nil, fmt.Errorf("read units of notice run %s: %w", id, plain(err))
	}
	return list, nil
}

// RunNotices drafts or signs the notices of up to limit units of a run, each in
// its own transaction, and reports how many were settled and whether there are
// more. Two may do it at once, and it may break off anywhere: what was done is
// found to be by its key. A unit that the rules turn down holds up no other.
func (s *Store) RunNotices(ctx context.Context, id string, limit int, beat func()) (done int, more bool, err error) {
	run, err := s.NoticeRun(ctx, id)
	if err != nil || run.DoneAt != nil {
		return 0, false, err
	}
	who, err := s.opener(ctx, run.Author)
	if err != nil {
		return 0, false, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT u.no, coalesce(u.notice_id::text, ''), u.cases::text[], r.content FROM notice_run_units u JOIN notice_runs r ON r.id = u.run_id
		WHERE u.run_id = $1 AND NOT u.done AND u.refusal IS NULL ORDER BY u.no LIMIT $2`, id, limit)
	if err != nil {
		return 0, false, fmt.Errorf("run notices %s: %w", id, plain(err))
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waitingNotice])
	if err != nil {
		return 0, false, fmt.Errorf("run notices %s: %w", id, plain(err))
	}
	for _, w := range waiting {
		if err := s.runNotice(ctx, run, who, w); err != nil {
			return done, true, fmt.Errorf("run notices %s, unit %d: %w", id, w.No, err)
		}
		done++
		if beat != nil {
			beat()
		}
	}
	more, err = s.noteNotices(ctx, id)
	return done, more, err
}

type waitingNotice struct {
	No      int
	Notice  string
	Cases   []string
	Content []byte
}

// runNotice does what a run wants of one unit, and notes what became of it.
func (s *Store) runNotice(ctx context.Context, run NoticeRun, who lifecycle.Actor, w waitingNotice) error {
	var body lifecycle.CommandBody = &lifecycle.ApproveNotice{Notice: w.Notice}
	if run.Action == DraftNotices {
		draft := &lifecycle.SubmitNotice{}
		if err := json.Unmarshal(w.Content, draft); err != nil {
			return err
		}
		draft.Cases = w.Cases[1:]
		body = draft
	}
	answer, err := s.Execute(ctx, Request{
		Actor: who, Key: fmt.Sprintf("system:notices:%s:%d", run.ID, w.No), Case: w.Cases[0], ReceivedAt: run.At, Body: body,
	})
	if err != nil {
		return err
	}
	var refusal []byte
	if answer.Refusal != nil {
		if refusal, err = json.Marshal(answer.Refusal); err != nil {
			return err
		}
	}
	_, err = s.pool.Exec(ctx, `UPDATE notice_run_units SET done = $3, refusal = $4 WHERE run_id = $1 AND no = $2`, run.ID, w.No, answer.Refusal == nil, refusal)
	return plain(err)
}

// noteNotices counts what became of a run, and ends its job when nothing is left.
func (s *Store) noteNotices(ctx context.Context, id string) (more bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Whoever else does the same run waits here, so that the last of them sees
		// what all of them did.
		if _, err := tx.Exec(ctx, `SELECT FROM notice_runs WHERE id = $1 FOR UPDATE`, id); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`
			UPDATE notice_runs r SET done = n.done, failed = n.failed, done_at = CASE WHEN n.done + n.failed = r.total THEN coalesce(r.done_at, now()) END
			FROM (SELECT count(*) FILTER (WHERE done) AS done, count(refusal) AS failed FROM notice_run_units WHERE run_id = $1) n
			WHERE r.id = $1`, id)
		b.Queue(`
			UPDATE jobs j SET done = r.done + r.failed, done_at = r.done_at FROM notice_runs r
			WHERE j.id = $1 AND r.id = $1 RETURNING j.done_at IS NULL`, id).QueryRow(func(row pgx.Row) error { return row.Scan(&more) })
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return true, fmt.Errorf("note notices %s: %w", id, plain(err))
	}
	return more, nil
}
