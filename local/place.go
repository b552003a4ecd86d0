package local

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A place is where a private cluster lives. It is the data folder itself,
// unless PostgreSQL runs under another account that cannot reach that folder.
type place struct {
	root string // holds everything below, and is ours
	data string // PostgreSQL's data folder; belongs to its account, mode 0700
	run  string // folder of its Unix socket; belongs to its account, mode 0700
}

const (
	dataFolder   = "postgres"
	runFolder    = "run"
	locationFile = "postgres.location" // in the data folder: the root of a cluster that lives elsewhere

	// elsewhereDefault holds the clusters of data folders that PostgreSQL's
	// account cannot reach, such as one below /root.
	elsewhereDefault = "/var/lib/duban"
)

func placeAt(root string) place {
	return place{root: root, data: filepath.Join(root, dataFolder), run: filepath.Join(root, runFolder)}
}

// version returns the content of PG_VERSION, such as "15", or "" when there is
// no cluster at this place yet.
func (p place) version() (string, error) {
	b, err := os.ReadFile(filepath.Join(p.data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read version of data folder: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// choosePlace decides where the cluster of data folder dir lives, and makes the
// folders. A place once chosen is kept: a cluster elsewhere is recorded in dir.
func choosePlace(dir, elsewhere string, acc *account, say func(string)) (place, error) {
	p, err := recordedPlace(dir)
	if err != nil {
		return place{}, err
	}
	if p == nil {
		if p, err = newPlace(dir, elsewhere, acc, say); err != nil {
			return place{}, err
		}
	}
	if at, err := acc.blocked(p.root); err != nil {
		return place{}, err
	} else if at != "" {
		return place{}, fmt.Errorf("PostgreSQL runs as account %s, which may not enter %s on the way to its data in %s: let it pass (chmod o+x %s)", acc.name, at, p.root, at)
	}
	if err := makePassable(p.root); err != nil {
		return place{}, fmt.Errorf("make data folder: %w", err)
	}
	if err := acc.makeOwned(p.run); err != nil {
		return place{}, fmt.Errorf("make socket folder: %w", err)
	}
	return *p, nil
}

// makePassable makes dir and what is missing above it, so that other accounts
// may pass through but not list it, whatever the umask. What exists is left
// as it is.
func makePassable(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makePassable(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o711); err != nil { //nolint:gosec // passing is the purpose; nothing can be listed
		return err
	}
	return os.Chmod(dir, 0o711) //nolint:gosec // likewise, where the umask took it away
}

// recordedPlace returns the place an earlier start chose, nil when dir is new.
func recordedPlace(dir string) (*place, error) {
	b, err := os.ReadFile(filepath.Join(dir, locationFile))
	switch {
	case err == nil:
		p := placeAt(strings.TrimSpace(string(b)))
		version, err := p.version()
		if err != nil {
			return nil, err
		}
		if version == "" {
			return nil, fmt.Errorf("%s says that the database of %s is in %s, but there is none: restore that folder, or remove the file to begin with an empty database", filepath.Join(dir, locationFile), dir, p.root)
		}
		return &p, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read where the database is: %w", err)
	}
	p := placeAt(dir)
	version, err := p.version()
	if err != nil || version == "" {
		return nil, err
	}
	return &p, nil
}

// newPlace chooses for a data folder without a database.
func newPlace(dir, elsewhere string, acc *account, say func(string)) (*place, error) {
	at, err := acc.blocked(dir)
	if err != nil {
		return nil, err
	}
	if at == "" {
		p := placeAt(dir)
		return &p, nil
	}
	sum := sha256.Sum256([]byte(dir))
	p := placeAt(filepath.Join(elsewhere, hex.EncodeToString(sum[:6])))
	version, err := p.version()
	if err != nil {
		return nil, err
	}
	if version != "" {
		// The folder was here before and was removed, its data was not.
		say(fmt.Sprintf("PostgreSQL runs as account %s, which may not enter %s: duban goes on with the data that this folder already has in %s", acc.name, at, p.root))
		return &p, nil
	}
	say(fmt.Sprintf("PostgreSQL runs as account %s, which may not enter %s: its data goes to %s instead", acc.name, at, p.root))
	return &p, nil
}

// record notes in dir that its cluster lives at p, once there is one.
func (p place) record(dir string) error {
	if p.root == dir {
		return nil
	}
	if err := writeFile(filepath.Join(dir, locationFile), p.root+"\n"); err != nil {
		return fmt.Errorf("record where the database is: %w", err)
	}
	return nil
}

// writeFile replaces the file at path, readable for us alone, in one step.
func writeFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
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
