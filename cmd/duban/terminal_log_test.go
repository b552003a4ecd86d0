package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The terminal of make run is for a person: how the system stands, in sentences of one
// line; no request among them unless everything is asked for.
func TestTheTerminalIsForAPerson(t *testing.T) {
	t.Parallel()
	lines := func(level slog.Level) []string {
		var out bytes.Buffer
		log := slog.New(newTerminalHandler(&out, level))
		ctx := context.Background()
		away := slog.Any("error", errors.New("connection refused\nby 127.0.0.1"))
		log.InfoContext(ctx, "the API listens", slog.String("address", "127.0.0.1:8080"))
		log.InfoContext(ctx, "request", slog.String("route", "/v1/cases"))
		log.InfoContext(ctx, "worker waits for the engine", away)
		log.InfoContext(ctx, "create schedule", slog.String("schedule", "jobs"))
		log.With(slog.String("case", "督〔2026〕0001")).WarnContext(ctx, "late alarm stays", away)
		log.ErrorContext(ctx, "stop local system", away)
		log.DebugContext(ctx, "details")
		var list []string
		for line := range strings.Lines(out.String()) {
			require.Regexp(t, `^\d\d:\d\d:\d\d `, line)
			list = append(list, strings.TrimSuffix(line[len("15:04:05 "):], "\n"))
		}
		return list
	}
	require.Equal(t, []string{
		"接口已开始服务 the API listens (address 127.0.0.1:8080)",
		"任务处理等待计时引擎启动 worker waits for the engine",
		"注意 有逾期未处理的时限，系统将继续重试 late alarm stays (case 督〔2026〕0001, error connection refused\\nby 127.0.0.1)",
		"错误 stop local system (error connection refused\\nby 127.0.0.1)",
	}, lines(slog.LevelInfo))
	require.Len(t, lines(slog.LevelWarn), 2)
	require.Len(t, lines(slog.LevelDebug), 7)
}
