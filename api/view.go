package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"duban/lifecycle"
)

// A CaseOrUnitCase is a case as the asker may see it: staff see the case, a
// unit's person the unit's own projection. Exactly one is set.
type CaseOrUnitCase struct {
	Staff *lifecycle.Case
	Unit  *lifecycle.UnitCase
}

// show is the case as this person may see it; notFound when it does not exist
// for the person.
func (c *call) show(it lifecycle.Case) (CaseOrUnitCase, error) {
	if !c.unit() {
		return CaseOrUnitCase{Staff: &it}, nil
	}
	seen := it.ForUnit()
	if seen.Stage == lifecycle.UnitNone {
		return CaseOrUnitCase{}, notFound()
	}
	return CaseOrUnitCase{Unit: &seen}, nil
}

// stageZH is what a stage is called that this person may know.
func (c *call) stageZH(stage string) string {
	if c.unit() {
		return lifecycle.UnitStage(stage).ZH()
	}
	return lifecycle.Stage(stage).ZH()
}

func (v CaseOrUnitCase) id() string {
	if v.Unit != nil {
		return v.Unit.ID
	}
	return v.Staff.ID
}

// A Case is a case as staff see it.
type Case struct {
	lifecycle.Case

	StageZH string `json:"stage_zh"`
}

// A UnitCase is a case as its unit sees it.
type UnitCase struct {
	lifecycle.UnitCase

	StageZH string `json:"stage_zh"`
}

// MarshalJSON writes the one that is set.
func (v CaseOrUnitCase) MarshalJSON() ([]byte, error) {
	if v.Unit != nil {
		return json.Marshal(UnitCase{*v.Unit, v.Unit.Stage.ZH()})
	}
	return json.Marshal(Case{*v.Staff, v.Staff.Stage.ZH()})
}

// Schema says that it is either.
func (CaseOrUnitCase) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[Case](), true, "Case"),
		r.Schema(reflect.TypeFor[UnitCase](), true, "UnitCase"),
	}}
}
