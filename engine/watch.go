package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	// watchEvery is how soon a dropped schema is noticed.
	watchEvery = 2 * time.Second
	// stuckAfter is how long the server may fail while PostgreSQL answers. It
	// needs some seconds by itself to find its way back after an outage.
	stuckAfter = 15 * time.Second
	// replacedAfter is how long somebody else may hold the lease. A session of
	// our own that we lost may still be there until PostgreSQL notices.
	replacedAfter = leaseDeadAfter + 5*time.Second
)

// errStuck says that the server does not recover by itself.
var errStuck = errors.New("the server has been failing although PostgreSQL answers")

// watch looks at database and server until ctx ends or there is a reason to be
// started anew.
func watch(ctx context.Context, c *canary, l *lease, logger *slog.Logger) error {
	var h health
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		database := l.check(ctx, c.namespace)
		var server error
		if database == nil {
			server = c.ask(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		news, verdict := h.observe(time.Now(), database, server)
		if news != "" {
			logger.Warn("engine watches", slog.String("news", news), slog.Any("database", database), slog.Any("server", server))
		}
		if verdict != nil {
			return verdict
		}
	}
}

// A health remembers what watch saw. The zero value is a healthy server.
type health struct {
	databaseAway  bool
	failingSince  time.Time // zero while the server is well, or PostgreSQL away
	replacedSince time.Time // zero while the lease is ours, or PostgreSQL away
}

// observe takes what the database and, when that answered, the server said. It
// returns a sentence when something changed, and the reason to start anew or
// nil to go on.
func (h *health) observe(now time.Time, database, server error) (news string, verdict error) {
	switch {
	case errors.Is(database, errSchemaGone):
		return "", database
	case errors.Is(database, errReplaced):
		if h.replacedSince.IsZero() {
			*h = health{replacedSince: now}
			return "another session holds the lease", nil
		}
		if now.Sub(h.replacedSince) > replacedAfter {
			return "", database
		}
		return "", nil
	case database != nil:
		// The server cannot be well now, and is not to blame.
		if !h.databaseAway {
			news = "PostgreSQL does not answer; waiting for it"
		}
		*h = health{databaseAway: true}
		return news, nil
	}
	if h.databaseAway {
		news = "PostgreSQL answers again"
		h.databaseAway = false
	}
	h.replacedSince = time.Time{}
	if server == nil {
		if !h.failingSince.IsZero() {
			news = "the server answers again"
		}
		h.failingSince = time.Time{}
		return news, nil
	}
	if h.failingSince.IsZero() {
		h.failingSince = now
		return "the server fails although PostgreSQL answers", nil
	}
	if failing := now.Sub(h.failingSince); failing > stuckAfter {
		return "", fmt.Errorf("%w for %s: %w", errStuck, failing.Round(time.Second), server)
	}
	return news, nil
}
