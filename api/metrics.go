package api

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts and times requests by route and status.
type metrics struct{ requests *prometheus.HistogramVec }

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "duban", Subsystem: "http", Name: "request_duration_seconds",
		Help:    "Time to answer a request, by route and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})}
	registry.MustRegister(m.requests)
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == "none" {
		method = "any" // whatever a stranger may send
	}
	if sealed(route) { // neither the status nor how long it took may tell what is in it
		status, took = sealedStatus(status), 0
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}
