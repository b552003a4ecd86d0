package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"duban/activities"
	"duban/api"
	"duban/dispatch"
	"duban/lot"
	"duban/store"
	"duban/worker"
)

// parts are what one process runs: the API, the worker, or both. Both reach the
// same record and the same Temporal server, which may be away.
type parts struct {
	settings settings
	listen   string
	// operators is the address for operators; empty when nothing is served there.
	operators   string
	api, worker bool
	// evidence is where files are kept; empty for a process that takes none.
	evidence string
	// papers is where papers are kept; a process without a place for them sends
	// none out.
	papers string
	limits evidenceLimits
	// keys seal what is drawn for look-backs; a function because package fmt would
	// print a field.
	keys func() lot.Keys
	// migrates: this process brings the record to this release first.
	migrates bool
	initial  []byte
	// ready is called once the API listens.
	ready func(ctx context.Context, record *store.Store, address string) error
}

// drain is how long a stop waits for requests that are under way.
const drain = 20 * time.Second

// run runs the parts until the context ends, and then stops them in order.
func (p parts) run(ctx context.Context) error {
	log := p.settings.logger()
	channels, err := p.settings.channels()
	if err != nil {
		return err
	}
	mailbox, err := p.settings.mailbox()
	if err != nil {
		return err
	}
	keeper, err := p.settings.keeper(ctx, p.papers, log)
	if err != nil {
		return err
	}
	if keeper.Files != nil {
		defer keeper.Files.Close()
	}
	keys := p.keys()
	if len(keys) == 0 {
		log.WarnContext(ctx, "there is no key of the seal: no look-back is drawn and none is opened, and a leader is told; duban seal-key new makes one")
	}
	record, err := store.Open(ctx, store.Options{URL: p.settings.DatabaseURL, Printer: keeper, PublicURL: p.settings.PublicURL, Keys: keys, Logger: log})
	if err != nil {
		return err
	}
	defer record.Close()
	if p.migrates {
		if err := migrate(ctx, record, p.initial); err != nil {
			return err
		}
	}
	server, err := p.settings.temporal()
	if err != nil {
		return err
	}
	if exposed(server) {
		log.WarnContext(ctx, "the Temporal server is reached without TLS: whoever is on the way may stop the clocks; see --temporal-tls", slog.String("address", server.Address))
	}
	temporal, err := dispatch.Dial(server, log)
	if err != nil {
		return err
	}
	defer temporal.Close()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	group, ctx := errgroup.WithContext(ctx)
	state := func() string { return "elsewhere" }
	var mend func(context.Context, []string) error
	if p.worker {
		o := worker.Options{
			Temporal: temporal, Namespace: p.settings.TemporalNamespace, Record: record, Logger: log, Metrics: registry,
			Sender: &activities.SenderOptions{Messages: record, Channel: channels, Flood: p.settings.FloodLimit},
		}
		if mailbox != nil {
			o.Bounces = &activities.BounceOptions{Bounces: record, Mailbox: mailbox}
		}
		w := worker.New(o)
		state, mend = w.State, w.Mend
		group.Go(func() error { return w.Run(ctx) })
	}
	door := dispatch.New(record, dispatch.Options{
		Engine: dispatch.NewTemporal(temporal, p.settings.TemporalNamespace), Heart: p.api, Watch: p.worker, Mend: mend, Logger: log, Metrics: registry,
	})
	group.Go(func() error { return door.Run(ctx) })
	if p.api {
		files, err := openEvidence(ctx, p.evidence, p.limits.EvidenceMaxMiB<<20, log)
		if err != nil {
			return err
		}
		if files != nil {
			defer files.Close()
		}
		handler := api.New(api.Options{ //nolint:contextcheck // its handlers have their requests' contexts
			Evidence: files, Quota: store.Quota{Case: p.limits.EvidenceCaseQuotaMiB << 20, Unit: p.limits.EvidenceUnitQuotaMiB << 20},
			Record: record, Doer: door, Jobs: door, Logger: log, Registry: registry, Engine: door.EngineState, Worker: state, Version: version,
			StartImport: door.Import, StartNotices: door.Notices, Targets: channels,
			Papers: keeper,
		})
		group.Go(func() error { return p.serve(ctx, record, handler, log) })
	}
	if p.operators != "" {
		group.Go(func() error { return listenAndServe(ctx, p.operators, api.NewOperators(registry, state), nil) })
	}
	return group.Wait()
}

// serve answers requests until the context ends.
func (p parts) serve(ctx context.Context, record *store.Store, handler http.Handler, log *slog.Logger) error {
	return listenAndServe(ctx, p.listen, handler, func(address string) error {
		log.InfoContext(ctx, "the API listens", slog.String("address", address))
		if p.ready == nil {
			return nil
		}
		return p.ready(ctx, record, address)
	})
}

// listenAndServe serves a handler until the context ends, and then waits for
// requests that are under way.
func listenAndServe(ctx context.Context, address string, handler http.Handler, listening func(string) error) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := api.NewServer(address, handler)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if listening != nil {
		if err := listening(l.Addr().String()); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return errors.Join(err, server.Close())
	}
	return ctx.Err()
}

// migrate brings the record to this release, and waits for a database that is
// only just starting.
func migrate(ctx context.Context, record *store.Store, initial []byte) error {
	for {
		err := record.Migrate(ctx, initial)
		if err == nil || !errors.Is(err, store.ErrBusy) {
			return err
		}
		fmt.Fprintln(stderr, "duban: waiting for the database:", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Second):
		}
	}
}
