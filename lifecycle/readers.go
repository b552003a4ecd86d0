package lifecycle

import (
	"slices"

	"duban/policy"
)

// A Holder is who holds a post of a unit on a day. Account is empty for one who
// cannot be reached through the system.
type Holder struct {
	Post    string
	Account string
}

// A Way says why somebody reads a letter. It stands in the record: never rename.
type Way string

// The ways.
const (
	WayAccount    Way = "account"    // it is for this person
	WayRole       Way = "role"       // everybody of the role reads it
	WayHolder     Way = "holder"     // the unit's secretary, or who holds the post it is for
	WayActing     Way = "acting"     // the post is vacant or its holder has no account; this one acts
	WayContact    Way = "contact"    // nobody else of the unit can be reached
	WayCopy       Way = "copy"       // a copy, because of the level
	WaySubstitute Way = "substitute" // reads for somebody who is away
	WayNobody     Way = "nobody"     // there is nobody
)

// A Reader is a person who reads a letter.
type Reader struct {
	Account string
	Way     Way
}

const contactPost = "联络员"

// UnitReaders says who reads a letter to a unit: one person, and those of the
// unit who get a copy because of the level, as the policy lists them. The holders are those of the day,
// the secretaries and contacts the unit's accounts in case no post leads to one.
func UnitReaders(holders []Holder, secretaries, contacts []string, level policy.Level, copies []policy.Copy) []Reader {
	reader := unitReader(holders, secretaries, contacts)
	if reader.Account == "" {
		return nil
	}
	readers := []Reader{reader}
	for _, rule := range copies {
		if level < rule.From || rule.Post == "" {
			continue
		}
		for _, h := range holders {
			if h.Post == rule.Post && h.Account != "" && !reads(readers, h.Account) {
				readers = append(readers, Reader{h.Account, WayCopy})
			}
		}
	}
	return readers
}

// PostReaders says who reads a letter to a post of a unit: whoever holds it and can
// be reached.
func PostReaders(holders []Holder, post string) []Reader {
	var readers []Reader
	for _, h := range holders {
		if h.Post == post && h.Account != "" && !reads(readers, h.Account) {
			readers = append(readers, Reader{h.Account, WayHolder})
		}
	}
	return readers
}

// unitReader is whom a paper to the unit is addressed to. One who holds the post
// and has no account stays the addressee, and the next reads for them.
func unitReader(holders []Holder, secretaries, contacts []string) Reader {
	reached := slices.DeleteFunc(slices.Clone(holders), func(h Holder) bool { return h.Account == "" })
	posts := make([]string, len(reached))
	for i, h := range reached {
		posts[i] = h.Post
	}
	if at, acting := Answerable(posts); at >= 0 {
		way := WayHolder
		if acting {
			way = WayActing
		}
		return Reader{reached[at].Account, way}
	}
	// A directory without posts still has who signs for the unit.
	if len(secretaries) > 0 {
		return Reader{secretaries[0], WayHolder}
	}
	if i := slices.Index(posts, contactPost); i >= 0 {
		return Reader{reached[i].Account, WayContact}
	}
	if len(contacts) > 0 {
		return Reader{contacts[0], WayContact}
	}
	return Reader{}
}

// CopyRoles lists the committee's roles that read along what goes to a unit.
func CopyRoles(level policy.Level, copies []policy.Copy) []Role {
	var roles []Role
	for _, rule := range copies {
		if rule.Role != "" && level >= rule.From {
			roles = append(roles, Role(rule.Role))
		}
	}
	return roles
}

// StandIn follows the substitutes of the day from a person to whoever reads for
// them. A ring of substitutes leads back to the person.
func StandIn(account string, substitutes map[string]string) string {
	seen := map[string]bool{}
	for at := account; ; at = substitutes[at] {
		switch {
		case seen[at]:
			return account
		case substitutes[at] == "":
			return at
		}
		seen[at] = true
	}
}

func reads(readers []Reader, account string) bool {
	return slices.ContainsFunc(readers, func(r Reader) bool { return r.Account == account })
}
