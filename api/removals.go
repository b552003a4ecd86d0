package api

import (
	"context"
	"net/http"
	"time"

	"duban/store"
)

// removalRoutes registers taking away what was made by mistake.
func (s *server) removalRoutes() {
	missing := []int{http.StatusNotFound}
	const doc = "Only while nothing refers to it: the sentence of a refusal (`still_referred_to`) says what does. What it was stays on record, with the reason."
	for _, one := range []struct {
		kind                   store.RemovalKind
		id, path, tag, summary string
	}{
		{store.RemoveUnit, "remove_unit", "/v1/units/{id}", "Directory", "删除误建的单位 Take away a unit that was made by mistake"},
		{store.RemoveRegion, "remove_region", "/v1/regions/{id}", "Directory", "删除误建的区域 Take away a region that was made by mistake"},
		{store.RemoveArea, "remove_area", "/v1/areas/{id}", "Directory", "删除误建的片区 Take away an area that was made by mistake"},
		{store.RemoveCategory, "remove_unit_category", "/v1/unit-categories/{id}", "Directory", "删除误建的单位分类 Take away a category that was made by mistake"},
		{store.RemoveCampaign, "remove_campaign", "/v1/campaigns/{id}", "Campaigns", "删除误建的批次 Take away a campaign that was planned by mistake"},
	} {
		register(s, operation{id: one.id, method: http.MethodDelete, path: one.path, tag: one.tag, summary: one.summary, doc: doc, refuses: missing},
			func(ctx context.Context, c *call, in *removalInput) (*removalOutput, error) {
				return s.remove(ctx, c, store.Removal{Kind: one.kind, Thing: in.ID, Reason: in.Reason})
			})
	}
	register(s, operation{
		id: "remove_post", method: http.MethodDelete, path: "/v1/units/{id}/posts/{post}", tag: "Directory", summary: "删除误登的任职 Take away a term that was recorded by mistake",
		doc: doc + " With resume the term goes on that it ended on the day before.", refuses: missing,
	}, func(ctx context.Context, c *call, in *postRemovalInput) (*removalOutput, error) {
		var f form
		resume := f.truth("resume", in.Resume)
		if err := f.err(); err != nil {
			return nil, err
		}
		return s.remove(ctx, c, store.Removal{Kind: store.RemovePost, Thing: in.Post, Within: in.ID, Reason: in.Reason, Resume: resume != nil && *resume})
	})
	register(s, operation{
		id: "remove_area_officer", method: http.MethodDelete, path: "/v1/areas/{id}/officers/{officer}", tag: "Directory", summary: "删除误登的片区负责人 Take away an officer's term that was recorded by mistake",
		doc: "Cases keep the officer they have. What the term was stays on record, with the reason.", refuses: missing,
	}, func(ctx context.Context, c *call, in *officerRemovalInput) (*removalOutput, error) {
		return s.remove(ctx, c, store.Removal{Kind: store.RemoveAreaOfficer, Thing: in.Officer, Within: in.ID, Reason: in.Reason})
	})
	register(s, operation{
		id: "list_removals", method: http.MethodGet, path: "/v1/removals", tag: "Directory", summary: "删除记录 What was taken away, and why",
		doc: "The latest first.",
	}, s.removals)
}

type (
	removalInput struct {
		ID     string `path:"id" maxLength:"100"`
		Reason string `query:"reason" required:"true" maxLength:"1000" doc:"Why it is taken away; it stays on record"`
	}
	postRemovalInput struct {
		ID     string `path:"id" maxLength:"100"`
		Post   string `path:"post" maxLength:"100"`
		Reason string `query:"reason" required:"true" maxLength:"1000" doc:"Why it is taken away; it stays on record"`
		Resume string `query:"resume" enum:"true,false" doc:"Whether the term before it goes on; false when left out"`
	}
	officerRemovalInput struct {
		ID      string `path:"id" maxLength:"100"`
		Officer string `path:"officer" maxLength:"100"`
		Reason  string `query:"reason" required:"true" maxLength:"1000" doc:"Why it is taken away; it stays on record"`
	}
	removalsInput struct {
		Kind   string `query:"kind" enum:"unit,post,region,area,area_officer,unit_category,campaign" doc:"Only what is of this kind"`
		Cursor string `query:"cursor" doc:"next of the page before"`
		Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
)

// A Removal is what was taken away, on record.
type Removal struct {
	ID     string            `json:"id"`
	Kind   store.RemovalKind `json:"kind" doc:"What it was"`
	Thing  string            `json:"thing" doc:"The id it had"`
	Name   string            `json:"name" doc:"What it was called"`
	Was    changedFields     `json:"was" doc:"All that was known of it, by field"`
	Reason string            `json:"reason"`
	Author string            `json:"author" doc:"Account of who took it away"`
	At     time.Time         `json:"at"`
}

// A RemovalList is one page of what was taken away.
type RemovalList struct {
	Removals []Removal `json:"removals" doc:"What was taken away, the latest first"`
	Next     string    `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

type (
	removalOutput  struct{ Body Removal }
	removalsOutput struct{ Body RemovalList }
)

func removalOf(r store.Removal) Removal {
	return Removal{ID: r.ID, Kind: r.Kind, Thing: r.Thing, Name: r.Name, Was: changedFields{r.Was}, Reason: r.Reason, Author: r.Author, At: r.At.UTC()}
}

func removalKinds() []string {
	return each(store.RemovalKinds(), func(k store.RemovalKind) string { return string(k) })
}

func (s *server) remove(ctx context.Context, c *call, r store.Removal) (*removalOutput, error) {
	if _, err := shortID(r.Thing + r.Within); err != nil {
		return nil, err
	}
	var f form
	if r.Reason = f.required("reason", r.Reason); r.Reason != "" {
		f.text("reason", r.Reason, maxReason)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	r.Author = c.actor.Account
	gone, err := s.record.Remove(ctx, r)
	if err != nil {
		return nil, err
	}
	return &removalOutput{Body: removalOf(gone)}, nil
}

func (s *server) removals(ctx context.Context, _ *call, in *removalsInput) (*removalsOutput, error) {
	var f form
	kind, after, limit := f.oneOf("kind", in.Kind, removalKinds()), f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Removals(ctx, store.RemovalKind(kind), after, limit+1)
	if err != nil {
		return nil, err
	}
	var out RemovalList
	out.Removals, out.Next = onePage(found, limit, func(r store.Removal) string { return r.ID }, removalOf)
	return &removalsOutput{Body: out}, nil
}
