package lifecycle

import (
	"slices"
	"strings"
)

// A secretaryPost is an office that answers for its unit.
type secretaryPost struct {
	name string
	// acting: it answers only while the offices before it are vacant.
	acting bool
}

// organSecretary leads the organ's own Party committee: it acts for the secretary, and
// is told what the secretary leaves undone.
const organSecretary = "机关党委书记"

// secretaryPosts are the offices that answer for a unit, in their order. The first
// secretary is the one responsible (党和国家机关基层组织工作条例 第三十五条; domain.md
// row 11: every case has exactly one responsible post, 党组（党委）书记), by
// whichever of its names the unit has. While that post is vacant the acting head
// takes its place (domain.md E2): who leads the organ's Party committee, then the
// full-time deputy there, then who leads the general branch or the branch. Offices
// that no register of ours names any more stand in records of before.
//
// Whom a paper is addressed to and who reads what goes to a unit both follow it.
var secretaryPosts = []secretaryPost{ //nolint:gochecknoglobals // an immutable table, never assigned again
	{name: "党组（党委）书记"},
	{name: "党组书记"},
	{name: "党委书记"},
	{name: organSecretary, acting: true},
	{name: "专职副书记", acting: true},
	{name: "党总支书记", acting: true},
	{name: "党支部书记", acting: true},
}

// Answerable says which of the offices that are held answers for the unit, as its
// place in the list: -1 when none of them does, which leaves the paper to the
// office itself. acting: the secretary's own post is vacant. An office may be
// followed by another of the same person, as in 党组书记、局长.
func Answerable(held []string) (at int, acting bool) {
	for _, post := range secretaryPosts {
		for i, name := range held {
			if strings.HasPrefix(name, post.name) {
				return i, post.acting
			}
		}
	}
	return -1, false
}

// answerableOn is who answers for a unit on a day, by its register; nil when nobody
// does.
func answerableOn(posts []PostHeld, on Date) *PostHolder {
	held := slices.DeleteFunc(slices.Clone(posts), func(p PostHeld) bool { return !p.heldOn(on) })
	names := make([]string, len(held))
	for i, p := range held {
		names[i] = p.Post
	}
	if at, _ := Answerable(names); at >= 0 {
		return &PostHolder{Post: held[at].Post, Person: held[at].Person}
	}
	return nil
}

func (p PostHeld) heldOn(on Date) bool {
	return !p.Since.After(on) && (p.Until.IsZero() || !p.Until.Before(on))
}
