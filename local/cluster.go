package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A cluster is a private PostgreSQL data folder with the programs and the
// account to run it. It is files only; Postgres is the running thing.
type cluster struct {
	place
	account  *account
	programs installation
	log      string // path of the server's log
	admin    string // password of role postgres, the superuser
	app      string // password of role duban
}

// ErrOtherVersion says that the data folder was made by a major version of
// PostgreSQL that is not installed.
var ErrOtherVersion = errors.New("data folder of another PostgreSQL version")

// openCluster finds what is needed to run the cluster at p, and makes the
// cluster when there is none.
func openCluster(ctx context.Context, p place, acc *account, log string, say func(string)) (*cluster, error) {
	version, err := p.version()
	if err != nil {
		return nil, err
	}
	found, err := installations(ctx)
	if err != nil {
		return nil, err
	}
	programs, err := chooseInstallation(found, version, p.data)
	if err != nil {
		return nil, err
	}
	c := &cluster{place: p, account: acc, programs: programs, log: log}
	if c.admin, err = c.password("postgres", version == ""); err != nil {
		return nil, err
	}
	if c.app, err = c.password("duban", version == ""); err != nil {
		return nil, err
	}
	if version == "" {
		say(fmt.Sprintf("正在建立数据库 making a PostgreSQL %d database in %s", programs.major, p.data))
		if err := c.initialize(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// chooseInstallation picks the programs for a data folder of the given version
// ("" is a new one): the newest for a new folder, the same major version for
// an old one, since PostgreSQL cannot run on another version's files.
func chooseInstallation(found []installation, version, data string) (installation, error) {
	if version == "" {
		return found[0], nil
	}
	for _, in := range found {
		if strconv.Itoa(in.major) == version {
			return in, nil
		}
	}
	return installation{}, fmt.Errorf(`%[1]w: %[2]s was made by PostgreSQL %[3]s, and only PostgreSQL %[4]d is installed here. Nothing was changed. Install the old programs as well, and duban finds them by itself:
    apt-get install postgresql-%[3]s          (Red Hat: dnf install postgresql%[3]s-server)
To move the data to PostgreSQL %[4]d, start duban once more with the old programs, and while it runs:
    export PGPASSWORD="$(cat %[6]s/postgres.password)"        (duban's own login may not read what is sealed)
    admin() { sed 's#//duban:[^@]*@#//postgres@#' postgres.url; }        (postgres.url is in duban's data folder)
    pg_dump --format=custom --file=duban.dump "$(admin)"
then stop duban, set the old data folder aside, and start duban on a new one with DUBAN_PG_BIN=%[5]s:
    mv %[2]s %[2]s.%[3]s
    export PGPASSWORD="$(cat %[6]s/postgres.password)"
    pg_restore --clean --if-exists --dbname="$(admin)" duban.dump`,
		ErrOtherVersion, data, version, found[0].major, found[0].bin, filepath.Dir(data))
}

// password returns the password of a role, from its file beside the data. A
// new cluster gets new ones.
func (c *cluster) password(role string, create bool) (string, error) {
	path := filepath.Join(c.root, role+".password")
	b, err := os.ReadFile(path)
	switch {
	case err == nil && len(bytes.TrimSpace(b)) > 0:
		return string(bytes.TrimSpace(b)), nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("read password of role %s: %w", role, err)
	case !create:
		return "", fmt.Errorf("the password of the database's role %s is gone: restore the file %s from a backup", role, path)
	}
	password := rand.Text() // 26 letters and digits, safe in a URL
	if err := writeFile(path, password+"\n"); err != nil {
		return "", fmt.Errorf("write password of role %s: %w", role, err)
	}
	return password, nil
}

// initialize makes the data folder. It appears under its name only when it is
// whole: an attempt that was cut short is thrown away by the next.
func (c *cluster) initialize(ctx context.Context) error {
	fresh := c.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("clear unfinished data folder: %w", err)
	}
	if err := c.account.makeOwned(fresh); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	// initdb runs as the account, which cannot read our file, and wants one.
	pwfile := filepath.Join(c.run, "initdb.password")
	if err := writeFile(pwfile, c.admin+"\n"); err != nil {
		return fmt.Errorf("write password for initdb: %w", err)
	}
	defer os.Remove(pwfile)
	if err := c.account.own(pwfile); err != nil {
		return fmt.Errorf("hand password to initdb: %w", err)
	}
	cmd := c.exec(ctx, "initdb",
		"--pgdata", fresh, "--username", "postgres", "--pwfile", pwfile,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8",
		"--data-checksums", "--no-instructions")
	if out, err := combinedOutput(cmd); err != nil {
		return fmt.Errorf("make database with initdb: %w:\n%s", err, out)
	}
	if err := os.Rename(fresh, c.data); err != nil {
		return fmt.Errorf("name data folder: %w", err)
	}
	// Without this a power cut could bring the old name back, and the next
	// start would take everything written since for an unfinished attempt.
	return syncFolder(c.root)
}

// exec prepares one of the programs to run as the account, in a folder which
// that account can enter and with no environment of ours.
func (c *cluster) exec(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.programs.bin, program), args...)
	cmd.Dir = c.run
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account.credential()}
	return cmd
}

// combinedOutput runs cmd to its end, or to ours.
func combinedOutput(cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := StartTied(cmd, syscall.SIGKILL)
	if err == nil {
		err = cmd.Wait()
	}
	return strings.TrimSpace(out.String()), err
}

// syncFolder makes the names in dir durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
