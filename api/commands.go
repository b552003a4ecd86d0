package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"duban/lifecycle"
	"duban/store"
)

// commandRoutes registers one operation for every kind of command, each with
// its own body in the document.
func (s *server) commandRoutes() {
	register(s, operation{
		id: "open_case", method: http.MethodPost, path: "/v1/cases", tag: "Commands",
		summary: "登记 open_case", doc: s.commandDoc(lifecycle.KindOpenCase), status: http.StatusCreated, body: bodyType(lifecycle.KindOpenCase), refuses: []int{http.StatusConflict},
	}, s.open)
	for _, kind := range commandKinds() {
		register(s, operation{
			id: commandID(kind), method: http.MethodPost, path: commandPath(kind), tag: "Commands",
			summary: kind.ZH() + " " + string(kind), doc: s.commandDoc(kind), body: bodyType(kind),
			refuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		}, s.command(kind))
	}
	register(s, operation{
		id: "get_command_receipt", method: http.MethodGet, path: "/v1/commands/{id}", tag: "Commands", summary: "回执 The receipt of a command",
		doc: "What the command of this id was answered, for the person who sent it.", refuses: []int{http.StatusNotFound},
	}, s.receipt)
	s.huma.Adapter().Handle(&huma.Operation{Method: http.MethodPost, Path: commandPath("{kind}")}, s.unknownCommand)
}

// commandID is the operation of a command: its kind, with what it is done to where the
// kind is a single word, which may be a keyword of somebody's language.
func commandID(kind lifecycle.CommandKind) string {
	switch {
	case kind == lifecycle.KindNote:
		return "add_note"
	case strings.Contains(string(kind), "_"):
		return string(kind)
	}
	return string(kind) + "_case"
}

func bodyType(kind lifecycle.CommandKind) reflect.Type {
	return reflect.TypeOf(newBody(kind)).Elem()
}

func newBody(kind lifecycle.CommandKind) lifecycle.CommandBody {
	body, ok := lifecycle.NewCommand(kind)
	if !ok {
		panic("api: the lifecycle has no body for " + string(kind))
	}
	return body
}

// An openInput opens a case.
type openInput struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"Your name for this request; the same key gets the same answer for ever"`
}

// A commandInput is a command on a case that exists. Its body is read from the
// call.
type commandInput struct {
	Key     string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"Your name for this request; the same key gets the same answer for ever"`
	ID      string `path:"id" format:"uuid" doc:"The case"`
	IfMatch string `header:"If-Match" required:"true" example:"\"v12\"" doc:"The ETag you read"`
}

// An answered is a case after a command, or as it stands.
type answered struct {
	ETag     string `header:"ETag" doc:"The case's version, for If-Match"`
	Location string `header:"Location" hidden:"true"`
	Body     CommandAnswer
}

// A CommandAnswer is what a command led to.
type CommandAnswer struct {
	CommandID string                  `json:"command_id" format:"uuid" doc:"The command's id, for its receipt"`
	Case      CaseOrUnitCase          `json:"case" doc:"The case as the command left it"`
	Allowed   []lifecycle.CommandKind `json:"allowed" doc:"The commands you may run next"`
}

func (s *server) open(ctx context.Context, c *call, _ *openInput) (*answered, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	body := newBody(lifecycle.KindOpenCase)
	if err := decode(c.body, body); err != nil {
		return nil, err
	}
	out, err := s.do(ctx, c, store.Request{Key: key, Body: body})
	if err != nil {
		return nil, err
	}
	out.Location = "/v1/cases/" + out.Body.Case.id()
	return out, nil
}

// command handles one kind of command.
func (s *server) command(kind lifecycle.CommandKind) func(context.Context, *call, *commandInput) (*answered, error) {
	return func(ctx context.Context, c *call, in *commandInput) (*answered, error) {
		caseID, err := longID(in.ID)
		if err != nil {
			return nil, err
		}
		key, err := c.key()
		if err != nil {
			return nil, err
		}
		seen, err := c.ifMatch()
		if err != nil {
			return nil, err
		}
		body := newBody(kind)
		if err := decode(c.body, body); err != nil {
			return nil, err
		}
		return s.do(ctx, c, store.Request{Key: key, Case: caseID, IfMatch: seen, Body: body})
	}
}

// do hands the request on and renders the answer for the person who asked. A
// refusal by the rules becomes the problem that says so.
func (s *server) do(ctx context.Context, c *call, r store.Request) (*answered, error) {
	r.Actor, r.ReceivedAt = c.actor, c.receivedAt
	a, err := s.doer.Do(ctx, r)
	if errors.Is(err, store.ErrStale) {
		return nil, s.stale(ctx, c, r.Case, err)
	}
	if err != nil {
		return nil, err
	}
	if a.Refusal != nil {
		f := faultOf(a.Refusal)
		if tag := c.etagOf(a.Case); tag != "" {
			f = f.with("ETag", tag)
		}
		return nil, f
	}
	shown, err := c.show(a.Case)
	if err != nil {
		return nil, err
	}
	return &answered{ETag: c.etagOf(a.Case), Body: CommandAnswer{CommandID: a.CommandID, Case: shown, Allowed: listed(a.Allowed)}}, nil
}

// stale adds the version the case has now.
func (s *server) stale(ctx context.Context, c *call, caseID string, err error) error {
	f := faultOf(err)
	if now, err := s.record.Case(ctx, c.actor, caseID); err == nil {
		f = f.with("ETag", c.etag(now.Version))
	}
	return f
}

// unknownCommand answers a kind of command that does not exist.
func (s *server) unknownCommand(ctx huma.Context) {
	a := callOf(ctx.Context()).problem(unknownCommand())
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetHeader("Content-Language", a.header.Get("Content-Language"))
	ctx.SetStatus(a.Status)
	_ = writeJSON(ctx.BodyWriter(), a.Problem)
}

// A longIDInput names a case or a command.
type longIDInput struct {
	ID string `path:"id" format:"uuid"`
}

type receiptOutput struct{ Body CommandReceipt }

// A CommandReceipt says that a command was received, when, and what it was answered.
type CommandReceipt struct {
	CommandID  string                  `json:"command_id" format:"uuid" doc:"The command, whose receipt this is"`
	Kind       lifecycle.CommandKind   `json:"kind" doc:"What was asked"`
	ReceivedAt time.Time               `json:"received_at" doc:"The instant by which timeliness is judged"`
	Case       *CaseOrUnitCase         `json:"case,omitempty" doc:"The case as the command left it; none when opening one was refused"`
	Allowed    []lifecycle.CommandKind `json:"allowed" doc:"The commands you could run next"`
	Refusal    *Problem                `json:"refusal,omitempty" doc:"Why the rules turned the command down"`
}

func (s *server) receipt(ctx context.Context, c *call, in *longIDInput) (*receiptOutput, error) {
	commandID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	a, err := s.record.Receipt(ctx, c.actor, commandID)
	if err != nil {
		return nil, err
	}
	out := CommandReceipt{CommandID: a.CommandID, Kind: a.Kind, ReceivedAt: a.At, Allowed: listed(a.Allowed)}
	if a.Refusal != nil {
		p := faultOf(a.Refusal).render(c.language)
		out.Refusal = &p
	}
	if a.Case.Seq > 0 {
		shown, err := c.show(a.Case)
		if err != nil {
			return nil, err
		}
		out.Case = &shown
	}
	return &receiptOutput{Body: out}, nil
}

// listed is never null.
func listed(kinds []lifecycle.CommandKind) []lifecycle.CommandKind {
	if kinds == nil {
		return []lifecycle.CommandKind{}
	}
	return kinds
}
