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

// organHead leads the organ's own Party committee: it acts for the secretary, and
// is told what the secretary leaves undone.
const organHead = "机关党委书记"

// secretaryPosts are the offices that answer for a unit, in their order. The first
// secretary is the one responsible (党和国家机关基层组织工作条例 第三十五条): every
// case has exactly one responsible post, 党组（党委）书记, by
// whichever of its names the unit has. While that post is vacant the acting head
// takes its place: who leads the organ's Party committee, then the
// full-time deputy there, then who leads the general branch or the branch. Offices
// that no register of ours names any more stand in records of before.
//
// Whom a paper is addressed to and who reads what goes to a unit both follow it.
var secretaryPosts = []secretaryPost{ //nolint:gochecknoglobals // an immutable table, never assigned again
	{name: "党组（党委）书记"},
	{name: "党组书记"},
	{name: "党委书记"},
	{name: organHead, acting: true},
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
	held, ok := answering(posts, on)
	if !ok {
		return nil
	}
	return &PostHolder{Post: held.Post, Person: held.Person}
}

// answering is the term by which somebody answers for a unit on a day.
func answering(posts []PostHeld, on Date) (PostHeld, bool) {
	held := slices.DeleteFunc(slices.Clone(posts), func(p PostHeld) bool { return !p.heldOn(on) })
	names := make([]string, len(held))
	for i, p := range held {
		names[i] = p.Post
	}
	at, _ := Answerable(names)
	if at < 0 {
		return PostHeld{}, false
	}
	return held[at], true
}

// TookOffice is who answers for a unit on a day, if that was another's before, and
// the first day of it. The register's first term tells of no change: who answered
// before is not known.
func TookOffice(posts []PostHeld, on Date) (who PostHeld, first Date, changed bool) {
	who, ok := answering(posts, on)
	if !ok {
		return who, first, false
	}
	for day := on; ; {
		first = Date{}
		for _, p := range posts { // the latest day up to this one on which a term began or was over
			for _, edge := range []Date{p.Since, p.Until.AddDays(1)} {
				if !edge.After(day) && edge.After(first) && (edge == p.Since || !p.Until.IsZero()) {
					first = edge
				}
			}
		}
		before, ok := answering(posts, first.AddDays(-1))
		if !ok || !before.samePerson(who) {
			break
		}
		day = first.AddDays(-1)
	}
	return who, first, slices.ContainsFunc(posts, func(p PostHeld) bool {
		at, _ := Answerable([]string{p.Post})
		return at >= 0 && p.Since.Before(first)
	})
}

// outOfOffice: whoever is secretary by the role acts as one while the register says
// that he holds the post, or acts for it; where it names nobody who could sign, the
// role decides. What was handed over to a person is his to accept.
func (t *turn) outOfOffice(kind CommandKind, who []Role) *Refusal {
	others := slices.DeleteFunc(slices.Clone(who), func(r Role) bool { return r == UnitSecretary })
	if kind == KindAcceptHandover || !t.actor.Has(UnitSecretary) || t.actor.Has(others...) {
		return nil
	}
	own := slices.DeleteFunc(slices.Clone(t.rules.Known.Posts), func(p PostHeld) bool { return p.Unit != t.c.Unit })
	in, _ := answering(own, t.rules.Today(t.received))
	if in.Account == "" || in.Account == t.actor.Account {
		return nil
	}
	return forbidden("not_in_office", "按任职登记，贵单位现由"+in.Person+"（"+in.Post+"）负责，应由其办理。",
		"By the register of posts "+in.Person+" ("+in.Post+") answers for your unit now.")
}

// samePerson: an account tells people of one name apart.
func (p PostHeld) samePerson(q PostHeld) bool {
	if p.Account != "" && q.Account != "" {
		return p.Account == q.Account
	}
	return p.Person == q.Person
}

func (p PostHeld) heldOn(on Date) bool {
	return !p.Since.After(on) && (p.Until.IsZero() || !p.Until.Before(on))
}
