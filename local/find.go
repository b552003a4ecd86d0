package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestPostgres is the oldest major version the SQL of package store is
// written for.
const oldestPostgres = 15

// ErrNoPostgres says that this machine has no PostgreSQL server programs that
// could be used. The error that wraps it is a text for the person at the
// terminal, with the commands that help.
var ErrNoPostgres = errors.New("no usable PostgreSQL")

// An installation is one set of PostgreSQL server programs.
type installation struct {
	bin   string // folder that holds initdb and postgres
	major int    // 15, 16, …
}

// FindPostgres returns the folder with the PostgreSQL server programs to use:
// the one DUBAN_PG_BIN names, else the newest among /usr/lib/postgresql/*/bin
// (Debian), /usr/pgsql-*/bin (Red Hat) and PATH. The version has to be 15 or
// newer. The error wraps ErrNoPostgres and says how to install it.
func FindPostgres() (binDir string, err error) {
	found, err := installations(context.Background())
	if err != nil {
		return "", err
	}
	return found[0].bin, nil
}

// installations lists the usable installations, newest first, at least one.
// DUBAN_PG_BIN is an order, not a hint: when it is set, it is the only one.
func installations(ctx context.Context) ([]installation, error) {
	if bin := os.Getenv("DUBAN_PG_BIN"); bin != "" {
		in, err := inspect(ctx, bin)
		if err != nil {
			return nil, fmt.Errorf("%w: DUBAN_PG_BIN is %s, but %w", ErrNoPostgres, bin, err)
		}
		if in.major < oldestPostgres {
			return nil, fmt.Errorf("%w: DUBAN_PG_BIN is %s, which is PostgreSQL %d, and duban needs %d or newer", ErrNoPostgres, bin, in.major, oldestPostgres)
		}
		return []installation{in}, nil
	}

	var found []installation
	tooOld := 0
	for _, bin := range candidateBins() {
		in, err := inspect(ctx, bin)
		switch {
		case err != nil:
			continue // client programs alone, or not PostgreSQL at all
		case in.major < oldestPostgres:
			tooOld = max(tooOld, in.major)
		default:
			found = append(found, in)
		}
	}
	if len(found) == 0 {
		return nil, missingPostgres(tooOld)
	}
	slices.SortStableFunc(found, func(a, b installation) int { return cmp.Compare(b.major, a.major) })
	return found, nil
}

// candidateBins lists the folders where server programs may be.
func candidateBins() []string {
	var bins []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		matches, err := filepath.Glob(pattern)
		if err == nil { // the patterns are ours and well formed
			bins = append(bins, matches...)
		}
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if program, err := filepath.EvalSymlinks(initdb); err == nil {
			bins = append(bins, filepath.Dir(program))
		}
	}
	return bins
}

// inspect asks the programs in bin for their version.
func inspect(ctx context.Context, bin string) (installation, error) {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(bin, program)); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return installation{}, fmt.Errorf("there is no program %s", program)
			}
			return installation{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return installation{}, fmt.Errorf("ask postgres for its version: %w", err)
	}
	major, err := majorVersion(string(out))
	if err != nil {
		return installation{}, err
	}
	return installation{bin: bin, major: major}, nil
}

// majorVersion reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" as
// 15; "17beta1" is 17.
func majorVersion(text string) (int, error) {
	m := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("read version from %q", strings.TrimSpace(text))
	}
	return strconv.Atoi(m[1])
}

// missingPostgres is the answer to a machine without PostgreSQL: what to type.
func missingPostgres(tooOld int) error {
	reason := "this machine has no PostgreSQL server programs"
	if tooOld > 0 {
		reason = fmt.Sprintf("this machine has PostgreSQL %d, and duban needs %d or newer", tooOld, oldestPostgres)
	}
	return fmt.Errorf(`%w: %s. Any one of these helps:
    apt-get install postgresql                            (Debian, Ubuntu)
    dnf install postgresql-server postgresql-contrib      (Fedora, Red Hat)
    DUBAN_PG_BIN=/path/to/bin                             (programs installed elsewhere)
    DATABASE_URL=postgres://user:password@host/database   (a database that runs already)`, ErrNoPostgres, reason)
}
