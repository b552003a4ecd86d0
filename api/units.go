package api

import (
	"context"
	"net/http"
	"reflect"

	"duban/calendar"
	"duban/store"
)

// unitRoutes registers the directory of units and who holds which post.
func (s *server) unitRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "units", method: http.MethodGet, path: "/v1/units", tag: "Directory", summary: "单位 List units",
	}, s.units)
	register(s, operation{
		id: "add_unit", method: http.MethodPost, path: "/v1/units", tag: "Directory", summary: "新增单位 Add a unit",
		status: http.StatusCreated, body: reflect.TypeFor[NewUnit](),
	}, s.addUnit)
	register(s, operation{
		id: "unit", method: http.MethodGet, path: "/v1/units/{id}", tag: "Directory", summary: "单位 One unit",
		doc: "A unit's person finds the own unit.", refuses: missing,
	}, s.unit)
	s.unitChangeRoutes()
	s.handoverRoute()
	s.backgroundRoute()
	register(s, operation{
		id: "posts", method: http.MethodGet, path: "/v1/units/{id}/posts", tag: "Directory", summary: "职务 The posts of a unit", refuses: missing,
	}, s.posts)
	register(s, operation{
		id: "add_post", method: http.MethodPost, path: "/v1/units/{id}/posts", tag: "Directory", summary: "任职 Record who holds a post",
		doc:    "Whoever held it until then ends the day before.",
		status: http.StatusCreated, body: reflect.TypeFor[NewPost](), refuses: missing,
	}, s.addPost)
}

// A NewUnit is what a unit is made from.
type NewUnit struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Code     string `json:"code,omitempty" maxLength:"64"`
	Region   string `json:"region,omitempty" maxLength:"100"`
	Area     string `json:"area,omitempty" maxLength:"100" doc:"片区"`
	Category string `json:"category,omitempty" maxLength:"100"`
}

// A Unit is an inspected department.
type Unit struct {
	ID string `json:"id"`
	NewUnit

	Abolished bool `json:"abolished,omitempty"`
}

func unitOf(u store.Unit) Unit {
	return Unit{
		ID: u.ID, Abolished: u.Abolished,
		NewUnit: NewUnit{Name: u.Name, Code: u.Code, Region: u.Region, Area: u.Area, Category: u.Category},
	}
}

type unitsInput struct {
	Text   string `query:"text" maxLength:"100" doc:"Found in the name"`
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

type unitsOutput struct{ Body UnitList }

// A UnitList is one page of units, by name.
type UnitList struct {
	Units []Unit `json:"units"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

func (s *server) units(ctx context.Context, _ *call, in *unitsInput) (*unitsOutput, error) {
	var f form
	text, after, limit := f.text("text", in.Text, maxCode), f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Units(ctx, text, after, limit+1)
	if err != nil {
		return nil, err
	}
	out := UnitList{Units: []Unit{}}
	if len(found) > limit {
		found = found[:limit]
		out.Next = found[limit-1].Name
	}
	for _, u := range found {
		out.Units = append(out.Units, unitOf(u))
	}
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

func (s *server) unit(ctx context.Context, c *call, in *shortIDInput) (*unitOutput, error) {
	unitID, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	if c.unit() && c.actor.Unit != unitID {
		return nil, notFound()
	}
	u, err := s.record.Unit(ctx, unitID)
	if err != nil {
		return nil, err
	}
	return &unitOutput{Body: unitOf(u)}, nil
}

// A NewPost says who holds an office from a day on.
type NewPost struct {
	Kind    string        `json:"kind" minLength:"1" maxLength:"100" doc:"The office, such as 党组书记"`
	Holder  string        `json:"holder" minLength:"1" maxLength:"100" doc:"The person's name"`
	Account string        `json:"account,omitempty" doc:"The person's account"`
	Since   calendar.Date `json:"since"`
}

// A Post is an office in a unit and who holds it.
type Post struct {
	ID   string `json:"id"`
	Unit string `json:"unit"`
	NewPost

	Until calendar.Date `json:"until,omitzero"`
}

func postOf(p store.Post) Post {
	return Post{ID: p.ID, Unit: p.Unit, NewPost: NewPost{Kind: p.Kind, Holder: p.Holder, Account: p.Account, Since: p.Since}, Until: p.Until}
}

// A shortIDInput names a unit or an account.
type shortIDInput struct {
	ID string `path:"id" maxLength:"100"`
}

type postsOutput struct{ Body PostList }

// A PostList is the posts of a unit, the present holders first.
type PostList struct {
	Posts []Post `json:"posts"`
}

func (s *server) posts(ctx context.Context, _ *call, in *shortIDInput) (*postsOutput, error) {
	unitID, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.record.Unit(ctx, unitID); err != nil {
		return nil, err
	}
	found, err := s.record.Posts(ctx, unitID)
	if err != nil {
		return nil, err
	}
	out := PostList{Posts: []Post{}}
	for _, p := range found {
		out.Posts = append(out.Posts, postOf(p))
	}
	return &postsOutput{Body: out}, nil
}

type postOutput struct{ Body Post }

func (s *server) addPost(ctx context.Context, c *call, in *shortIDInput) (*postOutput, error) {
	unitID, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n NewPost
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	p := store.Post{
		Unit: unitID, Kind: f.required("kind", n.Kind), Holder: f.required("holder", n.Holder),
		Account: f.text("account", n.Account, maxCode), Since: n.Since,
	}
	if p.Since.IsZero() {
		f.required("since", "")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if p, err = s.record.AddPost(ctx, p); err != nil {
		return nil, err
	}
	return &postOutput{Body: postOf(p)}, nil
}
