package main

import (
	"go.temporal.io/server/common/dynamicconfig"
)

// dynamicSettings are the server's settings that differ from its defaults,
// each with the reason.
func dynamicSettings() dynamicconfig.Client {
	values := map[string]any{
		// One machine serves every task queue: four partitions only make
		// matching forward tasks between them. Measured at 32 concurrent
		// openings: the slowest went from 4.2 s to about 1 s.
		"matching.numTaskqueueReadPartitions":  1,
		"matching.numTaskqueueWritePartitions": 1,

		// The default of 10 a second, meant to protect a shared cluster, makes
		// an operator's page or a rehydration fail.
		"frontend.namespaceRPS.visibility": 200,
	}
	client := make(dynamicconfig.StaticClient, len(values))
	for name, value := range values {
		client[dynamicconfig.MakeKey(name)] = value
	}
	return client
}
