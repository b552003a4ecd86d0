package store

import (
	"context"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// A RebuildReport says what a rebuild found.
type RebuildReport struct {
	Cases   int
	Changed int
}

// Rebuild folds every case from its events again and writes what differs, a case
// at a time under its lock, while the system lives. It never touches receipts,
// letters, tellings, uptime or accounts. progress may be nil.
func (s *Store) Rebuild(ctx context.Context, progress func(done, total int)) (RebuildReport, error) {
	var (
		report RebuildReport
		total  int
	)
	if err := s.pool.QueryRow(ctx, `SELECT count(*) FROM events WHERE seq = 1`).Scan(&total); err != nil {
		return report, fmt.Errorf("rebuild: %w", plain(err))
	}
	after := firstID
	for {
		rows, err := s.pool.Query(ctx, `SELECT case_id::text FROM events WHERE seq = 1 AND case_id > $1::uuid ORDER BY case_id LIMIT 500`, after)
		if err != nil {
			return report, fmt.Errorf("rebuild: %w", plain(err))
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return report, fmt.Errorf("rebuild: %w", plain(err))
		}
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			var changed bool
			err := retry(ctx, func() (err error) {
				changed, err = s.rebuild(ctx, id)
				return err
			})
			if err != nil {
				return report, fmt.Errorf("rebuild case %s: %w", id, err)
			}
			report.Cases++
			if changed {
				report.Changed++
			}
			if progress != nil {
				progress(report.Cases, total)
			}
		}
		after = ids[len(ids)-1]
	}
	stray, err := s.removeStray(ctx)
	report.Changed += stray
	return report, err
}

// removeStray removes rows of cases that have no events: nobody ever opened them.
func (s *Store) removeStray(ctx context.Context) (int, error) {
	tag, err := s.pool.Exec(ctx, `
		WITH stray AS (DELETE FROM cases c WHERE NOT EXISTS (SELECT FROM events e WHERE e.case_id = c.id AND e.seq = 1) RETURNING id),
		     views AS (DELETE FROM unit_cases u WHERE NOT EXISTS (SELECT FROM events e WHERE e.case_id = u.case_id AND e.seq = 1))
		SELECT FROM stray`)
	if err != nil {
		return 0, fmt.Errorf("rebuild: %w", plain(err))
	}
	return int(tag.RowsAffected()), nil
}

// rebuild makes one case's rows follow its events again.
func (s *Store) rebuild(ctx context.Context, id string) (changed bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM case_states WHERE case_id = $1 FOR UPDATE`, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectEvents, id, 0, 0)
		if err != nil {
			return err
		}
		events, err := pgx.CollectRows(rows, scanEvent)
		if err != nil {
			return err
		}
		c := lifecycle.Fold(events)
		var force inForce
		if err := tx.QueryRow(ctx, selectInForce).Scan(force.targets()...); err != nil {
			return err
		}
		rules, err := s.rules(ctx, tx, force, c.PolicyVersion)
		if err != nil {
			return err
		}
		row, err := project(c, rules)
		if err != nil {
			return err
		}
		before, err := rowsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := writeRows(ctx, tx, row); err != nil {
			return err
		}
		if err := writeNotices(ctx, tx, events); err != nil {
			return err
		}
		if err := writeFindingKeys(ctx, tx, id, events); err != nil {
			return err
		}
		after, err := rowsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		relisted, err := s.relist(ctx, tx, c, rules)
		if err != nil {
			return err
		}
		if changed = relisted > 0 || !reflect.DeepEqual(before, after); !changed {
			return errUnchanged
		}
		return nil
	})
	if err == errUnchanged { //nolint:errorlint // our own sentinel, never wrapped
		return false, nil
	}
	return changed, err
}

// errUnchanged rolls a rebuild of a case back that would change nothing, so that
// not even a row's physical version moves.
var errUnchanged = fmt.Errorf("unchanged")

func writeRows(ctx context.Context, tx pgx.Tx, row caseRow) error {
	b := &pgx.Batch{}
	b.Queue(upsertCase, row.args()...)
	b.Queue(upsertState, row.c.ID, row.state)
	b.Queue(`DELETE FROM unit_cases WHERE case_id = $1`, row.c.ID)
	if row.unitView != nil {
		b.Queue(upsertUnitCase, row.unitArgs()...)
	}
	for _, unit := range row.c.FormerUnits {
		if unit == row.c.Unit && row.unitView != nil {
			continue // it came back to this unit, and is its own now
		}
		args, err := misdirectedArgs(row.c, unit)
		if err != nil {
			return err
		}
		b.Queue(upsertUnitCase, args...)
	}
	return tx.SendBatch(ctx, b).Close()
}

// rowsOf reads a case's rows as text, to compare them whole.
func rowsOf(ctx context.Context, tx pgx.Tx, id string) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT c::text FROM cases c WHERE id = $1
		UNION ALL SELECT s::text FROM case_states s WHERE case_id = $1
		UNION ALL (SELECT u::text FROM unit_cases u WHERE case_id = $1 ORDER BY unit_id)
		UNION ALL (SELECT k::text FROM finding_keys k WHERE case_id = $1 ORDER BY key)
		UNION ALL (SELECT n::text FROM notices n WHERE id IN (`+noticeIDsOf+`) ORDER BY id)`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
