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

// KindImport is the kind of job that opens the cases of an import; the job has
// the import's id.
const KindImport = "import"

// An ImportState says how far an import is.
type ImportState string

// The states.
const (
	ImportRefused ImportState = "refused" // its rows have errors
	ImportChecked ImportState = "checked" // every row can be opened
	ImportOpening ImportState = "opening" // a job opens its cases
	ImportDone    ImportState = "done"    // every row is a case, or was turned down
)

// An Import is a workbook of findings that somebody sent.
type Import struct {
	ID         string
	Author     string
	AuthorName string
	At         time.Time
	File       string
	Sum        []byte
	Campaign   string
	// Duplicates: findings that are cases already are opened all the same.
	Duplicates bool
	// InHand: its rows are cases in hand, which ConfirmedBy, a leader, let in.
	InHand      bool
	ConfirmedBy string
	State       ImportState
	// Rows are those to be opened; rows of a ledger that are cases are none of them.
	Rows int
	// Opened and Failed are how many rows became a case, and how many were
	// turned down when they should have.
	Opened    int
	Failed    int
	OpeningAt time.Time
	DoneAt    time.Time
}

// NewImport is what an import is made from.
type NewImport struct {
	Author   string
	File     string
	Sum      []byte
	Campaign string
	// Again: the same file may come once more. Duplicates: findings that are cases
	// already are opened all the same.
	Again, Duplicates bool
	// InHand: the rows are cases in hand. They need no campaign.
	InHand bool
}

// An ImportRow is one row of a workbook, as it was typed and as what it was
// taken for.
type ImportRow struct {
	Row   int
	Cells []string
	// Body is nil when the row has faults, or is a case already.
	Body *lifecycle.OpenCase
	// InHand is how far a case in hand has come; nil for a finding.
	InHand *lifecycle.InHand
	// Faults and Hint are JSON, and nil when there are none.
	Faults, Hint []byte
}

// A Checked is what reading a workbook came to. Header and Faults are JSON.
type Checked struct {
	Rows           int
	Good           bool
	Header, Faults []byte
}

// A SameFileError says that a file was imported before.
type SameFileError struct{ Before Import }

// Error says so.
func (e *SameFileError) Error() string { return "the file was imported before, as " + e.Before.ID }

const (
	// importBatch is how many rows are written in one round trip.
	importBatch = 200
	// refusedKept is how long what was refused is kept, to be given back.
	refusedKept = 7 * 24 * time.Hour
	// maxRefused is how many refused workbooks of one person are kept: the latest.
	maxRefused = 20
)

// AddImport records a workbook while it is read: read hands over each row, and
// says at the end what the reading came to. Its error leaves nothing written.
// The same file once more is a *SameFileError unless it is meant.
func (s *Store) AddImport(ctx context.Context, n NewImport, read func(add func(ImportRow) error) (Checked, error)) (Import, error) {
	id := newID()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Two of the same file wait for each other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('duban import ' || encode($1, 'hex'), 0))`, n.Sum); err != nil {
			return err
		}
		if n.Campaign != "" || !n.InHand {
			if err := openCampaign(ctx, tx, n.Campaign); err != nil {
				return err
			}
		}
		// The sheet is read meanwhile.
		if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = '60s'`); err != nil {
			return err
		}
		if !n.Again {
			if err := sameFile(ctx, tx, n); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM imports WHERE state = 'refused' AND at < now() - $1::interval`, interval(refusedKept)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM imports WHERE id IN (SELECT id FROM imports WHERE author = $1 AND state = 'refused' ORDER BY at DESC, id OFFSET $2)`, n.Author, maxRefused-1); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO imports (id, author, file, sum, campaign, duplicates, in_hand, state, rows) VALUES ($1, $2, $3, $4, $5, $6, $7, 'refused', 0)`,
			id, n.Author, n.File, n.Sum, n.Campaign, n.Duplicates, n.InHand); err != nil {
			return err
		}
		w := &importWriter{tx: tx, id: id}
		checked, err := read(func(r ImportRow) error { return w.add(ctx, r) })
		if err != nil {
			return err
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		state := ImportRefused
		if checked.Good {
			state = ImportChecked
		}
		_, err = tx.Exec(ctx, `UPDATE imports SET state = $2, rows = $3, header = $4, faults = $5 WHERE id = $1`,
			id, string(state), checked.Rows, checked.Header, checked.Faults)
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("add import: %w", plain(err))
	}
	return s.Import(ctx, id)
}

// sameFile tells of an import of the same file; of one that can be gone on with
// before any other.
func sameFile(ctx context.Context, tx pgx.Tx, n NewImport) error {
	rows, err := tx.Query(ctx, selectImports+` WHERE i.sum = $1 AND i.state <> 'refused'
		ORDER BY i.author = $2 AND i.campaign = $3 AND i.state <> 'done' DESC, i.at LIMIT 1`, n.Sum, n.Author, n.Campaign)
	if err != nil {
		return err
	}
	before, err := pgx.CollectRows(rows, scanImport)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return &SameFileError{Before: before[0]}
	}
	return nil
}

// An importWriter writes rows as they come, some at a time.
type importWriter struct {
	tx    pgx.Tx
	id    string
	batch pgx.Batch
}

func (w *importWriter) add(ctx context.Context, r ImportRow) error {
	cells, err := json.Marshal(r.Cells)
	if err != nil {
		return err
	}
	var content []byte
	if r.Body != nil {
		if content, err = json.Marshal(opening(r.Body, r.InHand, "")); err != nil {
			return err
		}
	}
	w.batch.Queue(`INSERT INTO import_rows (import_id, row, content, cells, faults, hint) VALUES ($1, $2, $3, $4, $5, $6)`, w.id, r.Row, content, cells, r.Faults, r.Hint)
	if w.batch.Len() < importBatch {
		return nil
	}
	return w.flush(ctx)
}

func (w *importWriter) flush(ctx context.Context) error {
	if w.batch.Len() == 0 {
		return nil
	}
	err := w.tx.SendBatch(ctx, &w.batch).Close()
	w.batch = pgx.Batch{}
	return err
}

const selectImports = `
SELECT i.id, i.author, a.name, i.at, i.file, i.sum, i.campaign, i.duplicates, i.in_hand, coalesce(i.confirmed_by, ''), i.state, i.rows, i.opened, i.failed, i.opening_at, i.done_at
FROM imports i JOIN accounts a ON a.id = i.author`

func scanImport(row pgx.CollectableRow) (i Import, err error) {
	var opening, done *time.Time
	err = row.Scan(&i.ID, &i.Author, &i.AuthorName, &i.At, &i.File, &i.Sum, &i.Campaign, &i.Duplicates, &i.InHand, &i.ConfirmedBy, (*string)(&i.State), &i.Rows, &i.Opened, &i.Failed, &opening, &done)
	i.At = i.At.UTC()
	if opening != nil {
		i.OpeningAt = opening.UTC()
	}
	if done != nil {
		i.DoneAt = done.UTC()
	}
	return i, err
}

// Import returns one import.
func (s *Store) Import(ctx context.Context, id string) (Import, error) {
	rows, err := s.pool.Query(ctx, selectImports+` WHERE i.id = $1`, id)
	if err != nil {
		return Import{}, fmt.Errorf("read import %s: %w", id, plain(err))
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanImport)
	if err != nil {
		return Import{}, fmt.Errorf("read import %s: %w", id, plain(err))
	}
	return i, nil
}

// Imports lists imports, the latest first, those older than the one named.
func (s *Store) Imports(ctx context.Context, after string, limit int) ([]Import, error) {
	rows, err := s.pool.Query(ctx, selectImports+`
		WHERE $1 = '' OR (i.at, i.id) < (SELECT at, id FROM imports WHERE id = $1) ORDER BY i.at DESC, i.id DESC LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, scanImport)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", plain(err))
	}
	return list, nil
}

// ImportSheet gives back a workbook as it came: its header and its faults as
// JSON, and every row in order.
func (s *Store) ImportSheet(ctx context.Context, id string, head func(header, faults []byte) error, row func(ImportRow) error) error {
	var header, faults []byte
	if err := s.pool.QueryRow(ctx, `SELECT header, faults FROM imports WHERE id = $1`, id).Scan(&header, &faults); err != nil {
		return fmt.Errorf("read import %s: %w", id, plain(err))
	}
	if err := head(header, faults); err != nil {
		return err
	}
	for after := 0; ; {
		page, err := s.sheetPage(ctx, id, after)
		if err != nil {
			return fmt.Errorf("read import %s: %w", id, plain(err))
		}
		for _, r := range page {
			if err := row(r); err != nil {
				return err
			}
			after = r.Row
		}
		if len(page) < importBatch {
			return nil
		}
	}
}

func (s *Store) sheetPage(ctx context.Context, id string, after int) ([]ImportRow, error) {
	rows, err := s.pool.Query(ctx, `SELECT row, cells, faults, hint FROM import_rows WHERE import_id = $1 AND row > $2 ORDER BY row LIMIT $3`, id, after, importBatch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ImportRow, err error) {
		var cells []byte
		if err := row.Scan(&r.Row, &cells, &r.Faults, &r.Hint); err != nil {
			return r, err
		}
		return r, json.Unmarshal(cells, &r.Cells)
	})
}

// judged stands for the leader who will confirm a case in hand, before it is known who
// that is.
const judged = "a leader"

// opening is the command that opens the case of a row.
func opening(b *lifecycle.OpenCase, inHand *lifecycle.InHand, confirmedBy string) lifecycle.CommandBody {
	if inHand == nil {
		return b
	}
	return &lifecycle.TakeOverCase{OpenCase: *b, InHand: *inHand, ConfirmedBy: confirmedBy}
}

// Judge returns what the rules would say to a finding, or to a case in hand, were it
// opened by the person now. Units and officers are taken to exist: who asks has looked
// them up.
func (s *Store) Judge(ctx context.Context, who lifecycle.Actor, at time.Time) (func(*lifecycle.OpenCase, *lifecycle.InHand) (*lifecycle.Refusal, error), error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return nil, err
	}
	covered := scopes{querier: s.pool, known: map[[2]string]bool{}}
	return func(b *lifecycle.OpenCase, inHand *lifecycle.InHand) (*lifecycle.Refusal, error) {
		rules := rules
		lacks, err := covered.uncovered(ctx, b.Unit, b.Campaign)
		if err != nil {
			return nil, fmt.Errorf("read scope of campaign %s: %w", b.Campaign, plain(err))
		}
		rules.Known.Uncovered = map[string]bool{b.Campaign: lacks}
		rules.Known.Units, rules.Known.Campaigns = map[string]bool{b.Unit: true}, map[string]bool{b.Campaign: true}
		if inHand != nil {
			rules.Known.Accounts = map[string]lifecycle.Actor{judged: {Roles: []lifecycle.Role{lifecycle.Leader}}, inHand.Officer: {Roles: []lifecycle.Role{lifecycle.Officer}}}
		}
		if err := s.knowRepeat(ctx, b, &rules.Known); err != nil {
			return nil, err
		}
		_, err = lifecycle.Decide(lifecycle.Case{}, nil, lifecycle.Command{Actor: who, Body: opening(b, inHand, judged)}, at, rules)
		no, _ := errors.AsType[*lifecycle.Refusal](err)
		return no, nil
	}, nil
}

// Officers are the ids of the accounts that may answer for cases, by name.
func (s *Store) Officers(ctx context.Context) (map[string][]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT name, id FROM accounts WHERE disabled_at IS NULL AND $1 = ANY(roles) ORDER BY name, id`, string(lifecycle.Officer)) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, fmt.Errorf("list officers: %w", plain(err))
	}
	officers := map[string][]string{}
	var name, id string
	if _, err := pgx.ForEachRow(rows, []any{&name, &id}, func() error {
		officers[name] = append(officers[name], id)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list officers: %w", plain(err))
	}
	return officers, nil
}

// openCampaign refuses a campaign that does not exist or is closed.
func openCampaign(ctx context.Context, q querier, id string) error {
	var open bool
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM campaigns WHERE id = $1 AND closed_at IS NULL)`, id).Scan(&open); err != nil {
		return err
	}
	if !open {
		return &FieldError{Field: "campaign", Code: "unknown_campaign", ZH: "没有这个督查批次，或者该批次已经结束。", EN: "There is no such campaign, or it is closed."}
	}
	return nil
}

// UnitNames are the ids of the units that exist, by name.
func (s *Store) UnitNames(ctx context.Context) (map[string]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT name, id FROM units WHERE abolished_on IS NULL`)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", plain(err))
	}
	type named struct{ Name, ID string }
	units, err := pgx.CollectRows(rows, pgx.RowToStructByPos[named])
	if err != nil {
		return nil, fmt.Errorf("list units: %w", plain(err))
	}
	names := make(map[string]string, len(units))
	for _, u := range units {
		names[u.Name] = u.ID
	}
	return names, nil
}
