package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// help is what a command line prints when it is asked for help.
func help(t *testing.T, args ...string) string {
	t.Helper()
	var c commandLine
	parser := newParser(&c)
	var out bytes.Buffer
	parser.Stdout = &out
	parser.Exit = func(int) { panic(exited{}) }
	func() {
		defer func() {
			if p := recover(); p != nil {
				require.IsType(t, exited{}, p)
			}
		}()
		_, err := parser.Parse(append(args, "--help"))
		require.NoError(t, err)
	}()
	return out.String()
}

type exited struct{}

// Issue 10 item 12: the help begins with what an office does, and what a command takes
// is told before the settings, which every command takes.
func TestHelpBeginsWithAnOfficesWork(t *testing.T) {
	t.Parallel()
	order := func(text string, wanted ...string) {
		t.Helper()
		at := -1
		for _, w := range wanted {
			next := strings.Index(text, w)
			require.Greater(t, next, at, "%q in its place in\n%s", w, text)
			at = next
		}
	}
	order(help(t), "日常工作", "\n  import", "\n  account disable", "\n  policy set", "核验", "\n  verify file", "系统运行", "\n  serve", "\n  rehydrate", "通用设置", "--database-url")
	order(help(t, "account", "disable"), "\n      --reason", "\n      --taker", "通用设置", "--database-url")
	order(help(t, "unit", "add"), "--name", "通用设置", "--data")
	var c commandLine
	for _, command := range newParser(&c).Model.Leaves(true) {
		require.NotNil(t, command.ClosestGroup(), "%s stands under no heading", command.Path())
	}
}
