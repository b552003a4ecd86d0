package policy

import (
	"fmt"
	"slices"
)

// A Copy says who reads along what goes to a unit, once its case has reached a level.
type Copy struct {
	From Level `yaml:"from"`
	// Post is one of the unit's, Role one of the committee's: one of them is set.
	Post   string `yaml:"post,omitempty"`
	Role   string `yaml:"role,omitempty"`
	Source string `yaml:"source"`
}

// Posts are the offices of a unit, as its papers name them. They stand in the
// record: never rename.
func Posts() []string {
	return []string{"党组书记", "机关党委书记", "专职副书记", "党支部书记", "联络员"}
}

// CopyRoles are the committee's roles that may read along: those up the line. The
// others see the cases that are theirs, and no more.
func CopyRoles() []string { return []string{"head", "leader", "committee_secretary"} }

// Copied lists who reads along, by the default policy's list under a policy that was
// stored before there was one. An empty list is one: nobody reads along.
func (p *Policy) Copied() []Copy {
	if p.Copies != nil {
		return p.Copies
	}
	return []Copy{
		{From: L2, Post: "机关党委书记", Source: "assumed"},
		{From: L3, Role: "head", Source: "assumed"},
	}
}

func checkCopies(copies []Copy, f *file) {
	first := map[string]int{}
	for i, c := range copies {
		path, other := at("copies", i), c.Post
		if c.Role != "" {
			other = c.Role
		}
		switch {
		case c.Post == "" && c.Role == "", c.Post != "" && c.Role != "":
			f.refuse(path, "expected a post or a role, one of them")
		case c.Post != "" && !slices.Contains(Posts(), c.Post):
			f.refuse(path+".post", fmt.Sprintf("expected one of %s", list(Posts())))
		case c.Role != "" && !slices.Contains(CopyRoles(), c.Role):
			f.refuse(path+".role", fmt.Sprintf("expected one of %s", list(CopyRoles())))
		}
		if earlier, twice := first[other]; twice && other != "" {
			f.refuse(path, fmt.Sprintf("given twice: first on line %d", f.line(at("copies", earlier))))
			continue
		}
		first[other] = i
	}
}
