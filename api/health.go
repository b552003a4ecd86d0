package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"duban/dispatch"
)

// A Health says how this process and what it stands on are.
type Health struct {
	// Ready: commands can be recorded.
	Ready bool `json:"ready"`
	// Database is "ok" or "unavailable".
	Database string `json:"database"`
	// ClockDifference is the host's clock minus the database's.
	ClockDifference string `json:"clock_difference,omitempty"`
	Schema          int64  `json:"schema,omitempty"`
	Engine          string `json:"engine"`
	Worker          string `json:"worker"`
	// LateRounds are what the engine should have begun by itself and did not.
	LateRounds []string `json:"late_rounds,omitempty"`
	// Notes say in words what does not work, Chinese first.
	Notes []string `json:"notes,omitempty"`
}

const (
	noteEngine = "可以照常办理；计时引擎不可用，到期事项照常处理，消息暂不发出。 People go on working; the engine is away: what falls due is applied all the same, and messages wait."
	noteRounds = "可以照常办理；部分定时工作没有按时开始，系统正在恢复。 People go on working; some of what is done at intervals did not begin in time, and is being mended."
)

// health registers what operators and their machines ask.
func (s *server) health(router *gin.Engine) {
	router.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	router.GET("/readyz", s.ready)
}

// ready answers 200 when commands can be recorded. The engine may be away: then
// people go on working, and what falls due is applied all the same.
func (s *server) ready(c *gin.Context) {
	h := Health{Ready: true, Database: "ok", Engine: s.engine(), Worker: s.worker()}
	status := http.StatusOK
	r, err := s.record.Ready(c.Request.Context())
	if err != nil {
		callOf(c.Request.Context()).cause = err
		h.Ready, h.Database, status = false, "unavailable", http.StatusServiceUnavailable
		c.Header("Retry-After", retryAfter)
	} else {
		h.ClockDifference, h.Schema = r.Behind.String(), r.Schema
		s.degraded(c.Request.Context(), &h)
	}
	c.Header("Content-Type", "application/json")
	c.Status(status)
	_ = writeJSON(c.Writer, h)
}

// degraded says what does not work although commands can be recorded.
func (s *server) degraded(ctx context.Context, h *Health) {
	if h.Engine == dispatch.EngineAway {
		h.Notes = append(h.Notes, noteEngine)
	}
	late, err := s.record.LateRounds(ctx)
	if err != nil {
		callOf(ctx).cause = err
		return
	}
	for _, r := range late {
		h.LateRounds = append(h.LateRounds, r.Name)
	}
	if len(late) > 0 {
		h.Notes = append(h.Notes, noteRounds)
	}
}
