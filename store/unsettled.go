package store

import (
	"context"
	"encoding/json"
	"fmt"

	"duban/lifecycle"
)

// maxUnsettled is how many entries that wait for a leader are listed.
const maxUnsettled = 200

// An UnsettledEntry is an entry whose ground fell away, and the grounds that did.
type UnsettledEntry struct {
	ListEntry
	Fallen []lifecycle.Unsettled
}

// Unsettled lists the entries of which the person may decide whether they stay, because
// what they rest on fell away; the one that was listed first comes first. Nothing to
// who is no leader.
func (s *Store) Unsettled(ctx context.Context, a lifecycle.Actor) ([]UnsettledEntry, error) {
	if a.Unit != "" || !a.Has(lifecycle.ActSettle.Who()...) {
		return nil, nil
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT id::text, unit_name, entry FROM list_entries
		WHERE NOT withdrawn AND EXISTS (SELECT FROM json_array_elements(entry -> 'grounds') g WHERE g -> 'fallen' IS NOT NULL)
		ORDER BY listed_on, id`)
	if err != nil {
		return nil, fmt.Errorf("list unsettled entries: %w", plain(err))
	}
	defer rows.Close()
	var list []UnsettledEntry
	for rows.Next() && len(list) < maxUnsettled {
		e := UnsettledEntry{ListEntry: ListEntry{Today: rules.Today(s.now())}}
		var text []byte
		if err := rows.Scan(&e.ID, &e.UnitName, &text); err != nil {
			return nil, fmt.Errorf("list unsettled entries: %w", plain(err))
		}
		if err := json.Unmarshal(text, &e.Entry); err != nil {
			return nil, fmt.Errorf("decode entry %s: %w", e.ID, err)
		}
		if e.Fallen = e.Unsettled(rules); len(e.Fallen) > 0 && e.MaySettle(a, e.Today) {
			list = append(list, e)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list unsettled entries: %w", plain(err))
	}
	return list, nil
}
