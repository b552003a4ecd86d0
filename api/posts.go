package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"duban/calendar"
	"duban/store"
)

// postRoutes registers who holds which post.
func (s *server) postRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_posts", method: http.MethodGet, path: "/v1/units/{id}/posts", tag: "Directory", summary: "职务 The posts of a unit",
		doc: "All of them, or with on who held them on that day.", refuses: missing,
	}, s.posts)
	register(s, operation{
		id: "add_post", method: http.MethodPost, path: "/v1/units/{id}/posts", tag: "Directory", summary: "任职 Record who holds a post",
		doc:    "Whoever held it until then ends the day before. A term that overlaps another is refused.",
		status: http.StatusCreated, body: reflect.TypeFor[NewPost](), refuses: missing,
	}, s.addPost)
	register(s, operation{
		id: "end_post", method: http.MethodPost, path: "/v1/units/{id}/posts/{post}/end", tag: "Directory", summary: "免职、继任 End a term, and begin the successor's",
		doc:  "Both or neither. The successor begins on the day after, unless another day is given. Open cases are offered to whoever answers for the unit then.",
		body: reflect.TypeFor[PostEnd](), refuses: missing,
	}, s.endPost)
}

// A NewPost says who holds an office from a day on.
type NewPost struct {
	Kind    string        `json:"kind" enum:"党组书记,机关党委书记,专职副书记,党支部书记,联络员" doc:"The office"`
	Holder  string        `json:"holder" minLength:"1" maxLength:"100" doc:"The person's name"`
	Account string        `json:"account,omitempty" maxLength:"64" doc:"The person's account, one of the unit's; of a term that is over, one of the committee's as well, who is recused from the unit's look-backs then"`
	Since   calendar.Date `json:"since" doc:"The first day of holding the post; today when left out"`
	Until   calendar.Date `json:"until,omitzero" doc:"The last day, of a term that is over or has its end"`
}

// A Post is an office in a unit and who holds it.
type Post struct {
	ID   string `json:"id"`
	Unit string `json:"unit"`
	// Kind may be another in a record that is older than the list.
	Kind    string        `json:"kind" enum:"党组书记,机关党委书记,专职副书记,党支部书记,联络员" doc:"The office"`
	Holder  string        `json:"holder"`
	Account string        `json:"account,omitempty" doc:"Account of the holder; none when the holder has none"`
	Since   calendar.Date `json:"since"`
	Until   calendar.Date `json:"until,omitzero" doc:"The last day of the term"`
}

func postOf(p store.Post) Post { return Post(p) }

type postsInput struct {
	ID   string `path:"id" maxLength:"100"`
	On   string `query:"on" format:"date" doc:"Only who held a post on this day"`
	Kind string `query:"kind" maxLength:"100" doc:"Only this office"`
}

type postsOutput struct{ Body PostList }

// A PostList is the posts of a unit, the present holders first.
type PostList struct {
	Posts []Post `json:"posts" maxItems:"1000" doc:"The posts of the unit"`
}

func (s *server) posts(ctx context.Context, _ *call, in *postsInput) (*postsOutput, error) {
	unitID, err := s.unitID(ctx, &shortIDInput{ID: in.ID})
	if err != nil {
		return nil, err
	}
	var f form
	on, kind := f.date("on", in.On), f.text("kind", in.Kind, maxCode)
	if err := f.err(); err != nil {
		return nil, err
	}
	var found []store.Post
	if on.IsZero() {
		found, err = s.record.Posts(ctx, unitID)
	} else {
		found, err = s.record.PostsOn(ctx, unitID, on)
	}
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(p store.Post) bool { return kind != "" && p.Kind != kind })
	out := PostList{Posts: make([]Post, len(found))}
	for i, p := range found {
		out.Posts[i] = postOf(p)
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
		Account: f.text("account", n.Account, maxCode), Since: n.Since, Until: n.Until,
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

// A PostEnd ends a term and may begin the successor's.
type PostEnd struct {
	Until     calendar.Date `json:"until" doc:"The last day of the term"`
	Successor *Successor    `json:"successor,omitempty" doc:"Who holds the post next; vacant when left out"`
}

// A Successor is who holds the post next.
type Successor struct {
	Holder  string        `json:"holder" minLength:"1" maxLength:"100" doc:"The name of who holds the post next"`
	Account string        `json:"account,omitempty" maxLength:"64" doc:"The person's account, one of the unit's"`
	Since   calendar.Date `json:"since,omitzero" doc:"Defaults to the day after the last of the term before"`
}

// A PostSuccession is the term that ended and the one that began.
type PostSuccession struct {
	Ended Post  `json:"ended" doc:"The post as it ended"`
	Begun *Post `json:"begun,omitempty" doc:"The post as its next holder has it; none when it is vacant"`
}

type postEndInput struct {
	ID   string `path:"id" maxLength:"100"`
	Post string `path:"post" maxLength:"100"`
}

type postEndOutput struct{ Body PostSuccession }

func (s *server) endPost(ctx context.Context, c *call, in *postEndInput) (*postEndOutput, error) {
	unitID, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	postID, err := shortID(in.Post)
	if err != nil {
		return nil, err
	}
	var n PostEnd
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	var (
		f    form
		next *store.Post
	)
	if n.Until.IsZero() {
		f.required("until", "")
	}
	if n.Successor != nil {
		next = &store.Post{
			Holder: f.required("successor.holder", n.Successor.Holder), Account: f.text("successor.account", n.Successor.Account, maxCode), Since: n.Successor.Since,
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	ended, begun, err := s.record.EndPost(ctx, unitID, postID, n.Until, next)
	if err != nil {
		return nil, err
	}
	out := PostSuccession{Ended: postOf(ended)}
	if next != nil {
		p := postOf(begun)
		out.Begun = &p
	}
	return &postEndOutput{Body: out}, nil
}
