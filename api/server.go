package api

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// NewServer returns an HTTP server for a handler, with the time-outs that keep
// slow or silent clients from holding it.
func NewServer(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}

// methods lets HEAD ask wherever GET may.
func methods(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
			w = bodiless{w}
		}
		next.ServeHTTP(w, r)
	})
}

// bodiless drops the body and keeps status and headers.
type bodiless struct{ http.ResponseWriter }

// Write pretends to write.
func (bodiless) Write(p []byte) (int, error) { return len(p), nil }

// Unwrap lets http.ResponseController through.
func (b bodiless) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// writeJSON writes a value as every answer is written.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
