package lifecycle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"duban/lot"
)

// A StrataKind says what the roster of a draw of inspectees is divided by.
type StrataKind string

// The kinds. They stand in the record: never rename.
const (
	ByArea     StrataKind = "area"
	ByCategory StrataKind = "category"
	ByNone     StrataKind = "none"
)

// StrataKinds returns every kind.
func StrataKinds() []StrataKind { return []StrataKind{ByArea, ByCategory, ByNone} }

// The strata of units that belong to none, and of all units together.
const (
	withoutArea     = "未划分片区"
	withoutCategory = "未分类"
	allUnits        = "全部单位"
)

// A DrawOfInspectees asks for units of a campaign to be drawn (双随机抽取).
type DrawOfInspectees struct {
	By StrataKind `json:"by" doc:"What the roster is divided by: 片区, 单位分类 or nothing"`
	// Strata are named as the area or category is. One that is not among them
	// gives no unit, and the only one of ByNone needs no name.
	Strata     []Stratum   `json:"strata" minItems:"1" maxItems:"200" doc:"How many units come from which area or category; from one that is not here, none"`
	Exclusions []Exclusion `json:"exclusions,omitempty" maxItems:"2000" doc:"Units that are not drawn from, each with the reason"`
	// Reason is why a campaign is drawn for once more; the first draw needs none.
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Why it is drawn once more; the first draw needs none"`
}

// A Stratum is how many units are drawn from a part of the roster.
type Stratum struct {
	Name string `json:"name,omitempty" maxLength:"100" doc:"The area's or category's name; left out when by is none"`
	Take int    `json:"take" minimum:"0" maximum:"2000" doc:"How many of the group are drawn"`
}

// An Exclusion keeps a unit out of a draw.
type Exclusion struct {
	Unit   string `json:"unit" minLength:"1" maxLength:"100"`
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why the unit is left out of the draw"`
}

const (
	maxStrata        = 200
	maxExclusions    = 2000
	maxExcludeReason = 500
	maxDrawReason    = 1000
)

// An Inspectee is a unit that a campaign covers, with what the draw asks of it.
type Inspectee struct {
	Unit     string
	Area     string
	Category string
	// Listed: it was on a negative list the year before the campaign's.
	Listed bool
	// Inspected is how often it was inspected in the campaign's year already.
	Inspected int
}

// stratum is the part of the roster the unit belongs to.
func (i Inspectee) stratum(by StrataKind) string {
	switch by {
	case ByArea:
		return cmp.Or(i.Area, withoutArea)
	case ByCategory:
		return cmp.Or(i.Category, withoutCategory)
	case ByNone:
	}
	return allUnits
}

// Check holds what is asked against itself.
func (d DrawOfInspectees) Check() *Refusal {
	if !slices.Contains(StrataKinds(), d.By) {
		return invalid("by", "unknown_code", "分层方式应为：area（片区）、category（单位分类）、none（不分层）。", "The roster is divided by area, category or none.")
	}
	if r := d.checkStrata(); r != nil {
		return r
	}
	if len(d.Exclusions) > maxExclusions {
		return invalid("exclusions", "too_many", fmt.Sprintf("排除的单位最多%d个。", maxExclusions), "Too many units are excluded.")
	}
	seen := map[string]bool{}
	for _, e := range d.Exclusions {
		switch {
		case strings.TrimSpace(e.Reason) == "":
			return invalid("exclusions", "required", "排除单位须写明理由。", "An exclusion needs its reason.")
		case utf8.RuneCountInString(e.Reason) > maxExcludeReason:
			return invalid("exclusions", "too_long", fmt.Sprintf("排除的理由最多%d字。", maxExcludeReason), "The reason of an exclusion is too long.")
		case seen[e.Unit]:
			return invalid("exclusions", "given_twice", "排除的单位有重复。", "A unit is excluded twice.")
		}
		seen[e.Unit] = true
	}
	if utf8.RuneCountInString(d.Reason) > maxDrawReason {
		return invalid("reason", "too_long", fmt.Sprintf("理由最多%d字。", maxDrawReason), "The reason is too long.")
	}
	return nil
}

func (d DrawOfInspectees) checkStrata() *Refusal {
	total, seen := 0, map[string]bool{}
	for _, s := range d.Strata {
		switch {
		case d.By != ByNone && strings.TrimSpace(s.Name) == "":
			return invalid("strata", "required", "请填写分层的名称。", "Name the stratum.")
		case len(s.Name) > lot.MaxID:
			return invalid("strata", "too_long", fmt.Sprintf("分层的名称最多%d字节。", lot.MaxID), "The name of a stratum is too long.")
		case s.Take < 0 || s.Take > lot.MaxRoster:
			return invalid("strata", "out_of_range", "抽取数量不合理。", "The number to draw is negative or beyond every roster.")
		case seen[s.Name]:
			return invalid("strata", "given_twice", "分层重复。", "A stratum is named twice.")
		}
		seen[s.Name] = true
		total += s.Take
	}
	switch {
	case len(d.Strata) > maxStrata:
		return invalid("strata", "too_many", fmt.Sprintf("分层最多%d个。", maxStrata), "There are too many strata.")
	case d.By == ByNone && len(d.Strata) != 1:
		return invalid("strata", "one_stratum", "不分层时只填一项抽取数量。", "Without strata there is one number to draw.")
	case total == 0:
		return invalid("strata", "nothing_to_draw", "没有要抽取的单位。", "Nothing is to be drawn.")
	}
	return nil
}

// Roster makes what is drawn from: every unit of the campaign in its stratum,
// those excluded with the reason. Who was inspected as often as the policy allows
// is excluded by itself; a leader who wants it drawn all the same has no way here.
// Strata that nothing is asked of are recorded as giving none.
func (d DrawOfInspectees) Roster(units []Inspectee, most int) ([]lot.Stratum, []lot.Unit, *Refusal) {
	if r := d.Check(); r != nil {
		return nil, nil, r
	}
	excluded := make(map[string]string, len(d.Exclusions))
	for _, e := range d.Exclusions {
		if !slices.ContainsFunc(units, func(u Inspectee) bool { return u.Unit == e.Unit }) {
			return nil, nil, invalid("exclusions", "unknown_unit", "排除的单位“"+e.Unit+"”不在该批次的检查范围内，或者已撤销。",
				"A unit that is excluded is not in the campaign's scope, or is no more.")
		}
		excluded[e.Unit] = e.Reason
	}
	strata, named := make([]lot.Stratum, 0, len(d.Strata)), map[string]bool{}
	for _, s := range d.Strata {
		if d.By == ByNone {
			s.Name = allUnits
		}
		strata, named[s.Name] = append(strata, lot.Stratum(s)), true
	}
	roster, silent := make([]lot.Unit, 0, len(units)), map[string]bool{}
	for _, u := range units {
		entry := lot.Unit{ID: u.Unit, Stratum: u.stratum(d.By), Listed: u.Listed, Excluded: excluded[u.Unit]}
		if u.Inspected >= most {
			entry.Excluded = fmt.Sprintf("本年度已接受检查%d次", u.Inspected)
			if given := excluded[u.Unit]; given != "" {
				entry.Excluded += "；" + given
			}
		}
		if !named[entry.Stratum] {
			silent[entry.Stratum] = true
		}
		roster = append(roster, entry)
	}
	for _, name := range slices.Sorted(maps.Keys(silent)) {
		strata = append(strata, lot.Stratum{Name: name})
	}
	return strata, roster, nil
}

// LeavesOut reports whether a unit that could be drawn is kept out by who asks: it is
// excluded, or nothing is to be drawn from its stratum. That takes a second person.
func (d DrawOfInspectees) LeavesOut(units []Inspectee) bool {
	if len(d.Exclusions) > 0 {
		return true
	}
	takes := map[string]bool{}
	for _, s := range d.Strata {
		if d.By == ByNone {
			s.Name = allUnits
		}
		takes[s.Name] = s.Take > 0
	}
	return slices.ContainsFunc(units, func(u Inspectee) bool { return !takes[u.stratum(d.By)] })
}

// RefuseDraw says why the units of a campaign are not drawn now; nil when they
// are. A campaign that was drawn for, itself or by one it repeats, is drawn for again
// only with a reason, and by two people.
func (d DrawOfInspectees) RefuseDraw(closed bool, draws int, waiting bool) *Refusal {
	switch {
	case closed:
		return notAllowed("campaign_closed", "该批次已经结束，不能再抽取。", "The campaign is closed; nothing is drawn for it.")
	case draws > 0 && strings.TrimSpace(d.Reason) == "":
		return invalid("reason", "redraw_needs_reason", "该批次已经抽取。重新抽取须说明理由，并经另一位领导批准。",
			"The campaign's units were drawn. Drawing them once more needs a reason, and another person who grants it.")
	case waiting:
		return notAllowed("redraw_waits", "该批次已有抽取的申请等待批准。", "A request to draw waits for its answer.")
	}
	return nil
}

// RefuseAnswer says why somebody may not answer a request to draw once more; nil
// when he may: a leader, and never the one who asked.
func RefuseAnswer(asker string, who Actor, granted bool, reason string) *Refusal {
	switch {
	case !who.Has(Leader):
		return forbidden("wrong_role", "重新抽取或者排除单位的抽取，由工委领导批准。", "A leader grants a redraw, and a draw that leaves units out.")
	case who.Account == asker:
		return forbidden("own_request", "申请人不能批准自己的抽取申请。", "Who asked for a draw may not grant it.")
	case !granted && strings.TrimSpace(reason) == "":
		return invalid("reason", "required", "不批准抽取的，请说明理由。", "Say why it is not granted.")
	case utf8.RuneCountInString(reason) > maxDrawReason:
		return invalid("reason", "too_long", fmt.Sprintf("理由最多%d字。", maxDrawReason), "The reason is too long.")
	}
	return nil
}
