package main

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common"
)

var errTest = errors.New("no answer")

func TestStuckServerIsGivenUpOnlyWhilePostgresAnswers(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	type seen struct {
		after            time.Duration
		database, server error
		verdict          error
		news             string
	}
	for name, story := range map[string][]seen{
		"well": {{0, nil, nil, nil, ""}, {time.Hour, nil, nil, nil, ""}},
		"stuck": {
			{0, nil, errTest, nil, "the server fails although PostgreSQL answers"},
			{stuckAfter, nil, errTest, nil, ""},
			{stuckAfter + 1, nil, errTest, errStuck, ""},
		},
		"recovers in time": {
			{0, nil, errTest, nil, "the server fails although PostgreSQL answers"},
			{stuckAfter, nil, nil, nil, "the server answers again"},
			{stuckAfter + 1, nil, errTest, nil, "the server fails although PostgreSQL answers"},
			{2 * stuckAfter, nil, errTest, nil, ""},
		},
		"a long outage is not the server's": {
			{0, errTest, nil, nil, "PostgreSQL does not answer; waiting for it"},
			{time.Hour, errTest, nil, nil, ""},
			{time.Hour + 1, nil, errTest, nil, "the server fails although PostgreSQL answers"},
			{time.Hour + stuckAfter, nil, errTest, nil, ""},
			{time.Hour + stuckAfter + 2, nil, errTest, errStuck, ""},
		},
		"an outage ends": {
			{0, errTest, nil, nil, "PostgreSQL does not answer; waiting for it"},
			{1, nil, nil, nil, "PostgreSQL answers again"},
		},
		"schemas dropped": {{0, errSchemaGone, nil, errSchemaGone, ""}},
		"replaced": {
			{0, errReplaced, nil, nil, "another session holds the lease"},
			{replacedAfter, errReplaced, nil, nil, ""},
			{replacedAfter + 1, errReplaced, nil, errReplaced, ""},
		},
		"the other session was our own": {
			{0, errTest, nil, nil, "PostgreSQL does not answer; waiting for it"},
			{1, errReplaced, nil, nil, "another session holds the lease"},
			{replacedAfter, nil, nil, nil, ""},
			{replacedAfter + 2, errReplaced, nil, nil, "another session holds the lease"},
		},
	} {
		var h health
		for _, s := range story {
			news, verdict := h.observe(start.Add(s.after), s.database, s.server)
			require.ErrorIs(t, verdict, s.verdict, name)
			require.Equal(t, s.news, news, name)
		}
	}
}

func TestEveryReasonHasAStatus(t *testing.T) {
	t.Parallel()
	require.Equal(t, statusSchemaGone, status(errSchemaGone))
	require.Equal(t, statusStuck, status(errStuck))
	require.Equal(t, statusReplaced, status(errReplaced))
	require.Equal(t, statusFailed, status(errTest))
}

func TestCanaryReachesEveryShard(t *testing.T) {
	t.Parallel()
	const namespace = "0d5fd8b0-7e7d-4a5c-9b0e-3f0a5a6f2c11"
	shards := map[int32]bool{}
	for _, id := range oneInEachShard(namespace, historyShards) {
		shards[common.WorkflowIDToHistoryShard(namespace, id, historyShards)] = true
	}
	require.Len(t, shards, historyShards)
}

func TestListenAddress(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"127.0.0.1:7233", "[::1]:7233"} {
		at, err := parseListen(good)
		require.NoError(t, err)
		require.Equal(t, good, at.String())
	}
	for _, bad := range []string{"0.0.0.0:7233", "10.0.0.1:7233", "localhost:7233", "127.0.0.1", "127.0.0.1:0"} {
		_, err := parseListen(bad)
		require.ErrorContains(t, err, bad)
	}
}

func TestDatabaseURL(t *testing.T) {
	t.Parallel()
	db, err := parseDatabase("postgres://duban:secret@/duban?host=/run/duban&port=5433&sslmode=disable")
	require.NoError(t, err)
	require.Equal(t, "/run/duban", db.config.Host)
	require.Equal(t, "temporal", db.within(mainSchema).RuntimeParams["search_path"])
	require.NotContains(t, db.config.RuntimeParams, "search_path", "each schema has a copy of its own")

	_, err = parseDatabase("postgres://duban:secret@host:noport/duban")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}
