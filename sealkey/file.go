package sealkey

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"duban/lot"
)

// ErrUnsafe: somebody else may read or change the file.
var ErrUnsafe = errors.New("the file of keys must be ours alone")

// readFile reads a file of keys once it is sure that it is ours alone.
func readFile(path string) ([]byte, error) {
	// Without waiting for the other end, should it be a pipe.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, bare(err)
	}
	owner := os.Geteuid()
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = int(sys.Uid)
	}
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return nil, fmt.Errorf("%w: it is no plain file", ErrUnsafe)
	case owner != os.Geteuid():
		return nil, fmt.Errorf("%w: it belongs to account %d, and this is account %d; chown it", ErrUnsafe, owner, os.Geteuid())
	case mode.Perm()&0o077 != 0:
		return nil, fmt.Errorf("%w: its mode is %04o; chmod 600 it", ErrUnsafe, mode.Perm())
	case info.Size() > maxSize:
		return nil, errTooLong
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, bare(err)
	}
	if len(text) > maxSize {
		return nil, errTooLong
	}
	return text, nil
}

// bare drops the path, which at adds.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// Add draws a key and puts it before those of a file, which is made when it is
// not there. The file is the old one or the new one whatever happens, and two that
// add at once both get in.
func Add(path string, chance io.Reader) (lot.Key, error) { return put(path, chance, false) }

// Make draws a key into a file that is not there yet. It fails with fs.ErrExist
// when it is.
func Make(path string, chance io.Reader) (lot.Key, error) { return put(path, chance, true) }

func put(path string, chance io.Reader, fresh bool) (lot.Key, error) {
	key, err := lot.NewKey(chance)
	if err != nil {
		return lot.Key{}, err
	}
	folder, err := lock(filepath.Dir(path))
	if err != nil {
		return lot.Key{}, at(path, err)
	}
	defer folder.Close()
	old, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil && !fresh:
		return lot.Key{}, at(path, err)
	case fresh:
		return lot.Key{}, at(path, fs.ErrExist)
	default:
		if _, err := parse(old); err != nil && !errors.Is(err, ErrEmpty) {
			return lot.Key{}, at(path, err)
		}
	}
	if err := replace(path, bytes.Join([][]byte{key.Reveal(), old}, []byte("\n"))); err != nil {
		return lot.Key{}, at(path, bare(err))
	}
	return key, at(path, folder.Sync())
}

// lock keeps others from writing into a folder as we do, until it is closed.
func lock(path string) (*os.File, error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX); err != nil {
		folder.Close()
		return nil, err
	}
	return folder, nil
}

// replace writes a file that appears under its name only when it is whole and on
// disk.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
