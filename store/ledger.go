package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// A LedgerRow is a case as the ledger tells it: its row of the list, and the
// whole case.
type LedgerRow struct {
	CaseRow
	Case     lifecycle.Case
	ClosedOn calendar.Date
}

// ledgerLimit bounds one statement of a ledger: the first may have to sort all
// cases there are.
const ledgerLimit = time.Minute

// ledgerBatch is how many rows of a ledger are in memory at once.
const ledgerBatch = 200

// ErrTooMany: more cases pass the filter than the asker can take.
var ErrTooMany = &FieldError{Field: "", Code: "too_many_cases", ZH: "符合条件的事项过多，一张表放不下，请缩小范围。", EN: "More cases pass the filter than one sheet can hold; choose fewer."}

// Ledger yields every case that passes the filter, in the order of Cases, out of
// one snapshot that locks nothing; the filter's cursor and limit say nothing
// here. Of more than most it yields none and fails with ErrTooMany. It ends at
// the first error of yield.
func (s *Store) Ledger(ctx context.Context, a lifecycle.Actor, f Filter, most int, yield func(LedgerRow) error) error {
	if a.Unit != "" {
		return ErrNotFound
	}
	if f.contradicts() {
		return nil
	}
	f.Cursor = ""
	if f.Sort == "" {
		f.Sort = ByDue
	}
	rules, err := s.lastRules(ctx)
	if err != nil {
		return err
	}
	l := list{args: pgx.NamedArgs{}, days: rules.Timeline}
	if err := l.filter(a, f); err != nil {
		return err
	}
	order, err := l.order(f)
	if err != nil {
		return err
	}
	l.args["limit"] = most + 1
	conn, err := s.acquire(ctx)
	if err != nil {
		return fmt.Errorf("read ledger: %w", plain(err))
	}
	defer conn.Release()
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return l.read(ctx, tx, order, most, yield)
	})
	if err != nil {
		return fmt.Errorf("read ledger: %w", plain(err))
	}
	return nil
}

// read counts what passes and fetches it through a cursor, a batch at a time.
func (l *list) read(ctx context.Context, tx pgx.Tx, order string, most int, yield func(LedgerRow) error) error {
	if _, err := tx.Exec(ctx, fmt.Sprintf(`SET LOCAL statement_timeout = %d`, ledgerLimit.Milliseconds())); err != nil {
		return err
	}
	var n int
	page := staffList.page(l.where, order)
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM ("+page+") x", pgx.QueryExecModeCacheDescribe, l.args).Scan(&n); err != nil {
		return err
	}
	if n > most {
		return ErrTooMany
	}
	from := staffList
	from.columns += ", c.closed_at, s.state"
	from.beside += " JOIN case_states s ON s.case_id = c.id"
	sql := "DECLARE ledger NO SCROLL CURSOR FOR " + from.query(l.where, order)
	// A cursor takes no arguments from the protocol; pgx writes them into the
	// text, quoted.
	if _, err := tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol, l.args); err != nil {
		return err
	}
	for {
		rows, err := tx.Query(ctx, fmt.Sprintf(`FETCH %d FROM ledger`, ledgerBatch), pgx.QueryExecModeExec)
		if err != nil {
			return err
		}
		batch, err := pgx.CollectRows(rows, l.scan)
		if err != nil {
			return err
		}
		for _, row := range batch {
			if err := yield(row); err != nil {
				return err
			}
		}
		if len(batch) < ledgerBatch {
			return nil
		}
	}
}

func (l *list) scan(row pgx.CollectableRow) (LedgerRow, error) {
	var (
		state  []byte
		closed *time.Time
		out    LedgerRow
	)
	r, err := scanListed(withMore{row, []any{&closed, &state}})
	if err != nil {
		return out, err
	}
	out.CaseRow = r.CaseRow
	if closed != nil {
		out.ClosedOn = l.days.Date(*closed)
	}
	if err := json.Unmarshal(state, &out.Case); err != nil {
		return out, fmt.Errorf("decode case %s: %w", r.ID, err)
	}
	return out, nil
}

// withMore is a row whose last columns go to targets of its own.
type withMore struct {
	pgx.CollectableRow
	more []any
}

// Scan reads the row.
func (r withMore) Scan(targets ...any) error {
	return r.CollectableRow.Scan(append(targets, r.more...)...)
}
