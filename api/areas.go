package api

import (
	"context"
	"net/http"
	"reflect"

	"duban/calendar"
	"duban/store"
)

// areaRoutes registers the areas (片区), who answers for them, and the
// categories of units (分类指导).
func (s *server) areaRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_areas", method: http.MethodGet, path: "/v1/areas", tag: "Directory", summary: "片区 The areas and who answers for them",
	}, s.areas)
	register(s, operation{
		id: "add_area", method: http.MethodPost, path: "/v1/areas", tag: "Directory", summary: "新增片区 Add an area",
		doc:    "A part of the region whose units share an officer (片区).",
		status: http.StatusCreated, body: reflect.TypeFor[NewNamed](),
	}, s.addArea)
	register(s, operation{
		id: "rename_area", method: http.MethodPost, path: "/v1/areas/{id}", tag: "Directory", summary: "片区改称 Rename an area",
		doc:  "Its officers and units stay; cases name it by the new name from now on.",
		body: reflect.TypeFor[NamedEdit](), refuses: missing,
	}, s.renameArea)
	register(s, operation{
		id: "add_area_officer", method: http.MethodPost, path: "/v1/areas/{id}/officers", tag: "Directory", summary: "指定片区负责人 Record who answers for an area",
		doc:    "Several may. One of them is proposed as officer of a new case of the area's units.",
		status: http.StatusCreated, body: reflect.TypeFor[NewAreaOfficer](), refuses: missing,
	}, s.addAreaOfficer)
	register(s, operation{
		id: "end_area_officer", method: http.MethodPost, path: "/v1/areas/{id}/officers/{officer}/end", tag: "Directory", summary: "结束片区负责 End an officer's term",
		body: reflect.TypeFor[AreaOfficerEnd](), refuses: missing,
	}, s.endAreaOfficer)
	register(s, operation{
		id: "list_unit_categories", method: http.MethodGet, path: "/v1/unit-categories", tag: "Directory", summary: "单位分类 The categories of units",
		doc: "By which units are grouped in draws and overviews.",
	}, s.categories)
	register(s, operation{
		id: "add_unit_category", method: http.MethodPost, path: "/v1/unit-categories", tag: "Directory", summary: "新增单位分类 Add a category of units",
		doc:    "Units are put into it one by one or by workbook.",
		status: http.StatusCreated, body: reflect.TypeFor[NewNamed](),
	}, s.addCategory)
	register(s, operation{
		id: "rename_unit_category", method: http.MethodPost, path: "/v1/unit-categories/{id}", tag: "Directory", summary: "单位分类改称 Rename a category",
		doc:  "Its units stay in it.",
		body: reflect.TypeFor[NamedEdit](), refuses: missing,
	}, s.renameCategory)
}

// A NewNamed is what an area or a category is made from.
type NewNamed struct {
	ID   string `json:"id,omitempty" maxLength:"64" doc:"Drawn when left out"`
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"What it is called, no other of its kind the same"`
}

// A NamedEdit is another name.
type NamedEdit struct {
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"What it is called from now on"`
}

// A UnitCategory is a category of units.
type UnitCategory struct {
	ID    string `json:"id"`
	Name  string `json:"name" doc:"What the category is called"`
	Units int    `json:"units" doc:"How many units belong to it"`
}

// An Area is a part of the units that officers answer for.
type Area struct {
	ID       string        `json:"id"`
	Name     string        `json:"name" doc:"What the area is called"`
	Units    int           `json:"units" doc:"How many units belong to it"`
	Officers []AreaOfficer `json:"officers" maxItems:"500" doc:"Who answers and answered for it"`
}

// An AreaOfficer answers for an area from a day on.
type AreaOfficer struct {
	ID          string        `json:"id"`
	Area        string        `json:"area"`
	Account     string        `json:"account"`
	AccountName string        `json:"account_name"`
	Since       calendar.Date `json:"since" doc:"The first day of answering for the area"`
	Until       calendar.Date `json:"until,omitzero" doc:"The last day"`
}

// A NewAreaOfficer says who answers for an area from a day on.
type NewAreaOfficer struct {
	Account string        `json:"account" minLength:"1" maxLength:"100" doc:"An officer's account"`
	Since   calendar.Date `json:"since" doc:"The first day of answering for the area; today when left out"`
}

// An AreaOfficerEnd ends a term.
type AreaOfficerEnd struct {
	Until calendar.Date `json:"until" doc:"The last day"`
}

type (
	// An AreaList is all areas by name.
	AreaList struct {
		Areas []Area `json:"areas" maxItems:"1000" doc:"All of them, by name"`
	}
	// An AreaOfficerList is officers of areas.
	AreaOfficerList struct {
		Officers []AreaOfficer `json:"officers" doc:"The officers of the area or unit, the first of them the default"`
	}
	// A UnitCategoryList is all categories by name.
	UnitCategoryList struct {
		Categories []UnitCategory `json:"categories" maxItems:"1000" doc:"The categories of units"`
	}

	areasOutput      struct{ Body AreaList }
	areaOutput       struct{ Body Area }
	officersOutput   struct{ Body AreaOfficerList }
	officerOutput    struct{ Body AreaOfficer }
	categoriesOutput struct{ Body UnitCategoryList }
	categoryOutput   struct{ Body UnitCategory }
)

func officerList(found []store.AreaOfficer) AreaOfficerList {
	list := AreaOfficerList{Officers: make([]AreaOfficer, len(found))}
	for i, o := range found {
		list.Officers[i] = AreaOfficer(o)
	}
	return list
}

func (s *server) areas(ctx context.Context, _ *call, _ *nothing) (*areasOutput, error) {
	found, err := s.record.Areas(ctx)
	if err != nil {
		return nil, err
	}
	officers, err := s.record.AreaOfficers(ctx, "")
	if err != nil {
		return nil, err
	}
	of := map[string][]store.AreaOfficer{}
	for _, o := range officers {
		of[o.Area] = append(of[o.Area], o)
	}
	out := AreaList{Areas: make([]Area, len(found))}
	for i, a := range found {
		out.Areas[i] = Area{ID: a.ID, Name: a.Name, Units: a.Units, Officers: officerList(of[a.ID]).Officers}
	}
	return &areasOutput{Body: out}, nil
}

// newNamed reads what an area or a category is made from.
func newNamed(c *call) (store.Named, error) {
	var n NewNamed
	if err := decode(c.body, &n); err != nil {
		return store.Named{}, err
	}
	var f form
	named := store.Named{ID: f.text("id", n.ID, maxCode), Name: f.required("name", n.Name)}
	return named, f.err()
}

// namedEdit reads another name for one that exists.
func namedEdit(c *call, in *shortIDInput) (store.Named, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return store.Named{}, err
	}
	var n NamedEdit
	if err := decode(c.body, &n); err != nil {
		return store.Named{}, err
	}
	var f form
	named := store.Named{ID: id, Name: f.required("name", n.Name)}
	return named, f.err()
}

func (s *server) addArea(ctx context.Context, c *call, _ *nothing) (*areaOutput, error) {
	n, err := newNamed(c)
	if err != nil {
		return nil, err
	}
	if n, err = s.record.AddArea(ctx, n); err != nil {
		return nil, err
	}
	return &areaOutput{Body: Area{ID: n.ID, Name: n.Name, Officers: []AreaOfficer{}}}, nil
}

func (s *server) renameArea(ctx context.Context, c *call, in *shortIDInput) (*areaOutput, error) {
	n, err := namedEdit(c, in)
	if err != nil {
		return nil, err
	}
	if n, err = s.record.RenameArea(ctx, n); err != nil {
		return nil, err
	}
	officers, err := s.record.AreaOfficers(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	return &areaOutput{Body: Area{ID: n.ID, Name: n.Name, Units: n.Units, Officers: officerList(officers).Officers}}, nil
}

func (s *server) addAreaOfficer(ctx context.Context, c *call, in *shortIDInput) (*officerOutput, error) {
	area, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewAreaOfficer
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	account := f.required("account", n.Account)
	if n.Since.IsZero() {
		f.required("since", "")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	o, err := s.record.AddAreaOfficer(ctx, store.AreaOfficer{Area: area, Account: account, Since: n.Since})
	if err != nil {
		return nil, err
	}
	return &officerOutput{Body: AreaOfficer(o)}, nil
}

type officerEndInput struct {
	ID      string `path:"id" maxLength:"100"`
	Officer string `path:"officer" maxLength:"100"`
}

func (s *server) endAreaOfficer(ctx context.Context, c *call, in *officerEndInput) (*officerOutput, error) {
	area, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	id, err := shortID(in.Officer)
	if err != nil {
		return nil, err
	}
	var n AreaOfficerEnd
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	o, err := s.record.EndAreaOfficer(ctx, area, id, n.Until)
	if err != nil {
		return nil, err
	}
	return &officerOutput{Body: AreaOfficer(o)}, nil
}

func (s *server) categories(ctx context.Context, _ *call, _ *nothing) (*categoriesOutput, error) {
	found, err := s.record.Categories(ctx)
	if err != nil {
		return nil, err
	}
	out := UnitCategoryList{Categories: make([]UnitCategory, len(found))}
	for i, n := range found {
		out.Categories[i] = UnitCategory(n)
	}
	return &categoriesOutput{Body: out}, nil
}

func (s *server) addCategory(ctx context.Context, c *call, _ *nothing) (*categoryOutput, error) {
	n, err := newNamed(c)
	if err != nil {
		return nil, err
	}
	if n, err = s.record.AddCategory(ctx, n); err != nil {
		return nil, err
	}
	return &categoryOutput{Body: UnitCategory(n)}, nil
}

func (s *server) renameCategory(ctx context.Context, c *call, in *shortIDInput) (*categoryOutput, error) {
	n, err := namedEdit(c, in)
	if err != nil {
		return nil, err
	}
	if n, err = s.record.RenameCategory(ctx, n); err != nil {
		return nil, err
	}
	return &categoryOutput{Body: UnitCategory(n)}, nil
}
