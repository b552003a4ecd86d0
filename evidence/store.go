package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"
)

// MaxBytes is how large a file may be when nothing else is said: 50 MiB.
const MaxBytes = 50 << 20

// Options says where files are kept.
type Options struct {
	// URL names the folder or bucket: file:///folder or s3://bucket?region=….
	// It is required.
	URL string
	// MaxBytes is how large a file may be. Defaults to MaxBytes.
	MaxBytes int64
}

// A Store keeps files at the address of their content. It is safe for
// concurrent use, by several processes too.
type Store struct {
	bucket *blob.Bucket
	max    int64
	// folder is where the files lie; empty for a bucket that is elsewhere.
	folder string
	// spool is the folder files wait in while they are judged.
	spool  string
	judged *turns
}

// ErrMissing: there is no file at the address.
var ErrMissing = errors.New("no such evidence file")

// FolderURL is the address of a folder on this machine.
func FolderURL(folder string) (string, error) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return "", fmt.Errorf("name evidence folder: %w", err)
	}
	return (&url.URL{Scheme: fileblob.Scheme, Path: filepath.ToSlash(absolute)}).String(), nil
}

// Open makes the store ready. A folder is made when it is not there; a bucket
// must be.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{max: o.MaxBytes, spool: os.TempDir(), judged: newTurns()}
	if s.max <= 0 {
		s.max = MaxBytes
	}
	address, err := url.Parse(o.URL)
	if err != nil {
		return nil, errors.New("open evidence store: the URL cannot be understood")
	}
	if address.Scheme == fileblob.Scheme {
		return s, s.openFolder(address)
	}
	s.bucket, err = blob.OpenBucket(ctx, plainer(address).String())
	if err != nil {
		return nil, fmt.Errorf("open evidence store at %s: %w", address.Redacted(), err)
	}
	return s, nil
}

// plainer is a bucket's address with what servers that are not Amazon's need: no
// checksum that nobody asked for, and with an endpoint of its own the bucket in
// the path. What the address says itself stands.
func plainer(address *url.URL) *url.URL {
	const pathStyle = "use_path_style"
	if address.Scheme != s3blob.Scheme {
		return address
	}
	plain, query := *address, address.Query()
	for _, checksum := range []string{"request_checksum_calculation", "response_checksum_validation"} {
		if !query.Has(checksum) {
			query.Set(checksum, "when_required")
		}
	}
	if query.Has("endpoint") && !query.Has(pathStyle) && !query.Has("s3ForcePathStyle") {
		query.Set(pathStyle, "true")
	}
	plain.RawQuery = query.Encode()
	return &plain
}

func (s *Store) openFolder(address *url.URL) error {
	if address.Host != "" && address.Host != "localhost" && address.Host != "." || address.Path == "" || address.RawQuery != "" {
		return errors.New("open evidence store: write a folder as file:///folder, without parameters")
	}
	s.folder = filepath.FromSlash(address.Path)
	if address.Host == "." {
		s.folder = filepath.FromSlash(strings.TrimPrefix(address.Path, "/"))
	}
	// Beside the files, so that the disk they go to is the one that must have
	// room, and not a small one in memory.
	s.spool = filepath.Join(s.folder, "spool")
	if err := os.MkdirAll(s.spool, 0o700); err != nil {
		return fmt.Errorf("open evidence store: %w", err)
	}
	var err error
	s.bucket, err = fileblob.OpenBucket(s.folder, &fileblob.Options{DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return fmt.Errorf("open evidence store: %w", err)
	}
	return nil
}

// Close gives the bucket back.
func (s *Store) Close() error { return s.bucket.Close() }

// MaxBytes is how large a file may be here.
func (s *Store) MaxBytes() int64 { return s.max }

// addresses is what every address begins with.
const addresses = "sha256/"

// addressForm is what an address looks like. Files are spread over 256 folders.
var addressForm = regexp.MustCompile(`^sha256/([0-9a-f]{2})/([0-9a-f]{64})$`)

func address(hash string) string { return addresses + hash[:2] + "/" + hash }

// hashAt is the hash that an address stands for; empty for any other name.
func hashAt(key string) string {
	m := addressForm.FindStringSubmatch(key)
	if m == nil || m[2][:2] != m[1] {
		return ""
	}
	return m[2]
}

// Read opens the file with the hash. It can be read from anywhere in it; what
// is skipped is not fetched.
func (s *Store) Read(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if !isHash(hash) {
		return nil, ErrMissing
	}
	r, err := s.bucket.NewReader(ctx, address(hash), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("read evidence %s: %w", hash, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("read evidence %s: %w", hash, err)
	}
	return r, nil
}

// Has reports whether the file with the hash is there, whole by its size. What is
// in it only reading tells.
func (s *Store) Has(ctx context.Context, hash string, size int64) (bool, error) {
	if !isHash(hash) {
		return false, nil
	}
	_, have, err := s.has(ctx, hash, size)
	return have, err
}

// has reports whether a file of that size is at the hash's address, and since
// when. One of another size was cut off by a fault of the disk, and is no file of
// ours.
func (s *Store) has(ctx context.Context, hash string, size int64) (at time.Time, have bool, err error) {
	a, err := s.bucket.Attributes(ctx, address(hash))
	if gcerrors.Code(err) == gcerrors.NotFound {
		return at, false, nil
	}
	if err != nil {
		return at, false, fmt.Errorf("look for evidence %s: %w", hash, err)
	}
	return a.ModTime, a.Size == size, nil
}

func isHash(text string) bool {
	const length = 64
	return len(text) == length && strings.Trim(text, "0123456789abcdef") == ""
}

// Hash is the address of a content.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
