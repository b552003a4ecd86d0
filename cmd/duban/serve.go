package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"duban/lifecycle"
	"duban/local"
	"duban/lot"
	"duban/store"
)

type serveCmd struct {
	Listen string `env:"DUBAN_LISTEN" default:"127.0.0.1:8080" help:"Address of the API. Defaults to 127.0.0.1:8080."`
	Policy string `type:"existingfile" help:"Policy to begin with, in an empty record. Defaults to the built-in one."`

	evidenceLimits
	operatorListen
}

// Run starts what is not named, serves until it is told to stop, and stops it
// all again.
func (c serveCmd) Run(ctx context.Context, s *settings) error {
	if _, err := net.ResolveTCPAddr("tcp", c.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	// Said before a database is made for nothing.
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if err := l.Close(); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	say := func(line string) { fmt.Fprintln(stderr, line) }
	system, err := local.Start(ctx, local.Options{
		Dir: s.Data, DatabaseURL: s.DatabaseURL, TemporalAddress: s.TemporalAddress, Namespace: s.TemporalNamespace,
		Roles: store.Roles(), Say: say, Logger: s.logger(),
	})
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		if err := system.Stop(stop); err != nil {
			s.logger().ErrorContext(ctx, "stop local system", slog.Any("error", err))
		}
	}()
	if len(keys) == 0 {
		if keys, err = s.firstKey(ctx, say); err != nil {
			return err
		}
	}
	p := parts{
		settings: *s, listen: c.Listen, operators: c.OperatorListen, api: true, worker: true, migrates: true, limits: c.evidenceLimits,
		keys: func() lot.Keys { return keys },
	}
	if p.papers, err = s.papersAddress(); err != nil {
		return err
	}
	if p.evidence, err = s.evidenceAddress(); err != nil {
		return err
	}
	p.settings.DatabaseURL, p.settings.TemporalAddress = system.DatabaseURL(), system.TemporalAddress()
	if key, ours := system.EngineKeyFile(); ours {
		p.settings.temporalSettings = temporalSettings{EngineKeyFile: key}
	}
	p.ready = func(ctx context.Context, record *store.Store, address string) error {
		token, err := firstToken(ctx, record, s.Data)
		if err != nil {
			return err
		}
		say("督办 Duban 已就绪 is ready: http://" + address + "  (API: http://" + address + "/docs)")
		if token != "" {
			say("管理员令牌 the first token is in " + token)
		}
		return nil
	}
	if p.initial, err = initialPolicy(c.Policy); err != nil {
		return err
	}
	return p.run(ctx)
}

// initialPolicy reads the policy an empty record begins with; nil for the
// built-in one.
func initialPolicy(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	return text, nil
}

// tokenFile holds the token of the first administrator, for whoever may read
// the data folder.
const tokenFile = "admin.token"

// firstToken makes the first administrator of an empty record and returns where
// the token is, or where it was left before; empty when there is none.
func firstToken(ctx context.Context, record *store.Store, dir string) (string, error) {
	file := filepath.Join(dir, tokenFile)
	have, err := record.HasAccounts(ctx)
	if err != nil {
		return "", err
	}
	if have {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		return file, nil
	}
	_, token, err := record.AddAccount(ctx, store.NewAccount{Name: "系统管理员", Roles: []lifecycle.Role{lifecycle.Admin}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the first token: %w", err)
	}
	return file, nil
}

// evidenceLimits bound what is taken in.
type evidenceLimits struct {
	EvidenceMaxMiB       int64 `name:"evidence-max-mib" default:"50" help:"How large one file of evidence may be, in MiB. Defaults to 50."`
	EvidenceCaseQuotaMiB int64 `name:"evidence-case-quota-mib" default:"500" help:"How much evidence one case may have, in MiB. Defaults to 500."`
	EvidenceUnitQuotaMiB int64 `name:"evidence-unit-quota-mib" default:"5120" help:"How much evidence one unit's cases may have, in MiB. Defaults to 5120."`
}

// Validate wants limits that let something through.
func (l evidenceLimits) Validate() error {
	const most = 1 << 30 // a PiB, in MiB
	for _, limit := range []struct {
		name  string
		value int64
	}{{"--evidence-max-mib", l.EvidenceMaxMiB}, {"--evidence-case-quota-mib", l.EvidenceCaseQuotaMiB}, {"--evidence-unit-quota-mib", l.EvidenceUnitQuotaMiB}} {
		if limit.value < 1 || limit.value > most {
			return fmt.Errorf("%s: %d is not a number of MiB from 1 to %d", limit.name, limit.value, most)
		}
	}
	return nil
}

type apiCmd struct {
	Listen string `env:"DUBAN_LISTEN" default:"127.0.0.1:8080" help:"Address of the API. Defaults to 127.0.0.1:8080."`

	evidenceLimits
	operatorListen
}

// errExternal: the split processes start nothing local.
var errExternal = errors.New("give --database-url and --temporal-address; duban serve runs them here")

// Run serves the API.
func (c apiCmd) Run(ctx context.Context, s *settings) error {
	if s.DatabaseURL == "" || s.TemporalAddress == "" {
		return errExternal
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	return parts{keys: func() lot.Keys { return keys }, settings: *s, listen: c.Listen, operators: c.OperatorListen, api: true, evidence: s.EvidenceURL, papers: s.PapersURL, limits: c.evidenceLimits}.run(ctx)
}

type workerCmd struct{ operatorListen }

// Run works.
func (c workerCmd) Run(ctx context.Context, s *settings) error {
	if s.DatabaseURL == "" || s.TemporalAddress == "" {
		return errExternal
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	return parts{keys: func() lot.Keys { return keys }, settings: *s, operators: c.OperatorListen, worker: true, papers: s.PapersURL}.run(ctx)
}

type migrateCmd struct {
	Policy string `type:"existingfile" help:"Policy to begin with, in an empty record. Defaults to the built-in one."`
}

// Run migrates the record.
func (c migrateCmd) Run(ctx context.Context, s *settings) error {
	initial, err := initialPolicy(c.Policy)
	if err != nil {
		return err
	}
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	return migrate(ctx, record, initial)
}
