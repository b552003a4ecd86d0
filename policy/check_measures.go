package policy

import (
	"fmt"

	"duban/calendar"
)

func checkLadder(ladder []Step, f *file) {
	if len(ladder) != int(L5) {
		f.refuse("ladder", fmt.Sprintf("expected five steps, L1 to L5, got %d", len(ladder)))
	}
	for i, step := range ladder {
		path := at("ladder", i)
		if want := L1 + Level(i); want <= L5 && step.Level != want {
			f.refuse(path+".level", fmt.Sprintf("expected %s: the steps go from L1 to L5 in order", want))
		}
		switch {
		case step.After.Unit != calendar.WorkingDays:
			f.refuse(path+".after", "expected working days, such as 5WD")
		case i > 0 && step.After.N <= ladder[i-1].After.N:
			f.refuse(path+".after", "expected later than the step before it", at("ladder", i-1)+".after")
		}
		checkKind(step.Measure, MeasureKinds(), path+".measure", f)
		checkList(step.List, step.Measure, path, f)
		if step.Gate != GateAutomatic && step.Gate != GateApproval {
			f.refuse(path+".gate", fmt.Sprintf("expected %s or %s", GateAutomatic, GateApproval))
		}
		if step.Measure == MeasureUrge && step.Gate == GateApproval {
			f.refuse(path+".gate", "expected automatic: urging needs nobody's approval", path+".measure")
		}
		if step.Measure.states() && step.Gate == GateAutomatic {
			f.refuse(path+".gate", "expected approval: a leader decides on it, not the day", path+".measure")
		}
	}
}

// states reports whether to order the measure is to say that the committee decided.
// A chase and a letter are by standing order, a talk waits as a task for a leader who
// fixes it, and an entry on a list is what the list itself prescribes.
func (k MeasureKind) states() bool {
	return k == MeasureOnSite || k == MeasureCircular || k == MeasurePartyGroupOrder
}

func checkMeasures(m Measures, f *file) {
	checkNames(m.Kinds, ownedKinds(), "measures.kinds", f)
}

func checkTypeRules(rules []Rule, codes Codes, f *file) {
	for i, rule := range rules {
		path := at("type_rules", i)
		checkKind(rule.Measure, ownedKinds(), path+".measure", f)
		checkList(rule.List, rule.Measure, path, f)
		if rule.Category == "" && rule.Matter == "" {
			f.refuse(path, "expected a category or a matter")
		}
		if _, ok := codes.Category(rule.Category); !ok && rule.Category != "" {
			f.refuse(path+".category", "expected a code from codes.categories", "codes.categories")
		}
		matter, ok := codes.Matter(rule.Matter)
		switch {
		case rule.Matter == "":
		case !ok:
			f.refuse(path+".matter", "expected a code from codes.matters", "codes.matters")
		case rule.Category != "" && rule.Category != matter.Category:
			f.refuse(path+".category", "expected the category of the matter: this rule could never match", "codes.matters", path+".matter")
		}
	}
}
