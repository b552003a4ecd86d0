package api

import (
	"maps"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"duban/characters"
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

// DescribedTypes are the types that the description speaks of, by package and name.
func DescribedTypes() []string {
	_, s := build(Options{Registry: prometheus.NewRegistry()}.withDefaults())
	found := slices.Collect(maps.Keys(s.asked))
	registered := s.huma.OpenAPI().Components.Schemas
	for name := range registered.Map() {
		if t := registered.TypeFromRef("#/components/schemas/" + name); t != nil {
			found = append(found, typeKey(t))
			for _, f := range reflect.VisibleFields(t) {
				if f.Anonymous {
					of := f.Type
					if of.Kind() == reflect.Pointer {
						of = of.Elem()
					}
					found = append(found, typeKey(of))
				}
			}
		}
	}
	return found
}

// Retell has the description say what the sources say by now.
func Retell(text []byte) { sentencesText = text }

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

// PrivateUse finds a character in private use in a JSON body.
func PrivateUse(body []byte) (field string, found *characters.Fault) { return privateUse(body) }

// Attachment is what an answer that is saved as a file has for a header.
func Attachment(name, letters string) string { return attachment(name, letters) }
