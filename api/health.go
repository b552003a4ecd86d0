package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
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
}

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
	}
	c.Header("Content-Type", "application/json")
	c.Status(status)
	_ = writeJSON(c.Writer, h)
}
