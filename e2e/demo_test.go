package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/require"

	"duban/local"
)

// The demonstration tells its whole story, look-backs that are drawn, told and
// verified among it, in lines that a terminal of 80 columns shows whole. It ends by
// itself when it takes too long.
func TestDemo(t *testing.T) {
	t.Parallel()
	theMachine(t).take(t)
	cmd := exec.Command(os.Getenv("DUBAN_BIN"), "demo")
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	require.NoError(t, local.StartTied(cmd, syscall.SIGKILL))
	require.NoError(t, cmd.Wait(), "%s%s", &out, &complaints)
	for line := range strings.Lines(out.String()) {
		require.LessOrEqual(t, runewidth.StringWidth(strings.TrimRight(line, "\n")), 80, line)
	}
	for _, said := range []string{"kill -9 worker", "kill -9 engine", "日期与人员封存", "今日任务T-", "与密封校验码相符", "40个单位，120个问题", "120/120", "不重不漏", "已归档"} {
		require.Contains(t, out.String(), said)
	}
}
