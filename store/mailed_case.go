package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// webhookKind is the kind of address whose reader is a program.
const webhookKind = "webhook"

// maxMailedCases is how many cases a message tells a program of; the reminders of a day
// name no more.
const maxMailedCases = 500

// A MailedCase is a case that a mailing tells of, and what it asks for.
type MailedCase struct {
	Case, Number string
	Event        lifecycle.EventKind
	Asked        lifecycle.Ask
	// Link is where people see the case; empty where the office has not said where
	// the system is reached.
	Link string
}

const selectMailedCases = `
SELECT l.mailing_id::text, l.case_id::text, coalesce(u.number, c.number, ''), o.about, coalesce(o.asked, ''), o.asked_due
FROM mailing_letters l JOIN outbox o ON o.case_id = l.case_id AND o.seq = l.seq AND o.recipient = l.recipient
    LEFT JOIN cases c ON c.id = l.case_id
    LEFT JOIN unit_cases u ON u.case_id = l.case_id AND 'unit:' || u.unit_id = l.recipient
WHERE l.mailing_id = ANY($1::uuid[])
ORDER BY l.mailing_id, coalesce(u.number_key, c.number_key), l.seq, l.recipient`

// mailedCases finds the cases that the webhooks among the messages tell of. What tells
// of a look-back that nobody may know of yet tells of no case.
func (s *Store) mailedCases(ctx context.Context, tx pgx.Tx, due []candidate) error {
	of := map[string][]*candidate{}
	var mailings []string
	for i := range due {
		c := &due[i]
		if c.Kind != webhookKind || c.Sealed || c.gone || c.ended {
			continue
		}
		if of[c.mailing] == nil {
			mailings = append(mailings, c.mailing)
		}
		of[c.mailing] = append(of[c.mailing], c)
	}
	if len(mailings) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, selectMailedCases, mailings) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return err
	}
	var (
		mailing string
		one     MailedCase
	)
	_, err = pgx.ForEachRow(rows, []any{&mailing, &one.Case, &one.Number, &one.Event, &one.Asked.Clock, &one.Asked.Due}, func() error {
		if s.where != "" {
			one.Link = strings.TrimRight(s.where, "/") + "/cases/" + one.Case
		}
		for _, c := range of[mailing] {
			if len(c.Cases) < maxMailedCases {
				c.Cases = append(c.Cases, one)
			}
		}
		return nil
	})
	return err
}
