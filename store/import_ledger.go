package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// A NumberedCase is a case as a row of a ledger is held against it.
type NumberedCase struct {
	Case     lifecycle.Case
	UnitName string
}

// CaseByNumber returns the case that people call by the number; ErrNotFound when
// there is none, or the number is none of ours.
func (s *Store) CaseByNumber(ctx context.Context, number string) (NumberedCase, error) {
	key := lifecycle.Case{Number: number}.NumberKey()
	var (
		out   NumberedCase
		state []byte
	)
	err := s.pool.QueryRow(ctx, `
		SELECT s.state, u.name FROM cases c JOIN case_states s ON s.case_id = c.id JOIN units u ON u.id = c.unit_id
		WHERE c.number_key = $1 AND c.number = $2`, key, number).Scan(&state, &out.UnitName)
	if err != nil {
		return out, fmt.Errorf("read case %s: %w", number, plain(err))
	}
	if err := json.Unmarshal(state, &out.Case); err != nil {
		return out, fmt.Errorf("decode case %s: %w", number, err)
	}
	return out, nil
}

// SameFinding returns the number of a case that has the same unit, title, facts
// and day as a finding; empty when there is none. What was withdrawn may come
// again.
func (s *Store) SameFinding(ctx context.Context, b *lifecycle.OpenCase) (string, error) {
	var number string
	err := s.pool.QueryRow(ctx, `
		SELECT c.number FROM cases c JOIN case_states s ON s.case_id = c.id
		WHERE c.unit_id = $1 AND c.title = $2 AND c.stage <> $5 AND s.state -> 'finding' ->> 'facts' = $3 AND s.state -> 'finding' ->> 'found_on' = $4
		ORDER BY c.number_key LIMIT 1`, b.Unit, b.Title, b.Facts, b.FoundOn.String(), string(lifecycle.Voided)).Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for the same finding: %w", plain(err))
	}
	return number, nil
}
