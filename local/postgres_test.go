package local_test

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/pgtest"
	"duban/local"
)

const (
	soon = 5 * time.Minute // an upper bound for a busy machine, not a wait
	tick = 10 * time.Millisecond
)

func TestPostgresKeepsItsDataFromStartToStart(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)

	pg := start(t, local.PostgresOptions{Dir: dir})
	remember(t, pg.URL(), 1)
	first := pg.URL()
	require.NoError(t, pg.Stop(t.Context()))
	require.Equal(t, 0, pg.PID())

	pg = start(t, local.PostgresOptions{Dir: dir})
	require.Equal(t, []int{1}, remembered(t, pg.URL()))
	require.Equal(t, first, pg.URL(), "the address stays the same")
	require.Equal(t, 1, pg.Starts())
}

func TestPostgresGivesARoleThatOwnsItsDatabaseAndNothingElse(t *testing.T) {
	t.Parallel()
	pg := start(t, local.PostgresOptions{Dir: pgtest.Folder(t), Roles: []string{"duban_extra"}})
	conn := connect(t, pg.URL())

	var role, database, syncCommit, fsync, checksums string
	var super, createRole, bypass bool
	err := conn.QueryRow(t.Context(), `SELECT current_user, current_database(), rolsuper, rolcreaterole, rolbypassrls,
		current_setting('synchronous_commit'), current_setting('fsync'), current_setting('data_checksums')
		FROM pg_roles WHERE rolname = current_user`).
		Scan(&role, &database, &super, &createRole, &bypass, &syncCommit, &fsync, &checksums)
	require.NoError(t, err)
	require.Equal(t, []string{"duban", "duban", "on", "on", "on"}, []string{role, database, syncCommit, fsync, checksums})
	require.False(t, super || createRole || bypass)

	for _, statement := range []string{"CREATE SCHEMA duban", "CREATE EXTENSION btree_gin", "SET ROLE duban_extra"} {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	require.NotEqual(t, processGroup(t, os.Getpid()), processGroup(t, pg.PID()), "a Ctrl-C at the terminal must not reach it")
}

// A folder from before there were roles, or from a start that was cut short.
func TestRolesAreMadeInAFolderThatExists(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	pg := start(t, local.PostgresOptions{Dir: dir})
	remember(t, pg.URL(), 1)
	super := connect(t, pg.SuperuserURL())
	for _, statement := range []string{"ALTER ROLE duban INHERIT", "CREATE ROLE duban_first NOLOGIN"} {
		_, err := super.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, super.Close(t.Context()))
	require.NoError(t, pg.Stop(t.Context()))

	for range 2 { // made once and then there
		pg = start(t, local.PostgresOptions{Dir: dir, Roles: []string{"duban_first", "duban_second"}})
		conn := connect(t, pg.URL())
		var member, inherits, grants bool
		err := conn.QueryRow(t.Context(), `SELECT bool_and(pg_has_role(name, 'MEMBER')), bool_or(pg_has_role(name, 'USAGE')),
			bool_or(pg_has_role(name, 'MEMBER WITH ADMIN OPTION')) FROM unnest('{duban_first,duban_second}'::text[]) AS name`).Scan(&member, &inherits, &grants)
		require.NoError(t, err)
		require.True(t, member, "it may take them on")
		require.False(t, inherits, "it has their rights all the time")
		require.False(t, grants, "it may make others members")
		require.NoError(t, conn.Close(t.Context()))
		remember(t, pg.URL(), 2)
		require.NoError(t, pg.Stop(t.Context()))
	}
}

func TestPostgresFilesAreForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	pg := start(t, local.PostgresOptions{Dir: dir})
	for path, want := range map[string]os.FileMode{
		filepath.Join(dir, "postgres.password"): 0o600,
		filepath.Join(dir, "duban.password"):    0o600,
		filepath.Join(dir, "postgres.url"):      0o600,
		filepath.Join(dir, "postgres.log"):      0o600,
		filepath.Join(dir, "run"):               0o700,
		pg.DataDir():                            0o700,
	} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm(), path)
	}
}

func TestPostgresComesBackWhenKilled(t *testing.T) {
	t.Parallel()
	pg := start(t, local.PostgresOptions{Dir: pgtest.Folder(t)})
	remember(t, pg.URL(), 1)
	require.NoError(t, syscall.Kill(pg.PID(), syscall.SIGKILL))

	require.Eventually(t, func() bool { return pg.Starts() > 1 && answers(pg.URL()) }, soon, tick)
	require.Equal(t, []int{1}, remembered(t, pg.URL()))
	remember(t, pg.URL(), 2)
}

func TestSecondPostgresOnAFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	pg := start(t, local.PostgresOptions{Dir: dir})

	_, err := local.StartPostgres(t.Context(), local.PostgresOptions{Dir: dir, Logger: silent()})
	require.ErrorIs(t, err, local.ErrInUse)
	require.ErrorContains(t, err, "process "+strconv.Itoa(os.Getpid()))
	require.ErrorContains(t, err, dir)
	remember(t, pg.URL(), 1) // and the first goes on
}

func TestKilledSupervisorLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	supervisor := helper(t, "supervisor", dir, fakeEngine)
	out, err := supervisor.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, supervisor.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	fields := strings.Fields(line)
	require.Len(t, fields, 2)

	url, address, err := local.Running(dir)
	require.NoError(t, err)
	require.NotEmpty(t, address)
	remember(t, url, 1)

	require.NoError(t, supervisor.Process.Kill())
	require.Error(t, supervisor.Wait())
	for _, field := range fields {
		pid, err := strconv.Atoi(field)
		require.NoError(t, err)
		require.Eventually(t, func() bool { return !alive(pid) }, soon, tick)
	}
	url, address, err = local.Running(dir)
	require.NoError(t, err)
	require.Empty(t, url+address)

	pg := start(t, local.PostgresOptions{Dir: dir})
	require.Equal(t, []int{1}, remembered(t, pg.URL()))
}

// What is left over where the kernel tells nobody of a parent's death.
func TestOrphanedPostgresIsEnded(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	pg := start(t, local.PostgresOptions{Dir: dir})
	remember(t, pg.URL(), 1)
	require.NoError(t, pg.Stop(t.Context()))

	bin, err := local.FindPostgres()
	require.NoError(t, err)
	orphan := exec.CommandContext(t.Context(), filepath.Join(bin, "postgres"), "-D", pg.DataDir(), "-k", filepath.Join(dir, "run"), "-c", "listen_addresses=")
	orphan.SysProcAttr = asServerAccount(t)
	require.NoError(t, orphan.Start())
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	require.Eventually(t, func() bool { return answers(pg.URL()) }, soon, tick)

	var said bytes.Buffer
	pg = start(t, local.PostgresOptions{Dir: dir, Say: func(s string) { said.WriteString(s) }})
	require.NoError(t, <-ended)
	require.Contains(t, said.String(), strconv.Itoa(orphan.Process.Pid))
	require.Equal(t, []int{1}, remembered(t, pg.URL()))
}

// After a restart of a container the old server's number often belongs to
// another process of the same account. It has to live, and we have to start.
func TestNumberOfAnotherProcessInPidFile(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	pg := start(t, local.PostgresOptions{Dir: dir})
	pidFile := filepath.Join(pg.DataDir(), "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	remember(t, pg.URL(), 1)
	require.NoError(t, pg.Stop(t.Context()))

	other := exec.CommandContext(t.Context(), "sleep", "600")
	other.SysProcAttr = asServerAccount(t)
	require.NoError(t, other.Start())
	t.Cleanup(func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	})
	_, rest, _ := strings.Cut(string(text), "\n")
	require.NoError(t, os.WriteFile(pidFile, []byte(strconv.Itoa(other.Process.Pid)+"\n"+rest), 0o600))

	pg = start(t, local.PostgresOptions{Dir: dir})
	require.Equal(t, []int{1}, remembered(t, pg.URL()))
	require.True(t, alive(other.Process.Pid))
}

func TestUnfinishedFolderIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	unfinished := filepath.Join(dir, "postgres.new")
	require.NoError(t, os.Mkdir(unfinished, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(unfinished, "PG_VERSION"), []byte("15\n"), 0o600))

	pg := start(t, local.PostgresOptions{Dir: dir})
	remember(t, pg.URL(), 1)
	require.NoDirExists(t, unfinished)
}

// PostgreSQL runs as another account when we are root; a folder in somebody's
// home is closed to it. Anybody else runs it as himself and needs no other.
func TestUnreachableFolder(t *testing.T) {
	t.Parallel()
	elsewhere := pgtest.Folder(t)
	dir := filepath.Join(t.TempDir(), "data") // t.TempDir has mode 0700 above
	var said bytes.Buffer
	o := local.PostgresOptions{Dir: dir, Elsewhere: elsewhere, Say: func(s string) { said.WriteString(s + "\n") }}

	pg := start(t, o)
	remember(t, pg.URL(), 1)
	if os.Geteuid() == 0 {
		require.True(t, strings.HasPrefix(pg.DataDir(), elsewhere+"/"), pg.DataDir())
		require.Contains(t, said.String(), filepath.Dir(pg.DataDir()))
	} else {
		require.True(t, strings.HasPrefix(pg.DataDir(), dir+"/"), pg.DataDir())
	}
	require.NoError(t, pg.Stop(t.Context()))

	at := pg.DataDir()
	pg = start(t, local.PostgresOptions{Dir: dir}) // the place is on record now
	require.Equal(t, at, pg.DataDir())
	require.Equal(t, []int{1}, remembered(t, pg.URL()))
}

func TestLostClusterIsNotReplacedByAnEmptyOne(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres.location"), []byte(filepath.Join(dir, "gone")+"\n"), 0o600))
	_, err := local.StartPostgres(t.Context(), local.PostgresOptions{Dir: dir, Logger: silent()})
	require.ErrorContains(t, err, "restore that folder")
}

func TestFolderOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "postgres"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := local.StartPostgres(t.Context(), local.PostgresOptions{Dir: dir, Logger: silent()})
	require.ErrorIs(t, err, local.ErrOtherVersion)
	for _, help := range []string{"apt-get install postgresql-9", "pg_dump", "pg_restore"} {
		require.ErrorContains(t, err, help)
	}
}

func TestLongPathFallsBackToLoopback(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Folder(t), strings.Repeat("long/", 25))
	pg := start(t, local.PostgresOptions{Dir: dir})
	require.Contains(t, pg.URL(), "@127.0.0.1:")
	remember(t, pg.URL(), 1)
	first := pg.URL()
	require.NoError(t, pg.Stop(t.Context()))
	require.Equal(t, first, start(t, local.PostgresOptions{Dir: dir}).URL())
}

func TestServerThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	_, err := local.StartPostgres(t.Context(), local.PostgresOptions{
		Dir: pgtest.Folder(t), Logger: silent(),
		Settings: map[string]string{"shared_buffers": "no number"},
	})
	require.ErrorContains(t, err, "shared_buffers")
	require.ErrorContains(t, err, "postgres.log")
}

// start starts a server and stops it with the test.
func start(t *testing.T, o local.PostgresOptions) *local.Postgres {
	t.Helper()
	o.Logger = silent()
	pg, err := local.StartPostgres(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	return pg
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// answers reports whether the server at url accepts sessions.
func answers(url string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// remember commits a number.
func remember(t *testing.T, url string, n int) {
	t.Helper()
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), "CREATE TABLE IF NOT EXISTS numbers (n int)")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "INSERT INTO numbers VALUES ($1)", n)
	require.NoError(t, err)
}

// remembered returns the numbers committed.
func remembered(t *testing.T, url string) []int {
	t.Helper()
	rows, err := connect(t, url).Query(t.Context(), "SELECT n FROM numbers ORDER BY n")
	require.NoError(t, err)
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int])
	require.NoError(t, err)
	return numbers
}

// helper prepares this test binary to play another program.
func helper(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), helperEnv+"="+role)
	cmd.Stderr = os.Stderr
	return cmd
}

// alive reports whether process pid exists and is no zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

func processGroup(t *testing.T, pid int) int {
	t.Helper()
	group, err := syscall.Getpgid(pid)
	require.NoError(t, err)
	return group
}

// asServerAccount starts a process as the account that package local chooses.
func asServerAccount(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	require.NoError(t, err)
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	require.NoError(t, err)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{}}}
}
