package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"duban/lifecycle"
)

// A call is one request, as far as its handler needs to know it.
type call struct {
	id       string
	language Language
	actor    lifecycle.Actor
	// receivedAt is stamped once the token is known; timeliness is judged by it.
	receivedAt time.Time
	method     string
	path       string
	query      string
	header     http.Header
	body       []byte
	// token is what the person came with.
	token string
	// once: a transaction is under way that the answer belongs to, and committed is
	// what is to be done after it.
	once bool
	// kept: what was turned down is kept all the same, to be given back.
	kept      bool
	committed []func(context.Context)
	// cause is what happened inside, for the one line in the log.
	cause error
}

type callKey struct{}

// callOf returns the call a request's context carries.
func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		panic("api: a handler outside the middleware")
	}
	return c
}

// unit reports whether the person belongs to an inspected unit.
func (c *call) unit() bool { return c.actor.Unit != "" }

// problem turns an error into the answer for this person, and keeps what the
// answer does not say for the log.
func (c *call) problem(err error) *answer {
	f := faultOf(err)
	c.cause = f.cause
	a := &answer{Problem: f.render(c.language), header: f.header.Clone()}
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set("Content-Language", c.language.tag())
	return a
}

// An answer is a problem on its way out.
type answer struct {
	Problem

	header http.Header
}

// Error returns the problem's sentence.
func (a *answer) Error() string { return a.Detail }

// GetStatus returns the HTTP status.
func (a *answer) GetStatus() int { return a.Status }

// GetHeaders returns the headers that belong to the problem.
func (a *answer) GetHeaders() http.Header { return a.header }

// ContentType makes it application/problem+json.
func (a *answer) ContentType(string) string { return problemType }

// maxParameter is how many bytes one query parameter may have.
const maxParameter = 1000

// parameters refuses query parameters that the operation does not have, that
// are given twice, or that are no text.
func (c *call) parameters(known []string) error {
	values, err := url.ParseQuery(c.query)
	if err != nil {
		return badRequest("bad_query", "", "查询参数无法读取。", "The query string cannot be read.")
	}
	var found []*fault
	for name, given := range values {
		at := printable(name)
		switch {
		case !slices.Contains(known, name):
			found = append(found, invalid(at, "unknown_parameter", "没有“"+at+"”这个查询参数。", "There is no parameter "+at+"."))
		case len(given) > 1:
			found = append(found, invalid(at, "duplicate_parameter", "查询参数“"+at+"”出现了多次。", "The parameter "+at+" is given more than once."))
		case !utf8.ValidString(given[0]), len(given[0]) > maxParameter:
			found = append(found, invalid(at, "bad_parameter", "查询参数“"+at+"”无法使用。", "The parameter "+at+" cannot be used."))
		}
	}
	slices.SortFunc(found, func(a, b *fault) int { return strings.Compare(a.field, b.field) })
	return several(found[:min(len(found), maxFaults)])
}
