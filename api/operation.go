package api

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// An operation is one route as the document shows it.
type operation struct {
	id, method, path  string
	tag, summary, doc string
	// status is that of success. Defaults to 200.
	status int
	// body is the request body's type; nil when there is none.
	body reflect.Type
	// optional: the body may be left out.
	optional bool
	// refuses lists the statuses of refusal beyond those of every route.
	refuses []int
}

// register adds an operation to the router and to the document. Parameters
// reach the handler as texts; it reads them itself, so that every sentence a
// person gets is ours.
func register[I, O any](s *server, op operation, handle func(context.Context, *call, *I) (*O, error)) {
	parameters := queryNames(reflect.TypeFor[I]())
	registered := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{op.tag}, Summary: op.summary, Description: op.doc,
		DefaultStatus: op.status, SkipValidateParams: true,
		Security:  []map[string][]string{{"token": {}}},
		Responses: s.refusals(op),
	}
	huma.Register(s.huma, registered, func(ctx context.Context, in *I) (*O, error) {
		c := callOf(ctx)
		if err := c.parameters(parameters); err != nil {
			return nil, c.problem(err)
		}
		out, err := handle(ctx, c, in)
		if err != nil {
			return nil, c.problem(err)
		}
		return out, nil
	})
	if op.body != nil {
		s.describeBody(op)
	}
	s.described(op, reflect.TypeFor[I](), reflect.TypeFor[O]())
}

// refusals are the problems that an operation may answer with.
func (s *server) refusals(op operation) map[string]*huma.Response {
	statuses := append([]int{
		http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusUnprocessableEntity,
		http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusBadRequest,
	}, op.refuses...)
	if op.body != nil {
		statuses = append(statuses, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	responses := map[string]*huma.Response{}
	for _, status := range statuses {
		responses[strconv.Itoa(status)] = s.refusal(status)
	}
	return responses
}

// refusal refers to the one description of a status.
func (s *server) refusal(status int) *huma.Response {
	name := strings.ReplaceAll(http.StatusText(status), " ", "")
	s.huma.OpenAPI().Components.Responses[name] = &huma.Response{
		Description: http.StatusText(status),
		Content:     map[string]*huma.MediaType{problemType: {Schema: s.schema(reflect.TypeFor[Problem]())}},
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

// describeBody puts the body's schema into the document. huma is not told of
// it beforehand, because then it would read and judge the body itself.
func (s *server) describeBody(op operation) {
	item := s.huma.OpenAPI().Paths[op.path]
	described := map[string]*huma.Operation{http.MethodPost: item.Post, http.MethodPut: item.Put}[op.method]
	if described == nil {
		panic("api: only POST and PUT have a body: " + op.id)
	}
	described.RequestBody = &huma.RequestBody{
		Required: op.body.NumField() > 0 && !op.optional,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: s.schema(op.body)}},
	}
	for status, r := range described.Responses {
		if status[0] != '2' {
			continue
		}
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		r.Headers[warningHeader] = &huma.Param{Schema: &huma.Schema{Type: huma.TypeString}}
	}
}

func (s *server) schema(t reflect.Type) *huma.Schema {
	return s.huma.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
}

// queryNames lists the query parameters of an input.
func queryNames(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("query"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// nothing is the input of an operation without parameters.
type nothing struct{}
