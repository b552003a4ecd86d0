package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// A terminalHandler writes log lines for a person at a terminal: the hour, a sentence in
// Chinese and in English, and what it is about, one line each. Below a warning it shows
// nothing but how the system itself stands; requests and the rest are shown when the level
// asks for everything (debug). Files and machines are served by slog's own handlers.
type terminalHandler struct {
	out   io.Writer
	level slog.Level
	// turn keeps one line from running into another.
	turn  *sync.Mutex
	attrs []slog.Attr
}

func newTerminalHandler(out io.Writer, level slog.Level) *terminalHandler {
	return &terminalHandler{out: out, level: level, turn: &sync.Mutex{}}
}

// states are the sentences that say how the system stands, in Chinese, by the line's own
// words.
var states = map[string]string{ //nolint:gochecknoglobals // an immutable table, never assigned again
	"worker waits for the engine": "任务处理等待计时引擎启动",
	"worker works":                "任务处理已开始",
	"worker stopped":              "任务处理已停止",
	"engine is not there yet; what is to be told waits in the record": "计时引擎尚未启动，待通知事项先存入数据库",
	"engine is away; what is to be told waits in the record":          "计时引擎暂不可用，待通知事项先存入数据库",
	"engine is back":  "计时引擎已恢复",
	"the API listens": "接口已开始服务",
	"child ended by itself; starting it again":   "有程序意外退出，正在重新启动",
	"worker cannot work; it keeps trying":        "任务处理暂不能进行，正在重试",
	"late alarm stays":                           "有逾期未处理的时限，系统将继续重试",
	"message given up":                           "有消息未能送达，已停止重试",
	"message came back":                          "有消息被退回",
	"schedules do not go; they are being mended": "定时任务未运行，正在恢复",
	"all schedules go again":                     "定时任务已全部恢复",
	"leftovers of uploads were removed":          "已清理未完成上传的残留文件",
	"alarms were late":                           "到期未处理的时限已补办",
}

// Enabled leaves what is asked for to Handle, which knows the line.
func (h *terminalHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= min(h.level, slog.LevelInfo)
}

// Handle writes one line.
func (h *terminalHandler) Handle(_ context.Context, r slog.Record) error {
	zh, state := states[r.Message]
	if r.Level < h.level || r.Level < slog.LevelWarn && h.level > slog.LevelDebug && !state {
		return nil
	}
	var b strings.Builder
	b.WriteString(r.Time.Format("15:04:05 "))
	switch {
	case r.Level >= slog.LevelError:
		b.WriteString("错误 ")
	case r.Level >= slog.LevelWarn:
		b.WriteString("注意 ")
	}
	if state {
		b.WriteString(zh + " ")
	}
	b.WriteString(r.Message)
	var about []string
	note := func(a slog.Attr) bool {
		// Why a state is as it is, is news only when it is trouble.
		if a.Key != "error" || r.Level >= slog.LevelWarn || h.level <= slog.LevelDebug {
			about = append(about, fmt.Sprintf("%s %s", a.Key, shown(a.Value.Resolve().String(), "")))
		}
		return true
	}
	for _, a := range h.attrs {
		note(a)
	}
	r.Attrs(note)
	if len(about) > 0 {
		b.WriteString(" (" + strings.Join(about, ", ") + ")")
	}
	b.WriteByte('\n')
	h.turn.Lock()
	defer h.turn.Unlock()
	_, err := io.WriteString(h.out, b.String())
	return err
}

// WithAttrs returns a handler whose lines have these as well.
func (h *terminalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	one := *h
	one.attrs = append(slices.Clone(h.attrs), attrs...)
	return &one
}

// WithGroup returns the handler itself: a person needs no groups.
func (h *terminalHandler) WithGroup(string) slog.Handler { return h }
