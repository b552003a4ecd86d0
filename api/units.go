package api

import (
	"context"
	"net/http"
	"reflect"

	"duban/store"
)

// unitRoutes registers the directory of units and who holds which post.
func (s *server) unitRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_units", method: http.MethodGet, path: "/v1/units", tag: "Directory", summary: "单位 List units",
		doc: "Of a region and those below it, an area and a category when they are given, each by id or by name.",
	}, s.units)
	register(s, operation{
		id: "add_unit", method: http.MethodPost, path: "/v1/units", tag: "Directory", summary: "新增单位 Add a unit",
		doc:    "Cases are opened about it from now on, once its secretary or a post is recorded.",
		status: http.StatusCreated, body: reflect.TypeFor[NewUnit](),
	}, s.addUnit)
	register(s, operation{
		id: "get_unit", method: http.MethodGet, path: "/v1/units/{id}", tag: "Directory", summary: "单位 One unit",
		doc: "A unit's person finds the own unit. With on, the name is the one it bore on that day.", refuses: missing,
	}, s.unit)
	register(s, operation{
		id: "edit_unit", method: http.MethodPost, path: "/v1/units/{id}", tag: "Directory", summary: "调整单位 Change what a unit belongs to",
		doc:  "What is left out stays; an empty text takes the unit out. The name is changed by a rename, for old papers keep the old one.",
		body: reflect.TypeFor[UnitEdit](), refuses: missing,
	}, s.editUnit)
	register(s, operation{
		id: "list_unit_officers", method: http.MethodGet, path: "/v1/units/{id}/officers", tag: "Directory",
		summary: "片区负责人 The officers who answer for the unit's area today",
		doc:     "The longest in charge first. They are proposed as officer, the first as default, with a case whose finding is to be accepted.", refuses: missing,
	}, s.unitOfficers)
	s.unitChangeRoutes()
	s.handoverRoute()
	s.backgroundRoute()
	s.postRoutes()
}

// A NewUnit is what a unit is made from.
type NewUnit struct {
	Name     string `json:"name" minLength:"1" maxLength:"100" doc:"The unit's full name, no other unit the same"`
	Code     string `json:"code,omitempty" maxLength:"64" doc:"The unit's code (统一社会信用代码 or one of your own); may be left out"`
	Region   string `json:"region,omitempty" maxLength:"100" doc:"Name or id; one of a name that is not there yet is added"`
	Area     string `json:"area,omitempty" maxLength:"100" doc:"片区; name or id, as above"`
	Category string `json:"category,omitempty" maxLength:"100" doc:"分类指导; name or id, as above"`
}

// A Unit is an inspected department.
type Unit struct {
	ID string `json:"id"`
	NewUnit

	RegionID   string `json:"region_id,omitempty" doc:"Which of /v1/regions it lies in"`
	AreaID     string `json:"area_id,omitempty" doc:"Id of its area (片区)"`
	CategoryID string `json:"category_id,omitempty" doc:"Which of /v1/unit-categories it is in"`
	Abolished  bool   `json:"abolished,omitempty" doc:"Whether the unit exists no longer"`
}

// A UnitEdit is what shall be different about a unit.
type UnitEdit struct {
	Code     *string `json:"code,omitempty" maxLength:"64" doc:"Its code from now on; empty for none"`
	Region   *string `json:"region,omitempty" maxLength:"100" doc:"Name or id; one of a name that is not there yet is added"`
	Area     *string `json:"area,omitempty" maxLength:"100" doc:"Id of its area (片区) from now on; empty for none"`
	Category *string `json:"category,omitempty" maxLength:"100" doc:"Id of its category from now on; empty for none"`
}

func unitOf(u store.Unit) Unit {
	return Unit{
		ID: u.ID, Abolished: u.Abolished, RegionID: u.RegionID, AreaID: u.AreaID, CategoryID: u.CategoryID,
		NewUnit: NewUnit{Name: u.Name, Code: u.Code, Region: u.Region, Area: u.Area, Category: u.Category},
	}
}

type unitsInput struct {
	Text     string `query:"text" maxLength:"100" doc:"Found in the name"`
	Region   string `query:"region" maxLength:"100" doc:"Of this region or one below it; id or name"`
	Area     string `query:"area" maxLength:"100" doc:"Of this area; id or name"`
	Category string `query:"category" maxLength:"100" doc:"Of this category; id or name"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
	Limit    string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

type unitsOutput struct{ Body UnitList }

// A UnitList is one page of units, by name.
type UnitList struct {
	Units []Unit `json:"units" doc:"The units of the page"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

func (s *server) units(ctx context.Context, _ *call, in *unitsInput) (*unitsOutput, error) {
	var f form
	limit := f.limit(in.Limit)
	filter := store.UnitFilter{
		Text: f.text("text", in.Text, maxCode), Region: f.text("region", in.Region, maxCode), Area: f.text("area", in.Area, maxCode),
		Category: f.text("category", in.Category, maxCode), After: f.text("cursor", in.Cursor, maxCursor), Limit: limit + 1,
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Units(ctx, filter)
	if err != nil {
		return nil, err
	}
	var out UnitList
	out.Units, out.Next = onePage(found, limit, func(u store.Unit) string { return u.Name }, unitOf)
	return &unitsOutput{Body: out}, nil
}

type unitOutput struct {
	Location string `header:"Location" hidden:"true"`
	Body     Unit
}

func (s *server) addUnit(ctx context.Context, c *call, _ *nothing) (*unitOutput, error) {
	var n NewUnit
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	u, err := store.Unit{
		Name: f.required("name", n.Name), Code: f.text("code", n.Code, maxCode), Region: f.text("region", n.Region, maxCode),
		Area: f.text("area", n.Area, maxCode), Category: f.text("category", n.Category, maxCode),
	}, f.err()
	if err != nil {
		return nil, err
	}
	if u, err = s.record.AddUnit(ctx, u); err != nil {
		return nil, err
	}
	return &unitOutput{Location: "/v1/units/" + u.ID, Body: unitOf(u)}, nil
}

type unitInput struct {
	ID string `path:"id" maxLength:"100"`
	On string `query:"on" format:"date" doc:"The day whose name is wanted; today's when left out"`
}

func (s *server) unit(ctx context.Context, c *call, in *unitInput) (*unitOutput, error) {
	unitID, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	on := f.date("on", in.On)
	if err := f.err(); err != nil {
		return nil, err
	}
	if c.unit() && c.actor.Unit != unitID {
		return nil, notFound()
	}
	u, err := s.record.Unit(ctx, unitID)
	if err == nil && !on.IsZero() {
		u.Name, err = s.record.UnitNameOn(ctx, unitID, on)
	}
	if err != nil {
		return nil, err
	}
	return &unitOutput{Body: unitOf(u)}, nil
}

func (s *server) editUnit(ctx context.Context, c *call, in *shortIDInput) (*unitOutput, error) {
	unitID, err := s.unitID(ctx, in)
	if err != nil {
		return nil, err
	}
	var n UnitEdit
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	for _, edit := range []struct {
		field string
		given *string
	}{{"code", n.Code}, {"region", n.Region}, {"area", n.Area}, {"category", n.Category}} {
		if edit.given != nil {
			f.text(edit.field, *edit.given, maxCode)
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	u, err := s.record.EditUnit(ctx, unitID, store.UnitEdit{Code: n.Code, Region: n.Region, Area: n.Area, Category: n.Category})
	if err != nil {
		return nil, err
	}
	return &unitOutput{Body: unitOf(u)}, nil
}

func (s *server) unitOfficers(ctx context.Context, c *call, in *shortIDInput) (*officersOutput, error) {
	unitID, err := s.unitID(ctx, in)
	if err != nil {
		return nil, err
	}
	found, err := s.proposed(ctx, c, unitID)
	if err != nil {
		return nil, err
	}
	return &officersOutput{Body: AreaOfficerList{Officers: found}}, nil
}

// proposed are the officers who answer for a unit's area today.
func (s *server) proposed(ctx context.Context, c *call, unit string) ([]AreaOfficer, error) {
	_, _, days, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.record.UnitOfficers(ctx, unit, days.Date(c.receivedAt))
	if err != nil {
		return nil, err
	}
	return officerList(found).Officers, nil
}

// A shortIDInput names a unit or an account.
type shortIDInput struct {
	ID string `path:"id" maxLength:"100"`
}

// A keyedIDInput names a thing that something is done to under a key.
type keyedIDInput struct {
	ID  string `path:"id" maxLength:"100"`
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"Your name for this request; the same key gets the same answer for ever"`
}
