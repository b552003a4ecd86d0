// Package composetest checks docker-compose.yml and Dockerfile without a
// Docker engine: they have to be well formed, agree with each other and with
// the settings the binary reads.
//
// It is a module of its own, so that what reads a compose file stays out of
// the product's dependencies.
package composetest
