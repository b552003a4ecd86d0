package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// digestPage is how many people's digests are made in one transaction.
const digestPage = 50

// Digests makes the digests of today of a page of people for whom reminders
// wait, and reports how many it made and whether there may be more. On a day
// off, or before the hour, it makes none; whoever had today's waits for the next
// working day. Whatever waited is in the one digest, however long it waited, as
// far as it still stands. Whoever sees to all cases is told the figures too, and
// has a digest for them alone. Where there are none to be had, the digests go
// without, and the error says so.
func (s *Store) Digests(ctx context.Context, now time.Time) (made int, more bool, err error) {
	r, err := s.currentRules(ctx)
	if err != nil {
		return 0, false, err
	}
	if !r.LeaveHour(now) {
		return 0, false, nil
	}
	force, err := s.lastForce(ctx)
	if err != nil {
		return 0, false, err
	}
	figures, errFigures := s.figuresOf(ctx, r, now)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		made, more = 0, false
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, mailLock); err != nil {
			return err
		}
		d := digests{store: s, tx: tx, force: force, rules: r, figures: figures, now: now, day: r.Today(now)}
		if d.unsettled, err = unsettled(ctx, tx, d.day); err != nil {
			return err
		}
		left, err := d.leaveGone(ctx)
		if err != nil || left {
			more = left
			return err
		}
		accounts, err := d.overseers(ctx)
		if err != nil {
			return err
		}
		if len(accounts) > 0 { // all of them at once, so that all are told the same
			made, err = d.make(ctx, accounts, figures)
			more = true
			return err
		}
		if accounts, err = d.accounts(ctx); err != nil {
			return err
		}
		more = len(accounts) == digestPage
		if len(accounts) == 0 {
			made, err = d.groups(ctx)
			return err
		}
		made, err = d.make(ctx, accounts, lifecycle.Figures{})
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("make digests: %w", plain(err))
	}
	return made, more, errFigures
}

// A digests is the making of one page.
type digests struct {
	store *Store
	tx    pgx.Tx
	force inForce
	rules lifecycle.Rules
	// figures are those of the day.
	figures lifecycle.Figures
	// unsettled is what waits for a leader to say whether it stays.
	unsettled []Unsettled
	now       time.Time
	day       calendar.Date
}

// leaveGone has letters that waited for somebody whose account was ended since
// find another reader, and reports whether there were any.
func (d digests) leaveGone(ctx context.Context) (bool, error) {
	tag, err := d.tx.Exec(ctx, `
		WITH gone AS (
		    DELETE FROM mailing_letters w USING accounts a
		    WHERE a.id = w.account_id AND a.disabled_at IS NOT NULL AND w.mailing_id IS NULL AND w.suppressed IS NULL
		    RETURNING w.case_id, w.seq, w.recipient)
		UPDATE outbox o SET routed_at = NULL FROM gone g WHERE o.case_id = g.case_id AND o.seq = g.seq AND o.recipient = g.recipient`)
	return tag.RowsAffected() > 0, err
}

// accounts lists people for whom something waits and who had no digest today.
func (d digests) accounts(ctx context.Context) ([]string, error) {
	rows, err := d.tx.Query(ctx, `
		SELECT DISTINCT w.account_id FROM mailing_letters w
		WHERE w.mailing_id IS NULL AND w.suppressed IS NULL
		    AND NOT EXISTS (SELECT FROM mailings m WHERE m.account_id = w.account_id AND m.kind = 'digest' AND m.day = $1)
		ORDER BY 1 LIMIT $2`, d.day, digestPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// A waiting is a case that waits for a person's digest, once however many
// letters there are about it.
type waiting struct {
	Account, Case, Recipient, Way string
	State                         []byte
}

// make makes the digests of some people, who are told the figures if there are
// any.
func (d digests) make(ctx context.Context, accounts []string, figures lifecycle.Figures) (int, error) {
	rows, err := d.tx.Query(ctx, `
		SELECT w.account_id, w.case_id::text, w.recipient, min(w.way), coalesce(s.state, 'null')
		FROM mailing_letters w LEFT JOIN case_states s ON s.case_id = w.case_id
		WHERE w.mailing_id IS NULL AND w.suppressed IS NULL AND w.account_id = ANY($1)
		GROUP BY w.account_id, w.case_id, w.recipient, s.state ORDER BY 1, 2, 3`, accounts)
	if err != nil {
		return 0, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waiting])
	if err != nil {
		return 0, err
	}
	rows, err = d.tx.Query(ctx, selectActors+` WHERE id = ANY($1)`, accounts)
	if err != nil {
		return 0, err
	}
	actors, err := pgx.CollectRows(rows, scanActor)
	if err != nil {
		return 0, err
	}
	people := map[string]lifecycle.Actor{}
	for _, a := range actors {
		people[a.Account] = a
	}
	lines := map[string][]lifecycle.DigestLine{}
	b := &pgx.Batch{}
	for _, w := range all {
		mine, barred, err := d.lines(ctx, w, people[w.Account])
		if err != nil {
			return 0, err
		}
		id, why := mailingID("digest", d.day.String(), w.Account), ""
		switch {
		case len(mine) > 0:
		case barred:
			id, why = "", SuppressedBarred
		default:
			id, why = "", SuppressedDone
		}
		lines[w.Account] = append(lines[w.Account], mine...)
		b.Queue(`
			UPDATE mailing_letters SET mailing_id = nullif($4, '')::uuid, suppressed = nullif($5, ''), at = $6
			WHERE case_id = $1 AND recipient = $2 AND account_id = $3 AND mailing_id IS NULL AND suppressed IS NULL`, w.Case, w.Recipient, w.Account, id, why, d.now)
	}
	for account, person := range people {
		lines[account] = append(lines[account], d.toSettle(person)...)
	}
	first := &pgx.Batch{}
	var made []string
	for _, account := range accounts {
		if len(lines[account]) == 0 && figures.None() {
			continue
		}
		id := mailingID("digest", d.day.String(), account)
		subject, text, err := d.rules.Digest(lines[account], figures, d.day)
		if err != nil {
			return 0, err
		}
		first.Queue(insertMailing, id, account, "digest", d.day, subject, text, d.now, true)
		made = append(made, id)
	}
	first.QueuedQueries = append(first.QueuedQueries, b.QueuedQueries...)
	queueMessages(first, made, d.now)
	return len(made), d.tx.SendBatch(ctx, first).Close()
}

// toSettle lists the measures of which the person must say whether they stay, and for the
// leaders' superior those with which they are late.
func (d digests) toSettle(person lifecycle.Actor) []lifecycle.DigestLine {
	var lines []lifecycle.DigestLine
	for _, u := range d.unsettled {
		if may := u.may(person); u.Fallen.Tells(person, may, d.day) {
			lines = append(lines, u.Line(!may, d.day, d.rules))
		}
	}
	return lines
}

// rings reports whether a person is told today of a measure that waits for a leader, with
// nothing else to be told of.
func (d digests) rings(person lifecycle.Actor) bool {
	return slices.ContainsFunc(d.unsettled, func(u Unsettled) bool {
		return u.Fallen.Tells(person, u.may(person), d.day) && u.Fallen.Rings(d.day, d.rules)
	})
}

func (d digests) lines(ctx context.Context, w waiting, reader lifecycle.Actor) (lines []lifecycle.DigestLine, barred bool, err error) {
	var c lifecycle.Case
	if err := json.Unmarshal(w.State, &c); err != nil {
		return nil, false, fmt.Errorf("decode case %s: %w", w.Case, err)
	}
	if c.ID == "" || reader.Account == "" {
		return nil, false, nil
	}
	r, err := d.store.rules(ctx, d.tx, d.force, c.PolicyVersion)
	if err != nil {
		return nil, false, err
	}
	lines, barred = lifecycle.DigestLines(c, lifecycle.ParseRecipient(w.Recipient), reader, lifecycle.Way(w.Way), d.now, r)
	return lines, barred, nil
}

// groups makes the one digest of the day for the robots, when something is
// overdue: what the overview of the late says. A group has members the record does not know, so it learns numbers
// and no case.
func (d digests) groups(ctx context.Context) (int, error) {
	var due bool
	err := d.tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM addresses WHERE account_id IS NULL)
		    AND NOT EXISTS (SELECT FROM mailings WHERE account_id IS NULL AND kind = 'digest' AND day = $1)`, d.day).Scan(&due)
	if err != nil || !due {
		return 0, err
	}
	late := map[policy.Level]int{}
	q := overviewQuery{kind: OverviewLate, rules: d.rules, now: d.now, today: d.day, args: pgx.NamedArgs{"most": nil}}
	q.candidates(0)
	err = q.each(ctx, d.tx, func(row overviewed) error {
		for _, i := range q.items(row) {
			late[i.Level]++
		}
		return nil
	})
	if err != nil || len(late) == 0 {
		return 0, err
	}
	subject, text, err := d.rules.GroupDigest(late, d.day)
	if err != nil {
		return 0, err
	}
	id := mailingID("digest", d.day.String(), "")
	b := &pgx.Batch{}
	b.Queue(insertMailing, id, nil, "digest", d.day, subject, text, d.now, true)
	queueMessages(b, []string{id}, d.now)
	return 1, d.tx.SendBatch(ctx, b).Close()
}
