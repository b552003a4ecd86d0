package policy

import (
	"cmp"
	"slices"

	"duban/calendar"
)

// Clock returns the figures of a clock. A policy that was read has them all.
func (p *Policy) Clock(name ClockName) Clock { return p.Clocks[name] }

// Step returns the ladder's step to a level; there is none to L0.
func (p *Policy) Step(level Level) (Step, bool) {
	i := slices.IndexFunc(p.Ladder, func(s Step) bool { return s.Level == level })
	if i < 0 {
		return Step{}, false
	}
	return p.Ladder[i], true
}

// Proposed returns the type rules that match a finding, in the order of the
// policy. Each proposes a measure: a leader orders it. Matter may be empty.
func (p *Policy) Proposed(category, matter string) []Rule {
	var rules []Rule
	for _, r := range p.TypeRules {
		if r.matches(category, matter) {
			rules = append(rules, r)
		}
	}
	return rules
}

func (r Rule) matches(category, matter string) bool {
	if r.Category == "" && r.Matter == "" {
		return false
	}
	return (r.Category == "" || r.Category == category) && (r.Matter == "" || r.Matter == matter)
}

// RefusedArrivals returns after how many refused arrivals of a day a leader must look
// first: 3 under a policy that says nothing of it.
func (p *Policy) RefusedArrivals() int { return cmp.Or(p.LookBack.RefusedArrivals, 3) }

// Recusals returns the bounds of recusals, those of the default policy under one that
// says nothing of them.
func (p *Policy) Recusals() Recusal {
	if p.Recusal == (Recusal{}) {
		return Recusal{
			Least: calendar.Period{N: 30, Unit: calendar.NaturalDays}, Late: calendar.Period{N: 10, Unit: calendar.WorkingDays}, PerCase: 3, PerUnit: 10, Margin: 2,
		}
	}
	return p.Recusal
}

// Weights returns what units weigh in a draw of inspectees. Under a policy that
// says nothing of it, all weigh the same.
func (p *Policy) Weights() (ordinary, listed int) {
	if p.Draw == (Draw{}) {
		return 1, 1
	}
	return p.Draw.Ordinary, p.Draw.Listed
}

// Method returns how the finding was made (方式).
func (c Codes) Method(code string) (Code, bool) { return find(c.Methods, code) }

// Dimension returns one of the aspects inspected (方面).
func (c Codes) Dimension(code string) (Code, bool) { return find(c.Dimensions, code) }

// Category returns a category of problems (问题类别).
func (c Codes) Category(code string) (Code, bool) { return find(c.Categories, code) }

// RootCause returns a root cause (问题根源).
func (c Codes) RootCause(code string) (Code, bool) { return find(c.RootCauses, code) }

// Severity returns a degree of severity (严重程度).
func (c Codes) Severity(code string) (Code, bool) { return find(c.Severities, code) }

// Matter returns a matter, which stands under a category (具体事项).
func (c Codes) Matter(code string) (Matter, bool) {
	i := slices.IndexFunc(c.Matters, func(m Matter) bool { return m.Code == code })
	if i < 0 {
		return Matter{}, false
	}
	return c.Matters[i], true
}

func find(table []Code, code string) (Code, bool) {
	i := slices.IndexFunc(table, func(c Code) bool { return c.Code == code })
	if i < 0 {
		return Code{}, false
	}
	return table[i], true
}
