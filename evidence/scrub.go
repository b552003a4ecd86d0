package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// A Report is what a scrub found.
type Report struct {
	// Files is how many are kept, Bytes how much they hold.
	Files int
	Bytes int64
	// Damaged are the addresses whose content is another's, or cannot be read;
	// Missing the hashes the record names and no file has.
	Damaged, Missing []string
	// Orphans are the files nobody names: uploads that the record turned down, or
	// that it had no time to write down. They harm nothing; an upload under way is
	// one for a moment.
	Orphans []Kept
}

// Kept is a file that is kept: the hash of its content, its size, and when it was
// put there.
type Kept struct {
	SHA256 string
	Size   int64
	At     time.Time
}

// Sound reports whether everything the record names is there and whole.
func (r Report) Sound() bool { return len(r.Damaged) == 0 && len(r.Missing) == 0 }

// Scrub reads every file and holds it against its address and against the
// hashes that the record names. Files are read in pieces; of the record it
// keeps the hashes. progress may be nil.
//
// The record is asked before the files are listed: what comes meanwhile is in
// the list at the worst, and then counts as an orphan, never as missing.
func (s *Store) Scrub(ctx context.Context, named func(context.Context) ([]string, error), progress func(files int, bytes int64)) (Report, error) {
	var report Report
	hashes, err := named(ctx)
	if err != nil {
		return report, err
	}
	wanted := make(map[string]bool, len(hashes)) // true: found
	for _, hash := range hashes {
		wanted[hash] = false
	}
	err = s.each(ctx, func(k Kept) error {
		hash := k.SHA256
		whole, err := s.whole(ctx, hash)
		if err != nil {
			return err
		}
		report.Files++
		report.Bytes += k.Size
		if !whole {
			report.Damaged = append(report.Damaged, hash)
		}
		if _, ok := wanted[hash]; ok {
			wanted[hash] = true
		} else {
			report.Orphans = append(report.Orphans, k)
		}
		if progress != nil {
			progress(report.Files, report.Bytes)
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	for hash, found := range wanted {
		if !found {
			report.Missing = append(report.Missing, hash)
		}
	}
	slices.Sort(report.Missing)
	return report, nil
}

// whole reports whether a file's content has the hash that its address says. A
// file that cannot be read to its end is not whole.
func (s *Store) whole(ctx context.Context, hash string) (bool, error) {
	r, err := s.Read(ctx, hash)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, inContext{ctx, r}); err != nil {
		if ctx.Err() != nil {
			return false, fmt.Errorf("scrub evidence %s: %w", hash, ctx.Err())
		}
		return false, nil
	}
	return hex.EncodeToString(sum.Sum(nil)) == hash, nil
}
