package policy

import (
	"fmt"

	"duban/calendar"
)

// A List names a negative list. A unit has one entry on a list in a year.
type List string

// The lists: the article names both in one breath, but what is found is put on
// the one, and how the unit's work is assessed hangs on the other.
const (
	ListProblems   List = "problems"   // 问题清单
	ListAssessment List = "assessment" // 党建成效考核负面清单
)

// Lists returns every list.
func Lists() []List { return []List{ListProblems, ListAssessment} }

// ZH is what people call the list.
func (l List) ZH() string {
	switch l {
	case ListProblems:
		return "问题负面清单"
	case ListAssessment:
		return "党建成效考核负面清单"
	}
	return string(l)
}

// A Listing says how an entry on a list ends by itself. Whatever it says, an
// entry may be ended before by a decision that two people make.
type Listing struct {
	Ends Ending `yaml:"ends"`
	// After is how long an entry lasts when it ends after a time without a new
	// one; zero for the other endings.
	After  calendar.Period `yaml:"after,omitempty"`
	Source string          `yaml:"source"`
}

// An Ending is what ends an entry.
type Ending string

// The endings.
const (
	// EndsWithYear ends it with the last day of its year.
	EndsWithYear Ending = "year_end"
	// EndsAfter ends it when a time has gone by without a new entry of the unit.
	EndsAfter Ending = "after"
	// EndsByDecision leaves it until it is ended by decision.
	EndsByDecision Ending = "decision"
)

func endings() []Ending { return []Ending{EndsWithYear, EndsAfter, EndsByDecision} }

// Listing returns how an entry on a list ends.
func (p *Policy) Listing(l List) Listing {
	rule, ok := p.Lists[l]
	if !ok {
		return Listing{Ends: EndsWithYear}
	}
	return rule
}

func checkLists(lists map[List]Listing, f *file) {
	if f.has("lists") {
		checkNames(lists, Lists(), "lists", f)
	}
	for _, name := range Lists() {
		rule, ok := lists[name]
		if !ok {
			continue
		}
		path := "lists." + string(name)
		switch {
		case rule.Ends != EndsWithYear && rule.Ends != EndsAfter && rule.Ends != EndsByDecision:
			f.refuse(path+".ends", fmt.Sprintf("expected one of %s", list(endings())))
		case rule.Ends == EndsAfter && rule.After.N == 0:
			f.refuse(path, "expected after: how long an entry lasts", path+".ends")
		case rule.Ends != EndsAfter && rule.After.N > 0:
			f.refuse(path+".after", "expected no period: only an entry that ends after a time has one", path+".ends")
		}
	}
}

// checkList refuses a list that does not exist, and one of a measure that is no
// listing.
func checkList(name List, measure MeasureKind, path string, f *file) {
	switch {
	case name == "":
	case measure != MeasureNegativeList:
		f.refuse(path+".list", "expected no list: the measure is not negative_list", path+".measure")
	case name != ListProblems && name != ListAssessment:
		f.refuse(path+".list", fmt.Sprintf("expected one of %s", list(Lists())))
	}
}

// onList is the list of a step or rule: one that orders a listing always has one.
func onList(name List, measure MeasureKind) List {
	if measure == MeasureNegativeList && name == "" {
		return ListAssessment
	}
	return name
}

// name fills in the list where a listing is ordered and none is named.
func (p *Policy) name() {
	for i := range p.Ladder {
		p.Ladder[i].List = onList(p.Ladder[i].List, p.Ladder[i].Measure)
	}
	for i := range p.TypeRules {
		p.TypeRules[i].List = onList(p.TypeRules[i].List, p.TypeRules[i].Measure)
	}
}
