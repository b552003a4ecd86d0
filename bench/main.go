// Command bench measures the record against its bars on
// a private PostgreSQL with the settings of production: every commit on disk.
//
// It prints one line for each figure: name, figure, bar, and ok or short. A
// ratio compares two things measured in turns within one run, so that whatever
// else the machine does weighs on both.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime/pprof"
)

// An options is what the command line says.
type options struct {
	rounds, lives, clients, cases int
	only                          *regexp.Regexp
}

// A part of the bench measures some figures on a record of its own.
type part struct {
	name string
	run  func(context.Context, *bench, options) error
}

func parts() []part {
	return []part{{"commands", commands}, {"disk", disk}, {"lists", lists}, {"telling", telling}, {"alarms", alarms}, {"restart", restart}, {"idle", idle}, {"import", imports}, {"ledger", ledgerPart}}
}

func main() {
	var (
		o       options
		only    = flag.String("only", ".", "measure only the parts that match: commands, disk, lists, telling, alarms, restart, idle, import, ledger")
		profile = flag.String("cpuprofile", "", "write a CPU profile of the program here")
	)
	flag.IntVar(&o.rounds, "rounds", 8, "rounds of each side of a ratio, in turns")
	flag.IntVar(&o.lives, "lives", 320, "lifecycles of a round")
	flag.IntVar(&o.clients, "clients", 16, "clients at once")
	flag.IntVar(&o.cases, "cases", 1_000_000, "cases to list; three in ten of them open")
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile(*only); err == nil {
		err = run(o, *profile)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options, profile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b, err := start(ctx)
	if err != nil {
		return err
	}
	defer b.stop(ctx)
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, p := range parts() {
		if !o.only.MatchString(p.name) {
			continue
		}
		if err := p.run(ctx, b, o); err != nil {
			return fmt.Errorf("measure %s: %w", p.name, err)
		}
	}
	return nil
}

// atLeast and atMost print one figure beside its bar.
func atLeast(name string, figure, bar float64, unit string) {
	print1(name, figure, "≥", bar, unit, figure >= bar)
}

func atMost(name string, figure, bar float64, unit string) {
	print1(name, figure, "≤", bar, unit, figure <= bar)
}

// told prints a figure that has no bar.
func told(name string, figure float64, unit string) {
	fmt.Printf("%-62s %10.3f %-5s\n", name, figure, unit)
}

func print1(name string, figure float64, sign string, bar float64, unit string, good bool) {
	verdict := "ok"
	if !good {
		verdict = "short"
	}
	fmt.Printf("%-62s %10.3f %-5s %s %g  %s\n", name, figure, unit, sign, bar, verdict)
}
