package evidence

import (
	"context"
	"fmt"
	"time"

	"gocloud.dev/gcerrors"
)

const (
	// LeastAge is how old a file must be at the least to be removed as an orphan:
	// far longer than an upload may take from its first byte to its row.
	LeastAge = time.Hour
	// renewAfter is how old a file may be for an upload of the same content to rest
	// on it. What is younger cannot come to LeastAge before the upload is written
	// down.
	renewAfter = LeastAge / 2
)

// RemoveOrphans removes those of the files that the record does not name and that
// were put there before age was over, and returns them. The record is asked again,
// after the files were listed, so that a row written meanwhile saves its file; and
// so is the file's own time, which an upload of the same content renews. An age
// below LeastAge is an error, and nothing is removed.
func (s *Store) RemoveOrphans(ctx context.Context, orphans []Kept, named func(context.Context) ([]string, error), now time.Time, age time.Duration) ([]Kept, error) {
	if age < LeastAge {
		return nil, fmt.Errorf("remove orphans: an age of %v could hit an upload under way; %v is the least", age, LeastAge)
	}
	hashes, err := named(ctx)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(hashes))
	for _, hash := range hashes {
		wanted[hash] = true
	}
	var removed []Kept
	for _, k := range orphans {
		if wanted[k.SHA256] || !isHash(k.SHA256) {
			continue
		}
		at, have, err := s.has(ctx, k.SHA256, k.Size)
		if err != nil {
			return removed, err
		}
		if !have || now.Sub(at) < age {
			continue
		}
		if err := s.bucket.Delete(ctx, address(k.SHA256)); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return removed, fmt.Errorf("remove orphan %s: %w", k.SHA256, err)
		}
		removed = append(removed, k)
	}
	return removed, nil
}
