package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// staleAfter is longer than any upload may take: what is older belongs to
// nobody any more.
const staleAfter = time.Hour

// leftForm is what a folder's bucket calls a file that it has not put at its
// address yet.
var leftForm = regexp.MustCompile(`^[0-9a-f]{64}\.[0-9a-f]+\.tmp$`)

// Sweep removes what uploads left that were cut off by the end of their
// process, and returns how many files that were. It touches no file of others
// and none that is younger than an hour. Parts of an upload to a bucket
// elsewhere are the bucket's own to forget, by a rule of its owner.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int, error) {
	removed := 0
	sweep := func(folder string, ours func(string) bool) error {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || !ours(e.Name()) || now.Sub(info.ModTime()) < staleAfter {
				continue
			}
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
			removed++
		}
		return ctx.Err()
	}
	err := sweep(s.spool, func(name string) bool { return strings.HasPrefix(name, spoolPrefix) })
	if err == nil && s.folder != "" {
		for i := range 256 {
			if err = sweep(filepath.Join(s.folder, addresses, fmt.Sprintf("%02x", i)), leftForm.MatchString); err != nil {
				break
			}
		}
	}
	if err != nil {
		return removed, fmt.Errorf("sweep evidence: %w", err)
	}
	return removed, nil
}

// each calls visit with every file that is kept, in the order of their addresses.
func (s *Store) each(ctx context.Context, visit func(Kept) error) error {
	list := s.bucket.List(nil)
	for {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list evidence: %w", err)
		}
		if hash := hashAt(object.Key); hash != "" && !object.IsDir {
			if err := visit(Kept{SHA256: hash, Size: object.Size, At: object.ModTime}); err != nil {
				return err
			}
		}
	}
}
