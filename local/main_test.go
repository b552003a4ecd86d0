package local_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"duban/local"
)

// The test binary plays other programs too, when this variable names one.
const helperEnv = "DUBAN_LOCAL_TEST_HELPER"

// fakeEngine is a program that behaves towards its supervisor as the engine
// does: this binary behind a two-line script.
var fakeEngine string

func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(runTests(m))
	case "engine":
		os.Exit(playEngine())
	case "supervisor":
		os.Exit(playSupervisor())
	default:
		os.Exit(2)
	}
}

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "duban-local-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// Written before any test starts a process: a process forked meanwhile
	// would keep the script open for writing, and it could not be run.
	fakeEngine = filepath.Join(folder, "duban-engine")
	script := fmt.Sprintf("#!/bin/sh\n%s=engine exec %q \"$@\"\n", helperEnv, self)
	if err := os.WriteFile(fakeEngine, []byte(script), 0o700); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// playEngine listens where --listen says, says so and waits for its end.
func playEngine() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	listen := ""
	for i, arg := range os.Args {
		if arg == "--listen" && i+1 < len(os.Args) {
			listen = os.Args[i+1]
		}
	}
	if !strings.HasPrefix(os.Getenv("DATABASE_URL"), "postgres://") {
		fmt.Fprintln(os.Stderr, "no DATABASE_URL")
		return 1
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer l.Close()
	fmt.Println("ready", listen)
	<-ctx.Done()
	return 0
}

// playSupervisor runs a whole system on the folder in its first argument, says
// what it runs and waits to be killed.
func playSupervisor() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGUSR1)
	defer stop()
	pg, err := local.StartPostgres(ctx, local.PostgresOptions{Dir: os.Args[1]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	engine, err := local.StartEngine(ctx, local.EngineOptions{Dir: os.Args[1], DatabaseURL: pg.URL(), Bin: os.Args[2]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	poll := time.NewTicker(tick)
	defer poll.Stop()
	for !engine.State().Ready {
		<-poll.C
	}
	fmt.Println(pg.PID(), engine.PID())
	<-ctx.Done() // until killed
	return 0
}
