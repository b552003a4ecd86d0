package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"gocloud.dev/blob"
)

// spoolPrefix begins the name of every file that waits to be judged.
const spoolPrefix = "duban-upload-"

// A Draft is a file that was received and judged, and is not kept yet.
type Draft struct {
	// Name is the file's name, cleaned; Media what it is by its content.
	Name, Media string
	// SHA256 is the hash of the content, in hex.
	SHA256 string
	Size   int64

	file *os.File
}

// Receive takes a file in as it arrives, hashes and judges it. A file that is
// turned down is a *Refusal; whatever goes wrong, nothing of it stays. The
// caller ends the draft with Discard, whether it was kept or not.
func (s *Store) Receive(ctx context.Context, name string, content io.Reader) (*Draft, error) {
	return s.ReceiveFrom(ctx, "", name, content)
}

// ReceiveFrom is Receive for one of many senders: what one sends is judged one
// document at a time, so that nobody else waits for all of it.
func (s *Store) ReceiveFrom(ctx context.Context, sender, name string, content io.Reader) (_ *Draft, err error) {
	d := &Draft{}
	if d.Name, err = CleanName(name); err != nil {
		return nil, err
	}
	if _, known := kindOf(d.Name); !known {
		return nil, refusedType()
	}
	if d.file, err = spoolFile(s.spool); err != nil {
		return nil, fmt.Errorf("receive evidence: %w", err)
	}
	defer func() {
		if err != nil {
			d.Discard()
		}
	}()
	sum := sha256.New()
	// One byte more than is allowed tells that there was more.
	d.Size, err = io.Copy(io.MultiWriter(d.file, sum), io.LimitReader(inContext{ctx, content}, s.max+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("receive evidence: %w", err)
	case d.Size > s.max:
		return nil, TooLargeFor(s.max)
	case d.Size == 0:
		return nil, refusedEmpty()
	}
	d.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if d.Media, err = s.judge(ctx, sender, d.file, d.Size, d.Name); err != nil {
		return nil, err
	}
	return d, nil
}

// Discard forgets what was received.
func (d *Draft) Discard() {
	if d.file == nil {
		return
	}
	name := d.file.Name()
	_ = d.file.Close()
	if !nameless {
		_ = os.Remove(name)
	}
	d.file = nil
}

// nameless says that a file may lose its name while it is open. It then goes
// with the process, however that ends.
const nameless = runtime.GOOS != "windows"

func spoolFile(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, spoolPrefix+"*")
	if err != nil {
		return nil, err
	}
	if nameless {
		if err := os.Remove(f.Name()); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

// Keep puts the file at the address of its content, on the disk and not only on
// its way there. The same content is kept once; what was there long before is put
// there anew, for it may be an orphan that somebody is about to remove.
func (s *Store) Keep(ctx context.Context, d *Draft) error {
	at, have, err := s.has(ctx, d.SHA256, d.Size)
	if err != nil || have && time.Since(at) < renewAfter {
		return err
	}
	if err := s.put(ctx, d); err != nil {
		return fmt.Errorf("keep evidence %s: %w", d.SHA256, err)
	}
	return nil
}

func (s *Store) put(ctx context.Context, d *Draft) error {
	// Cancelling the context is the only way to end a writer without a file.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File
	w, err := s.bucket.NewWriter(ctx, address(d.SHA256), &blob.WriterOptions{
		ContentType: d.Media,
		BeforeWrite: func(as func(any) bool) error {
			as(&file)
			return nil
		},
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, io.NewSectionReader(d.file, 0, d.Size))
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel()
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return err
	}
	return s.syncFolders(d.SHA256)
}

// syncFolders makes the name of a new file as durable as its content.
func (s *Store) syncFolders(hash string) error {
	if s.folder == "" || !nameless {
		return nil
	}
	at := filepath.Join(s.folder, filepath.FromSlash(address(hash)))
	for range 3 { // the two folders of the address, and the one they are in
		at = filepath.Dir(at)
		folder, err := os.Open(at)
		if err != nil {
			return err
		}
		if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
			return err
		}
	}
	return nil
}

// inContext is a reader that stops when its context does.
type inContext struct {
	ctx context.Context //nolint:containedctx // it lives for one copy
	r   io.Reader
}

// Read reads unless the context is over.
func (r inContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
