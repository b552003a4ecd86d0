package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"duban/calendar"
	"duban/store"
)

// unitChangeRoutes registers what became of units.
func (s *server) unitChangeRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_unit_changes", method: http.MethodGet, path: "/v1/units/{id}/changes", tag: "Directory",
		summary: "单位变更 What became of a unit, and what it took over", refuses: missing,
	}, s.unitChanges)
	register(s, operation{
		id: "change_unit", method: http.MethodPost, path: "/v1/units/{id}/changes", tag: "Directory",
		summary: "登记单位变更 Record a rename, merger, split or end",
		doc: "Open cases pass on to the successor as they stand, with some days more; what is settled stays where it was. " +
			"A unit with open cases does not end without a successor.",
		status: http.StatusCreated, body: reflect.TypeFor[NewUnitChange](), refuses: missing,
	}, s.changeUnit)
}

// A NewUnitChange is what became of a unit on a day.
type NewUnitChange struct {
	Kind      store.UnitChangeKind `json:"kind" doc:"What happens to the unit"`
	On        calendar.Date        `json:"on" doc:"The day it took effect"`
	Name      string               `json:"name,omitempty" maxLength:"100" doc:"What a renamed unit is called now"`
	Successor string               `json:"successor,omitempty" maxLength:"100" doc:"The unit that takes the open cases over"`
	Parts     []string             `json:"parts,omitempty" each:"64" maxItems:"20" doc:"The units it was split into"`
	Reason    string               `json:"reason" minLength:"1" maxLength:"1000" doc:"The decision that it rests on"`
}

// A UnitChange is a recorded change.
type UnitChange struct {
	ID      string `json:"id"`
	Unit    string `json:"unit"`
	OldName string `json:"old_name" doc:"What the unit was called until then"`
	NewUnitChange

	Author string    `json:"author"`
	At     time.Time `json:"at"`
}

func unitChangeOf(c store.UnitChange) UnitChange {
	return UnitChange{
		ID: c.ID, Unit: c.Unit, OldName: c.OldName, Author: c.Author, At: c.At.UTC(),
		NewUnitChange: NewUnitChange{Kind: c.Kind, On: c.On, Name: c.Name, Successor: c.Successor, Parts: c.Parts, Reason: c.Reason},
	}
}

// A UnitChangeList is what became of a unit, in order.
type UnitChangeList struct {
	Changes []UnitChange `json:"changes" maxItems:"500" doc:"What happened to the unit, the latest first"`
}

type (
	unitChangesOutput struct{ Body UnitChangeList }
	unitChangeOutput  struct{ Body UnitChange }
)

func (s *server) unitChanges(ctx context.Context, _ *call, in *shortIDInput) (*unitChangesOutput, error) {
	unit, err := s.unitID(ctx, in)
	if err != nil {
		return nil, err
	}
	found, err := s.record.UnitChanges(ctx, unit)
	if err != nil {
		return nil, err
	}
	out := UnitChangeList{Changes: make([]UnitChange, len(found))}
	for i, c := range found {
		out.Changes[i] = unitChangeOf(c)
	}
	return &unitChangesOutput{Body: out}, nil
}

func (s *server) changeUnit(ctx context.Context, c *call, in *shortIDInput) (*unitChangeOutput, error) {
	unit, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewUnitChange
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	const maxParts = 20
	var f form
	f.text("name", n.Name, maxCode)
	f.text("successor", n.Successor, maxCode)
	f.prose("reason", n.Reason)
	if len(n.Parts) > maxParts {
		f.refuse("parts", "count", "分设后的单位最多20个。", "A unit is split into 20 parts at most.")
	}
	for _, part := range n.Parts {
		f.text("parts", part, maxCode)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	changed, job, err := s.record.ChangeUnit(ctx, store.UnitChange{
		Kind: n.Kind, Unit: unit, On: n.On, Name: n.Name, Successor: n.Successor, Parts: n.Parts, Reason: n.Reason, Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	c.afterwards(ctx, func(ctx context.Context) { s.startJob(ctx, job) })
	return &unitChangeOutput{Body: unitChangeOf(changed)}, nil
}

// unitID is the id of a unit that exists.
func (s *server) unitID(ctx context.Context, in *shortIDInput) (string, error) {
	unit, err := shortID(in.ID)
	if err != nil {
		return "", err
	}
	_, err = s.record.Unit(ctx, unit)
	return unit, err
}

// startJob has a job begin now. It is in the record, so that nothing is lost
// when it cannot: a Schedule takes it up.
func (s *server) startJob(ctx context.Context, job string) {
	if job == "" || s.jobs == nil {
		return
	}
	if err := s.jobs.Recompute(ctx, job); err != nil {
		s.log.InfoContext(ctx, "job waits for the engine", slog.String("job", job), slog.Any("error", err))
	}
}
