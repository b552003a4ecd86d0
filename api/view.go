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

	SeenBy  string `json:"seen_by" enum:"staff" doc:"Who sees the case in this form: staff"`
	StageZH string `json:"stage_zh"`
}

// A UnitCase is a case as its unit sees it.
type UnitCase struct {
	lifecycle.UnitCase

	SeenBy  string `json:"seen_by" enum:"unit" doc:"Who sees the case in this form: a person of its unit"`
	StageZH string `json:"stage_zh"`
}

// Who sees a case: the values of seen_by.
const (
	seenByStaff = "staff"
	seenByUnit  = "unit"
)

// MarshalJSON writes the one that is set.
func (v CaseOrUnitCase) MarshalJSON() ([]byte, error) {
	if v.Unit != nil {
		return json.Marshal(UnitCase{*v.Unit, seenByUnit, v.Unit.Stage.ZH()})
	}
	return json.Marshal(Case{*v.Staff, seenByStaff, v.Staff.Stage.ZH()})
}

// Schema says that it is either, and that seen_by tells which.
func (CaseOrUnitCase) Schema(r huma.Registry) *huma.Schema {
	staff, unit := r.Schema(reflect.TypeFor[Case](), true, "Case"), r.Schema(reflect.TypeFor[UnitCase](), true, "UnitCase")
	return told("seen_by", map[string]*huma.Schema{seenByStaff: staff, seenByUnit: unit})
}
