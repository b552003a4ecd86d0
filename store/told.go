package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/lot"
)

// queueTask reads who was told of a draw, and when; nobody may have been.
func queueTask(b *pgx.Batch, caseID string, number int, told **lifecycle.LookBackDispatched) {
	b.Queue(`SELECT number, task, told_at, told FROM sealed.tasks WHERE case_id = $1 AND number = $2`, caseID, number).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lifecycle.LookBackDispatched])
		for _, t := range found {
			t.ToldAt = t.ToldAt.UTC()
			*told = &t
		}
		return err
	})
}

// endDraws records of every draw that ends with the transaction that its team was
// told, if it was.
func (p *plan) endDraws(ctx context.Context) error {
	for _, k := range p.tracked {
		number := lifecycle.EndedDraw(k.before, k.c)
		if number == 0 {
			continue
		}
		var told *lifecycle.LookBackDispatched
		b := &pgx.Batch{}
		as(b, RoleDispatch, func(b *pgx.Batch) { queueTask(b, k.c.ID, number, &told) })
		if err := p.tx.send(ctx, b); err != nil {
			return fmt.Errorf("read who was told of %s: %w", k.c.ID, err)
		}
		if told != nil {
			k.add(lifecycle.DecideTold(k.c, *told, k.c.At, k.rules))
		}
	}
	return nil
}

// wasTold reports whether the team of a draw was told.
func (p *plan) wasTold(ctx context.Context, due dueLookBack) (told bool, err error) {
	b := &pgx.Batch{}
	as(b, RoleDispatch, func(b *pgx.Batch) {
		b.Queue(`SELECT EXISTS (SELECT FROM sealed.tasks WHERE case_id = $1 AND number = $2)`, due.Case, due.Number).
			QueryRow(func(row pgx.Row) error { return row.Scan(&told) })
	})
	return told, p.tx.send(ctx, b)
}

// A morning is who is told that it is the day, in which words and by which ways.
type morning struct {
	task, subject, text string
	team                []string
	// accounts, addresses and kinds are their ways, one by one.
	accounts, addresses, kinds []string
}

// morning finds out how a team is told, under the rules of the day.
func (p *plan) morning(ctx context.Context, r lifecycle.Rules, team []string) (m morning, err error) {
	m.task, m.team = "T-"+rand.Text()[:10], team
	if m.subject, m.text, err = r.TaskText(m.task); err != nil {
		return m, err
	}
	rows, err := p.tx.conn.Query(ctx, `SELECT account_id, id, kind FROM addresses WHERE account_id = ANY($1) ORDER BY id`, team) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return m, err
	}
	var account, id, kind string
	_, err = pgx.ForEachRow(rows, []any{&account, &id, &kind}, func() error {
		m.accounts, m.addresses, m.kinds = append(m.accounts, account), append(m.addresses, id), append(m.kinds, kind)
		return nil
	})
	return m, err
}

// tell queues the task and what its people are told: that there is one, and
// nothing of where. All of it is sealed: nobody else may read that they were told.
// A draw is told once, however often it is tried.
func (m morning) tell(b *pgx.Batch, drawn lot.Plan, now time.Time) {
	as(b, RoleDispatch, func(b *pgx.Batch) {
		b.Queue(`INSERT INTO sealed.tasks (task, case_id, number, told_at, told) VALUES ($1, $2, $3, $4, $5)`, m.task, drawn.Case, drawn.Number, now, m.team)
		b.Queue(`
			INSERT INTO mailings (id, account_id, kind, subject, content, created_at, sealed)
			SELECT *, 'task', $3, $4, $5, true FROM unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING`, taskMailings(m.task, m.team), m.team, m.subject, m.text, now)
		b.Queue(`
			INSERT INTO messages (id, mailing_id, account_id, address_id, kind, next_at, created_at, sealed)
			SELECT gen_random_uuid(), *, $5, $5, true FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) ON CONFLICT (mailing_id, address_id) DO NOTHING`,
			taskMailings(m.task, m.accounts), m.accounts, m.addresses, m.kinds, now)
	})
}

// taskMailings are the ids of what tells the people of a task.
func taskMailings(task string, told []string) []string {
	ids := make([]string, len(told))
	for i, account := range told {
		ids[i] = mailingID("task", task, account)
	}
	return ids
}

// queueTold lays open what told a team, when the record says that it was told: it is
// with the case's other messages from then on.
func (k *tracked) queueTold(b *pgx.Batch) {
	for _, e := range k.events {
		d, ok := e.Body.(*lifecycle.LookBackDispatched)
		if !ok {
			continue
		}
		made := taskMailings(d.Task, d.Told)
		as(b, RoleDispatch, func(b *pgx.Batch) {
			b.Queue(`UPDATE mailings SET sealed = false WHERE id = ANY($1::uuid[])`, made)
			b.Queue(`UPDATE messages SET sealed = false WHERE mailing_id = ANY($1::uuid[])`, made)
		})
		b.Queue(`
			INSERT INTO mailing_letters (case_id, seq, recipient, account_id, way, mailing_id, at)
			SELECT $1, $2, 'account:' || account_id, account_id, $3, id, created_at FROM mailings WHERE id = ANY($4::uuid[]) ON CONFLICT DO NOTHING`,
			k.c.ID, e.Seq, string(lifecycle.WayAccount), made)
	}
}
