package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/sys/unix"

	"duban/documents/findings"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/local"
	"duban/store"
)

// An importing is `duban import` of one workbook.
type importing struct {
	file, dir string
	args      []string
}

func newImporting(t *testing.T, dir string, workbook []byte, args ...string) importing {
	t.Helper()
	file := filepath.Join(t.TempDir(), "第一批.xlsx")
	require.NoError(t, os.WriteFile(file, workbook, 0o600))
	return importing{file: file, dir: dir, args: append([]string{"import", file}, args...)}
}

func (i importing) command() *exec.Cmd {
	cmd := exec.Command(os.Getenv("DUBAN_BIN"), i.args...)
	cmd.Env = append(os.Environ(), "DUBAN_DATA="+i.dir)
	return cmd
}

// run runs it to its end.
func (i importing) run(t *testing.T) (exit int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd := i.command()
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), complaints.String()
}

// watched runs it to its end in front of a terminal, and returns what that shows.
func (i importing) watched(t *testing.T) (exit int, shown string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	defer master.Close()
	require.NoError(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	no, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	terminal, err := os.OpenFile(fmt.Sprint("/dev/pts/", no), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	cmd := i.command()
	cmd.Stdout, cmd.Stderr = terminal, terminal
	require.NoError(t, cmd.Start())
	require.NoError(t, terminal.Close())
	text, err := io.ReadAll(master)
	require.True(t, err == nil || errors.Is(err, syscall.EIO), "the terminal is gone when nobody writes to it: %v", err)
	_ = cmd.Wait() // how it ended is in its state
	return cmd.ProcessState.ExitCode(), string(text)
}

// killed starts it and kills it, or what it works on, when so many cases are
// open.
func (i importing) killed(ctx context.Context, t *testing.T, s setup, db database, after int, kill func(*exec.Cmd)) (stderr string) {
	t.Helper()
	var complaints bytes.Buffer
	cmd := i.command()
	cmd.Stderr = &complaints
	require.NoError(t, local.StartTied(cmd, syscall.SIGKILL))
	theMachine(t).wait(t, 20*time.Second, time.Millisecond, fmt.Sprint(after, " cases to be open"), func() bool {
		return db.count(ctx, `SELECT count(*) FROM cases`) >= after
	})
	kill(cmd)
	if cmd.Wait() == nil {
		s.shortage.end(t, "the import was done before it could be killed")
	}
	return complaints.String()
}

// running opens the record of the system that runs on a data folder.
func running(ctx context.Context, t *testing.T, dir string) (*store.Store, database) {
	t.Helper()
	url, _, err := local.Running(dir)
	require.NoError(t, err)
	record, err := store.Open(ctx, store.Options{URL: url})
	require.NoError(t, err)
	t.Cleanup(record.Close)
	return record, look(ctx, t, url)
}

// `duban import` beside a running system: killed itself, and with the system
// under it, the same command goes on where it was; a bar shows how far it is;
// done, it is not done again.
func TestTheImportProgramGoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	story(t, setup{}, func(t *testing.T, st setup) {
		t.Helper()
		theMachine(t).take(t)
		ctx := context.Background()
		dir := filepath.Join(pgtest.Folder(t), "data")
		served := serve(t, dir)
		record, db := running(ctx, t, dir)
		p := casetest.NewPeople(ctx, t, record)
		s := newSample(ctx, t, record, p)
		i := newImporting(t, dir, s.workbook, "--campaign", s.campaign, "--as", p.Inspector.Account)

		i.killed(ctx, t, st, db, 10, func(cmd *exec.Cmd) { _ = cmd.Process.Kill() })
		complaint := i.killed(ctx, t, st, db, 30, func(*exec.Cmd) { served.stop(syscall.SIGKILL) })
		require.Contains(t, complaint, "going on with import")
		require.Contains(t, complaint, "the same command goes on where this ended")
		serve(t, dir)
		record, db = running(ctx, t, dir)
		i.killed(ctx, t, st, db, 60, func(cmd *exec.Cmd) { _ = cmd.Process.Kill() })

		exit, shown := i.watched(t)
		require.Zero(t, exit, "%s", shown)
		require.Contains(t, shown, "going on with import")
		require.Contains(t, shown, "120/120", "the bar")
		require.Contains(t, shown, "120 of 120 opened")
		s.opened(ctx, t, db, record)

		exit, _, complaint = i.run(t)
		require.Equal(t, 1, exit)
		require.Contains(t, complaint, p.Inspector.Name+" imported this file on")
		s.opened(ctx, t, db, record)
	})
}

// A workbook with errors opens nothing: every error is told in Chinese by sheet
// and cell, and the workbook comes back beside the first with the errors marked.
func TestTheImportProgramTellsEveryError(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.Database(t)
	record, err := store.Open(ctx, store.Options{URL: url})
	require.NoError(t, err)
	defer record.Close()
	require.NoError(t, record.Migrate(ctx, nil))
	p := casetest.NewPeople(ctx, t, record)
	s := newSample(ctx, t, record, p)
	db := look(ctx, t, url)

	f, err := excelize.OpenReader(bytes.NewReader(s.workbook))
	require.NoError(t, err)
	defer f.Close()
	for cell, value := range map[string]string{"B3": "市教育厅", "E7": "2026.13.1", "G120": "C99"} {
		require.NoError(t, f.SetCellStr(findings.SheetName, cell, value))
	}
	var wrong bytes.Buffer
	require.NoError(t, f.Write(&wrong))
	i := newImporting(t, t.TempDir(), wrong.Bytes(), "--campaign", s.campaign, "--as", p.Inspector.Account, "--database-url", url)
	exit, stdout, complaint := i.run(t)
	require.Equal(t, 1, exit)
	require.Empty(t, stdout)
	lines := strings.Split(strings.TrimSpace(complaint), "\n")
	marked := strings.TrimSuffix(i.file, ".xlsx") + "-错误.xlsx"
	require.Len(t, lines, 5, "%s", complaint)
	for n, want := range []string{"!B3\t", "!E7\t", "!G120\t"} {
		require.Contains(t, lines[n], findings.SheetName+want)
		require.Regexp(t, `\p{Han}`, strings.SplitN(lines[n], "\t", 2)[1])
	}
	require.Contains(t, lines[0], "市教育局", "the nearest name")
	require.Equal(t, "标出错误的工作簿："+marked, lines[3])
	require.Zero(t, db.count(ctx, `SELECT count(*) FROM cases`))

	back, err := excelize.OpenFile(marked)
	require.NoError(t, err)
	defer back.Close()
	rows, err := back.GetRows(findings.SheetName)
	require.NoError(t, err)
	require.Len(t, rows, len(s.Rows)+1)
	last := len(rows[0]) - 2
	require.Equal(t, []string{"错误说明", "登记提示"}, rows[0][last:])
	for row, cell := range map[int]string{3: "B3：", 7: "E7：", 120: "G120："} {
		require.Contains(t, rows[row-1][last], cell)
	}

	// Mended, the workbook that came back goes in whole.
	for cell, value := range map[string]string{"B3": s.Rows[1][1], "E7": s.Rows[5][4], "G120": s.Rows[118][6]} {
		require.NoError(t, back.SetCellStr(findings.SheetName, cell, value))
	}
	require.NoError(t, back.SaveAs(i.file))
	exit, stdout, complaint = i.run(t)
	require.Zero(t, exit, "%s", complaint)
	require.Contains(t, stdout, "120 of 120 opened")
	s.opened(ctx, t, db, record)
}
