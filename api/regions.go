package api

import (
	"context"
	"net/http"
	"reflect"

	"duban/store"
)

// regionRoutes registers the tree of regions.
func (s *server) regionRoutes() {
	register(s, operation{
		id: "list_regions", method: http.MethodGet, path: "/v1/regions", tag: "Directory", summary: "区域 The tree of regions",
	}, s.regions)
	register(s, operation{
		id: "add_region", method: http.MethodPost, path: "/v1/regions", tag: "Directory", summary: "新增区域 Add a region",
		doc:    "Regions form a tree: a region may lie in another.",
		status: http.StatusCreated, body: reflect.TypeFor[NewRegion](),
	}, s.addRegion)
	register(s, operation{
		id: "edit_region", method: http.MethodPost, path: "/v1/regions/{id}", tag: "Directory", summary: "调整区域 Rename or move a region",
		doc:  "What is left out stays; an empty parent puts it at the top.",
		body: reflect.TypeFor[RegionEdit](), refuses: []int{http.StatusNotFound},
	}, s.editRegion)
}

// A NewRegion is what a region is made from.
type NewRegion struct {
	ID     string `json:"id,omitempty" maxLength:"64" doc:"Its code, such as 610100; drawn when left out"`
	Name   string `json:"name" minLength:"1" maxLength:"100" doc:"What the region is called"`
	Parent string `json:"parent,omitempty" maxLength:"64" doc:"Id of the region it lies in"`
}

// A RegionEdit is what shall be different about a region.
type RegionEdit struct {
	Name   *string `json:"name,omitempty" maxLength:"100" doc:"What it is called from now on"`
	Parent *string `json:"parent,omitempty" maxLength:"64" doc:"Id of the region above it from now on; empty to move it to the top"`
}

// A Region is one of the tree.
type Region struct {
	ID     string `json:"id"`
	Name   string `json:"name" doc:"What the region is called"`
	Parent string `json:"parent,omitempty" doc:"Id of the region above; none for one at the top"`
	Units  int    `json:"units" doc:"How many units belong to it itself"`
	// Children are the regions that lie in it.
	Children []Region `json:"children,omitempty"`
}

// A RegionTree is the regions that lie in no other, with those below them.
type RegionTree struct {
	Regions []Region `json:"regions" maxItems:"5000" doc:"The regions, each below its parent"`
}

type (
	regionsOutput struct{ Body RegionTree }
	regionOutput  struct{ Body Region }
)

func (s *server) regions(ctx context.Context, _ *call, _ *nothing) (*regionsOutput, error) {
	found, err := s.record.Regions(ctx)
	if err != nil {
		return nil, err
	}
	below := map[string][]store.Region{}
	for _, r := range found {
		below[r.Parent] = append(below[r.Parent], r)
	}
	return &regionsOutput{Body: RegionTree{Regions: treeOf(below, "")}}, nil
}

// treeOf are the regions below one; the record sees to it that there is an end.
func treeOf(below map[string][]store.Region, parent string) []Region {
	list := []Region{}
	for _, r := range below[parent] {
		list = append(list, Region{ID: r.ID, Name: r.Name, Parent: r.Parent, Units: r.Units, Children: treeOf(below, r.ID)})
	}
	return list
}

func (s *server) addRegion(ctx context.Context, c *call, _ *nothing) (*regionOutput, error) {
	var n NewRegion
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var f form
	r, err := store.Region{ID: f.text("id", n.ID, maxCode), Name: f.required("name", n.Name), Parent: f.text("parent", n.Parent, maxCode)}, f.err()
	if err != nil {
		return nil, err
	}
	if r, err = s.record.AddRegion(ctx, r); err != nil {
		return nil, err
	}
	return &regionOutput{Body: Region{ID: r.ID, Name: r.Name, Parent: r.Parent}}, nil
}

func (s *server) editRegion(ctx context.Context, c *call, in *shortIDInput) (*regionOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	var n RegionEdit
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	r, err := s.record.ChangeRegion(ctx, id, store.RegionEdit{Name: n.Name, Parent: n.Parent})
	if err != nil {
		return nil, err
	}
	return &regionOutput{Body: Region{ID: r.ID, Name: r.Name, Parent: r.Parent, Units: r.Units}}, nil
}
