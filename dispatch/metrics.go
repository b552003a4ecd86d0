package dispatch

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what dispatch does.
type metrics struct {
	sent, failed, leftOver, dropped, replaced prometheus.Counter
}

func newMetrics() *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "duban", Name: name, Help: help})
	}
	return &metrics{
		sent:     counter("tellings_sent_total", "Workflows told of their cases."),
		failed:   counter("tellings_failed_total", "Tellings that did not reach the engine; they are tried again."),
		leftOver: counter("tellings_left_over_total", "Tellings taken up again from the record."),
		dropped:  counter("tellings_dropped_total", "Tellings left to the record because too many were waiting."),
		replaced: counter("workflows_replaced_total", "Workflows that lagged behind their cases and were replaced."),
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.sent, m.failed, m.leftOver, m.dropped, m.replaced}
}

const (
	gaugeLimit = 2 * time.Second
	gaugeAge   = 5 * time.Second
)

// lateGauge shows how many alarms are late, as the record says when it is
// asked. While the record does not answer it shows nothing.
type lateGauge struct {
	desc  *prometheus.Desc
	count func(ctx context.Context) (int64, error)

	mu sync.Mutex
	at time.Time
	n  int64
	ok bool
}

func newLateGauge(count func(ctx context.Context) (int64, error)) *lateGauge {
	return &lateGauge{
		desc:  prometheus.NewDesc("duban_alarms_late", "Alarms that should have fired some time ago and did not.", nil, nil),
		count: count,
	}
}

// Describe implements prometheus.Collector.
func (g *lateGauge) Describe(ch chan<- *prometheus.Desc) { ch <- g.desc }

// Collect implements prometheus.Collector. The record is asked every few
// seconds at most, however many ask.
func (g *lateGauge) Collect(ch chan<- prometheus.Metric) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.at) > gaugeAge {
		ctx, cancel := context.WithTimeout(context.Background(), gaugeLimit)
		defer cancel()
		n, err := g.count(ctx)
		g.at, g.n, g.ok = time.Now(), n, err == nil
	}
	if g.ok {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, float64(g.n))
	}
}
