// Command duban is the whole of Duban 督办 but for the engine: the API, the
// worker, and the commands an administrator runs beside them.
//
// It is configuration and wiring only: what the product does is in the packages
// it wires.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when the program is linked.
var version = "dev"

// commandLine is every command and setting, with flags over environment.
type commandLine struct {
	settings `embed:"" group:"settings"`

	// What an office does comes first, what keeps the machinery going last.
	Import    importCmd    `cmd:"" group:"office" help:"Import a workbook of findings: check it all, then open its cases."`
	Directory directoryCmd `cmd:"" group:"office" help:"Take the whole directory out and in as a workbook."`
	Unit      unitCmd      `cmd:"" group:"office" help:"Add and list units."`
	Account   accountCmd   `cmd:"" group:"office" help:"Add, change and end accounts and their tokens."`
	Calendar  calendarCmd  `cmd:"" group:"office" help:"Count legal time, and put a year's holiday notice in force."`
	Policy    policyCmd    `cmd:"" group:"office" help:"Check, show and put in force the rules in figures."`
	Messages  messagesCmd  `cmd:"" group:"office" help:"Record what mail servers send back."`
	Verify    verifyCmd    `cmd:"" group:"proof" help:"Check offline what the record gave out: a case file, what was drawn for look-backs, or a campaign's draw of inspectees."`
	Papers    papersCmd    `cmd:"" group:"proof" help:"See that every paper that was sent out is there and whole."`
	Evidence  evidenceCmd  `cmd:"" group:"proof" help:"See that every file of evidence is there and whole."`
	Demo      demoCmd      `cmd:"" group:"machinery" help:"Let one finding live its whole life and a campaign come in, in minutes, with things being killed on the way."`
	Serve     serveCmd     `cmd:"" group:"machinery" help:"Run everything on this machine: PostgreSQL, engine, API and worker."`
	API       apiCmd       `cmd:"" name:"api" group:"machinery" help:"Run the REST API on a database and a Temporal server that run already."`
	Worker    workerCmd    `cmd:"" group:"machinery" help:"Run the worker on a database and a Temporal server that run already."`
	Migrate   migrateCmd   `cmd:"" group:"machinery" help:"Bring the database to this release."`
	Roles     rolesCmd     `cmd:"" group:"machinery" help:"Print the SQL for the roles that a PostgreSQL of your own needs."`
	SealKey   sealKeyCmd   `cmd:"" group:"machinery" help:"Draw and list the keys that seal what was drawn for a look-back."`
	Rebuild   rebuildCmd   `cmd:"" group:"machinery" help:"Fold every case from its events again and mend what differs; the system may go on meanwhile."`
	Rehydrate rehydrateCmd `cmd:"" group:"machinery" help:"Tell every open case's workflow where it stands; makes lost workflows again."`
	Env       envCmd       `cmd:"" hidden:"" help:"Print the environment variables this program reads."`
	Version   versionCmd   `cmd:"" group:"machinery" help:"Print the version."`
}

func main() {
	var c commandLine
	parser := newParser(&c)
	k, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(&c.settings)
	k.Bind(parser)
	if err := k.Run(); err != nil && !errors.Is(err, context.Canceled) {
		stop()
		fmt.Fprintln(stderr, "duban:", err)
		status := 1
		if own, ok := errors.AsType[laterError](err); ok {
			status = own.ExitCode()
		}
		os.Exit(status) //nolint:gocritic // stop was called
	}
}

// newParser reads the command line. The help shows a command's own flags; the settings,
// which every command takes, come after it and not before.
func newParser(c *commandLine) *kong.Kong {
	return kong.Must(c, kong.Name("duban"),
		kong.Description("Duban 督办 sees to it that what an inspection finds is really put right."),
		kong.ExplicitGroups([]kong.Group{
			{Key: "office", Title: "An office's work · 日常工作:"},
			{Key: "proof", Title: "What is there and whole · 核验:"},
			{Key: "machinery", Title: "The machinery · 系统运行:"},
			{Key: "settings", Title: "Settings, of every command · 通用设置:"},
		}),
		kong.ShortUsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}))
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Fprintln(stdout, version)
	return nil
}

type envCmd struct{}

// Run prints one line for each environment variable the program reads.
func (envCmd) Run(parser *kong.Kong) error {
	seen := map[string]bool{}
	return kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				if !seen[name] {
					seen[name] = true
					fmt.Fprintln(stdout, name)
				}
			}
		}
		return next(nil)
	})
}
