package store

import (
	"context"
	"encoding/json"
	"fmt"

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
