package api

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"duban/lifecycle"
)

// Described returns the document, and every route the router has.
func Described() (*huma.OpenAPI, []string) {
	router, s := build(Options{Registry: prometheus.NewRegistry()}.withDefaults())
	var routes []string
	for _, r := range router.Routes() {
		routes = append(routes, routeName(r.Method, r.Path))
	}
	return s.huma.OpenAPI(), routes
}

// Access returns the routes of the access table.
func Access() []string {
	var routes []string
	for route := range accessTable() {
		routes = append(routes, route)
	}
	return routes
}

// The parts that are tested by themselves.
var (
	Decode     = decode
	LanguageOf = languageOf
	Label      = label
)

// FieldsOf is what a fault says, by field: the codes.
func FieldsOf(err error) []string {
	f := faultOf(err)
	all := f.all
	if len(all) == 0 {
		all = []*fault{f}
	}
	var said []string
	for _, one := range all {
		said = append(said, one.field+" "+one.code)
	}
	return said
}

// RefusedBurst is how many requests of an account may be turned down at once.
const RefusedBurst = refusedBurst

// Shares returns what tries to take one of so many places.
func Shares(all, each int) func(lifecycle.Actor) bool {
	s := newShares(all, each, 0)
	return func(a lifecycle.Actor) bool {
		leave, _ := s.try(a)
		return leave != nil
	}
}
