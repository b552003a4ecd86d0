package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// StartImport orders the job that opens an import's cases. Of findings only who sent the
// workbook may: the drafts will be theirs. Cases in hand a leader confirms so, who is
// another. Ordered once more, nothing changes.
func (s *Store) StartImport(ctx context.Context, who lifecycle.Actor, id string, at time.Time) (Import, error) {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var (
			author, state string
			inHand        bool
		)
		if err := tx.QueryRow(ctx, `SELECT author, state, in_hand FROM imports WHERE id = $1 FOR UPDATE`, id).Scan(&author, &state, &inHand); err != nil {
			return err
		}
		switch {
		case inHand && !who.Has(lifecycle.Leader):
			return &lifecycle.Refusal{
				Kind: lifecycle.Forbidden, Code: "leader_confirms",
				ZH: "转入在办事项须由工委领导确认。", EN: "A leader confirms the cases in hand that are taken over.",
			}
		case inHand && author == who.Account:
			return &lifecycle.Refusal{
				Kind: lifecycle.Forbidden, Code: "own_take_over",
				ZH: "转入在办事项须由另一位工委领导确认，不能由导入人自己确认。", EN: "Another person, a leader, confirms what is taken over; nobody confirms his own import.",
			}
		case !inHand && author != who.Account:
			return &lifecycle.Refusal{
				Kind: lifecycle.Forbidden, Code: "not_author",
				ZH: "只有上传的人可以登记这批问题。", EN: "Only who sent the workbook may open its cases.",
			}
		case ImportState(state) == ImportRefused:
			return &lifecycle.Refusal{
				Kind: lifecycle.NotAllowed, Code: "import_refused",
				ZH: "这份工作簿有错误，不能登记。请改正后重新上传。", EN: "The workbook has errors; mend it and send it again.",
			}
		case ImportState(state) != ImportChecked:
			return nil
		}
		b := &pgx.Batch{}
		b.Queue(`UPDATE imports SET state = 'opening', opening_at = $2, confirmed_by = CASE WHEN in_hand THEN $3 END WHERE id = $1`, id, at, who.Account)
		b.Queue(`INSERT INTO jobs (id, kind, args, author) VALUES ($1, $2, '{}', $3)`, id, KindImport, author)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return Import{}, fmt.Errorf("start import %s: %w", id, plain(err))
	}
	return s.Import(ctx, id)
}

// ImportKey is the idempotency key a row of an import is opened under. Nobody
// can send it from outside, and the same row has the same for ever.
func ImportKey(importID string, row int) string {
	return fmt.Sprintf("system:import:%s:%d", importID, row)
}

// OpenImport opens the cases of up to limit rows of an import, in their order,
// each in its own transaction, and reports how many rows were settled and
// whether there are more. Two may do it at once, and it may break off anywhere:
// a row that was opened already is found to be so by its key. A finding that is a
// case from elsewhere, another import perhaps that runs now, is turned down unless
// duplicates are meant. A row that the rules turn down holds up no other. After each row it calls beat, if given.
func (s *Store) OpenImport(ctx context.Context, id string, limit int, beat func()) (done int, more bool, err error) {
	i, err := s.Import(ctx, id)
	switch {
	case err != nil:
		return 0, false, err
	case i.State != ImportOpening:
		return 0, false, nil
	}
	who, err := s.opener(ctx, i.Author)
	if err != nil {
		return 0, false, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT row, content FROM import_rows WHERE import_id = $1 AND content IS NOT NULL AND case_id IS NULL AND refusal IS NULL ORDER BY row LIMIT $2`, id, limit)
	if err != nil {
		return 0, false, fmt.Errorf("open import %s: %w", id, plain(err))
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waitingRow])
	if err != nil {
		return 0, false, fmt.Errorf("open import %s: %w", id, plain(err))
	}
	settled := make([]settledRow, 0, len(waiting))
	for _, w := range waiting {
		one, openErr := s.openRow(ctx, i, who, w)
		if openErr != nil {
			err = fmt.Errorf("open import %s row %d: %w", id, w.Row, openErr)
			break
		}
		settled = append(settled, one)
		if beat != nil {
			beat()
		}
	}
	// What was opened is noted even when the caller has gone: it costs a moment,
	// and would be found out row by row otherwise.
	note, cancel := context.WithTimeout(context.WithoutCancel(ctx), acquireLimit)
	defer cancel()
	more, noteErr := s.noteImport(note, id, settled)
	return len(settled), more, errors.Join(err, noteErr)
}

// opener is the person whose cases they become, with the roles held now.
func (s *Store) opener(ctx context.Context, account string) (lifecycle.Actor, error) {
	a, err := s.Account(ctx, account)
	if err != nil {
		return lifecycle.Actor{}, err
	}
	who := lifecycle.Actor{Account: a.ID, Name: a.Name, Roles: a.Roles, Unit: a.Unit}
	return who, nil
}

type waitingRow struct {
	Row     int
	Content []byte
}

type settledRow struct {
	row     int
	caseID  string
	refusal []byte
}

func (s *Store) openRow(ctx context.Context, i Import, who lifecycle.Actor, w waitingRow) (settledRow, error) {
	var body lifecycle.CommandBody = &lifecycle.OpenCase{}
	if i.InHand {
		body = &lifecycle.TakeOverCase{}
	}
	if err := json.Unmarshal(w.Content, body); err != nil {
		return settledRow{}, err
	}
	if taken, ok := body.(*lifecycle.TakeOverCase); ok {
		taken.ConfirmedBy = i.ConfirmedBy
	}
	answer, err := s.Execute(ctx, Request{
		Actor: who, Key: ImportKey(i.ID, w.Row), ReceivedAt: i.OpeningAt, Body: body, Once: !i.Duplicates,
	})
	if err != nil {
		return settledRow{}, err
	}
	if answer.Refusal == nil {
		return settledRow{row: w.Row, caseID: answer.Case.ID}, nil
	}
	refusal, err := json.Marshal(answer.Refusal)
	return settledRow{row: w.Row, refusal: refusal}, err
}

// noteImport notes what became of rows, and ends the job when none is left.
func (s *Store) noteImport(ctx context.Context, id string, settled []settledRow) (more bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Whoever else does the same import waits here, so that the last of them
		// sees what all of them did.
		if _, err := tx.Exec(ctx, `SELECT FROM imports WHERE id = $1 FOR UPDATE`, id); err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, r := range settled {
			if r.refusal != nil {
				b.Queue(`UPDATE import_rows SET refusal = $3 WHERE import_id = $1 AND row = $2 AND case_id IS NULL`, id, r.row, r.refusal)
			} else {
				b.Queue(`UPDATE import_rows SET case_id = $3, refusal = NULL WHERE import_id = $1 AND row = $2`, id, r.row, r.caseID)
			}
		}
		b.Queue(`
			UPDATE imports i SET opened = n.opened, failed = n.failed,
				state = CASE WHEN n.opened + n.failed = i.rows THEN 'done' ELSE i.state END,
				done_at = CASE WHEN n.opened + n.failed = i.rows THEN coalesce(i.done_at, now()) END
			FROM (SELECT count(case_id) AS opened, count(refusal) AS failed FROM import_rows WHERE import_id = $1) n
			WHERE i.id = $1`, id)
		b.Queue(`
			UPDATE jobs j SET done = i.opened + i.failed, done_at = i.done_at FROM imports i
			WHERE j.id = $1 AND i.id = $1 RETURNING j.done_at IS NULL`, id).QueryRow(func(row pgx.Row) error { return row.Scan(&more) })
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return true, fmt.Errorf("note import %s: %w", id, plain(err))
	}
	return more, nil
}

// A FailedRow is a row that was turned down when its case should have been
// opened.
type FailedRow struct {
	Row     int
	Refusal lifecycle.Refusal
}

// FailedRows lists the first rows of an import that were turned down.
func (s *Store) FailedRows(ctx context.Context, id string, limit int) ([]FailedRow, error) {
	rows, err := s.pool.Query(ctx, `SELECT row, refusal FROM import_rows WHERE import_id = $1 AND refusal IS NOT NULL ORDER BY row LIMIT $2`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("list rows of import %s: %w", id, plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f FailedRow, err error) {
		err = row.Scan(&f.Row, &f.Refusal)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list rows of import %s: %w", id, plain(err))
	}
	return list, nil
}
