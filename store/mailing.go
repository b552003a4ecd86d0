package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/policy"
)

// mailLock is held by whoever turns letters into mailings, or claims messages:
// what one finds undone, no other is doing.
const mailLock int64 = 0x6475_6261_6e05

// Ids of mailings follow from what they tell and whom, so that none is made
// twice.
var mailingSpace = uuid.MustParse("6f3a3c0e-5a0e-5d53-9d0e-2f1d0b7a4c11") //nolint:gochecknoglobals // a constant that Go cannot write as such

func mailingID(parts ...string) string {
	return uuid.NewSHA1(mailingSpace, []byte(strings.Join(parts, "\x00"))).String()
}

// Reasons for which a letter is not sent to somebody. They stand in the record.
const (
	// SuppressedNobody: there is nobody who could be told.
	SuppressedNobody = "nobody"
	// SuppressedHidden: the unit does not see the case.
	SuppressedHidden = "hidden"
	// SuppressedDone: what was chased is done, or no longer this person's.
	SuppressedDone = "done"
	// SuppressedBarred: what was chased may not be answered by this person, who took
	// part in the case.
	SuppressedBarred = "barred"
)

// Routed is what became of a page of letters.
type Routed struct {
	Letters int
	// Papers is how many mailings were made, Nobody how many letters nobody reads.
	Papers, Nobody int
	More           bool
}

type routedLetter struct {
	caseID    string
	seq       int64
	recipient string
	about     string
	measures  []policy.MeasureKind
	asked     lifecycle.Ask
	digest    bool
	level     int16
	number    string
	title     string
	hidden    bool
	byTimer   bool
	notBefore time.Time
}

const selectUnrouted = `
SELECT o.case_id::text, o.seq, o.recipient, o.about, o.measures, o.digest, coalesce(c.level, 0), coalesce(u.number, c.number, ''),
    CASE WHEN o.recipient LIKE 'unit:%' THEN coalesce(u.title, '') ELSE coalesce(c.title, '') END,
    o.recipient LIKE 'unit:%' AND u.case_id IS NULL, o.by_timer, o.not_before, coalesce(o.asked, ''), o.asked_due
FROM outbox o LEFT JOIN cases c ON c.id = o.case_id
    LEFT JOIN unit_cases u ON u.case_id = o.case_id AND 'unit:' || u.unit_id = o.recipient
WHERE o.routed_at IS NULL AND o.not_before <= $1 AND ($3 OR NOT o.by_timer)
ORDER BY o.not_before, o.case_id, o.seq, o.recipient LIMIT $2 FOR UPDATE OF o SKIP LOCKED`

// RouteLetters finds out who reads the letters that may leave by now, a page of
// them, those that a timer ordered in working time only: a paper becomes one mailing to each reader at once, a reminder waits for
// the reader's next digest. It happens once to each letter, however often it is
// tried.
func (s *Store) RouteLetters(ctx context.Context, now time.Time, limit int) (Routed, error) {
	var done Routed
	r, err := s.currentRules(ctx)
	if err != nil {
		return done, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		done = Routed{}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, mailLock); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectUnrouted, now, limit, r.LeaveHour(now))
		if err != nil {
			return err
		}
		letters, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l routedLetter, err error) {
			return l, row.Scan(&l.caseID, &l.seq, &l.recipient, &l.about, &l.measures, &l.digest, &l.level, &l.number, &l.title, &l.hidden, &l.byTimer, &l.notBefore, &l.asked.Clock, &l.asked.Due)
		})
		if err != nil || len(letters) == 0 {
			return err
		}
		tokens := make([]string, len(letters))
		for i, l := range letters {
			tokens[i] = l.recipient
		}
		people, err := readersOn(ctx, tx, tokens, r.Today(now))
		if err != nil {
			return err
		}
		people.copies = r.Policy.Copied()
		var space string
		if err := tx.QueryRow(ctx, `SELECT space::text FROM mailing_space`).Scan(&space); err != nil {
			return err
		}
		b := &pgx.Batch{}
		done.Letters, done.More = len(letters), len(letters) == limit
		var made []string
		for _, l := range letters {
			papers, err := l.queue(b, people, space, s.where, r, now, &done)
			if err != nil {
				return err
			}
			made = append(made, papers...)
		}
		done.Papers = len(made)
		queueMessages(b, made, now)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return Routed{}, fmt.Errorf("route letters: %w", plain(err))
	}
	return done, nil
}

const insertMailing = `
INSERT INTO mailings (id, account_id, kind, day, subject, content, created_at, by_timer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`

const insertMailingLetter = `
INSERT INTO mailing_letters (case_id, seq, recipient, account_id, way, mailing_id, suppressed, at)
VALUES ($1, $2, $3, $4, $5, nullif($6, '')::uuid, nullif($7, ''), $8) ON CONFLICT DO NOTHING`

// queue queues what becomes of one letter, and returns the mailings it makes.
func (l routedLetter) queue(b *pgx.Batch, people *readers, space, where string, r lifecycle.Rules, now time.Time, done *Routed) (made []string, err error) {
	b.Queue(`UPDATE outbox SET routed_at = $4 WHERE case_id = $1 AND seq = $2 AND recipient = $3`, l.caseID, l.seq, l.recipient, now)
	readers := people.of(l.recipient, policy.Level(l.level))
	if len(readers) == 0 || l.hidden {
		why := SuppressedHidden
		if len(readers) == 0 {
			why = SuppressedNobody
			done.Nobody++
		}
		b.Queue(insertMailingLetter, l.caseID, l.seq, l.recipient, "", string(lifecycle.WayNobody), "", why, now)
		return nil, nil
	}
	at := now
	if !l.byTimer { // as of its event, whoever finds its readers and when
		at = l.notBefore
	}
	for _, one := range readers {
		id := ""
		if !l.digest {
			id = mailingID("paper", space, l.caseID, strconv.FormatInt(l.seq, 10), one.Account)
			subject, text, err := r.PaperText(lifecycle.News{
				Number: l.number, Title: l.title, About: lifecycle.EventKind(l.about), Measures: l.measures, Asked: l.asked, Way: one.Way,
				Unit: lifecycle.ParseRecipient(l.recipient).Unit != "", Where: where, On: r.Today(now),
			})
			if err != nil {
				return nil, err
			}
			b.Queue(insertMailing, id, one.Account, "paper", nil, subject, text, at, l.byTimer)
			made = append(made, id)
		}
		b.Queue(insertMailingLetter, l.caseID, l.seq, l.recipient, one.Account, string(one.Way), id, "", now)
	}
	return made, nil
}

// queueMessages sends mailings on their way, to every address of their person;
// those of the groups to every robot.
func queueMessages(b *pgx.Batch, mailings []string, now time.Time) {
	if len(mailings) == 0 {
		return
	}
	b.Queue(`
		INSERT INTO messages (id, mailing_id, account_id, address_id, kind, next_at, created_at)
		SELECT gen_random_uuid(), n.id, n.account_id, a.id, a.kind, $2, $2
		FROM mailings n JOIN addresses a ON a.account_id IS NOT DISTINCT FROM n.account_id
		WHERE n.id = ANY($1::uuid[]) ON CONFLICT (mailing_id, address_id) DO NOTHING`, mailings, now)
}
