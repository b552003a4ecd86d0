package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/policy"
)

// A CaseMessage is what one person was told of a case, or why not.
type CaseMessage struct {
	Seq        int64
	About      string
	Measures   []policy.MeasureKind
	Recipient  string
	Account    string
	Name       string
	Way        string
	Kind       string
	Mailing    string
	Suppressed string
	At         time.Time
	// Messages are its ways out of the house; none for what is in the inbox only.
	Messages []MessageView
}

// A CaseMessagePage is a part of what was told about a case.
type CaseMessagePage struct {
	Messages []CaseMessage
	// Next is the cursor of the next page; empty on the last.
	Next string
}

// A caseMessageCursor is where a page ended: the event, whom the letter was for and
// who read it.
type caseMessageCursor struct {
	Seq       int64  `json:"s"`
	Recipient string `json:"r"`
	Account   string `json:"a"`
}

func (c caseMessageCursor) String() string {
	text, _ := json.Marshal(c) //nolint:errchkjson // plain fields
	return base64.RawURLEncoding.EncodeToString(text)
}

func readCaseMessageCursor(text string) (caseMessageCursor, error) {
	var c caseMessageCursor
	if text == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Recipient == "" || strings.Contains(c.Recipient+c.Account, "\x00") {
		return c, ErrCursor
	}
	return c, nil
}

const selectCaseMessages = `
SELECT w.seq, coalesce(o.about, e.kind, ''), coalesce(o.measures, '{}'), w.recipient, w.account_id, coalesce(p.name, ''), w.way, coalesce(n.kind, ''), coalesce(n.id::text, ''),
    coalesce(w.suppressed, ''), w.at
FROM mailing_letters w LEFT JOIN outbox o USING (case_id, seq, recipient) LEFT JOIN events e USING (case_id, seq)
    LEFT JOIN accounts p ON p.id = w.account_id LEFT JOIN mailings n ON n.id = w.mailing_id
WHERE w.case_id = $1 AND (w.seq, w.recipient, w.account_id) > ($2, $3, $4) ORDER BY w.seq, w.recipient, w.account_id LIMIT $5`

// CaseMessages lists what was told about a case, to whom and by what way, and what
// was not and why, in the order of its events, a page at a time. A unit's person
// finds no case here.
func (s *Store) CaseMessages(ctx context.Context, a lifecycle.Actor, caseID, after string, limit int) (CaseMessagePage, error) {
	if !isID(caseID) || a.Unit != "" {
		return CaseMessagePage{}, ErrNotFound
	}
	from, err := readCaseMessageCursor(after)
	if err != nil {
		return CaseMessagePage{}, err
	}
	if _, err := s.Case(ctx, a, caseID); err != nil {
		return CaseMessagePage{}, err
	}
	limit = min(max(limit, 1), MaxPage)
	rows, err := s.pool.Query(ctx, selectCaseMessages, caseID, from.Seq, from.Recipient, from.Account, limit+1)
	if err != nil {
		return CaseMessagePage{}, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m CaseMessage, err error) {
		err = row.Scan(&m.Seq, &m.About, &m.Measures, &m.Recipient, &m.Account, &m.Name, &m.Way, &m.Kind, &m.Mailing, &m.Suppressed, &m.At)
		m.At = m.At.UTC()
		return m, err
	})
	if err != nil {
		return CaseMessagePage{}, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	page := CaseMessagePage{Messages: list}
	if len(list) > limit {
		page.Messages = list[:limit]
		last := list[limit-1]
		page.Next = caseMessageCursor{Seq: last.Seq, Recipient: last.Recipient, Account: last.Account}.String()
	}
	var mailings []string
	for _, m := range page.Messages {
		if m.Mailing != "" {
			mailings = append(mailings, m.Mailing)
		}
	}
	rows, err = s.pool.Query(ctx, selectMessages+` WHERE m.mailing_id = ANY($1::uuid[]) ORDER BY m.created_at, m.id`, mailings)
	if err != nil {
		return CaseMessagePage{}, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	messages, err := pgx.CollectRows(rows, scanMessage)
	if err != nil {
		return CaseMessagePage{}, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	by := map[string][]MessageView{}
	for _, m := range messages {
		by[m.Mailing] = append(by[m.Mailing], m)
	}
	for i, m := range page.Messages {
		page.Messages[i].Messages = by[m.Mailing]
	}
	return page, nil
}
