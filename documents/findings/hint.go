package findings

import (
	"fmt"
	"strings"

	"duban/characters"
	"duban/lifecycle"
)

// A Hint is what is known already about a row's unit and about findings like it.
// Nobody has to do anything about it, and a row with one can be opened.
type Hint struct {
	Row int `json:"row"`
	// Unit is what the unit has open; with the first of its rows only.
	Unit *UnitHint `json:"unit,omitempty"`
	// Recurrences counts its findings of the same category in the last three years,
	// Latest is the last of them, and RepeatOf the archived one that is most alike.
	Recurrences int    `json:"recurrences,omitempty"`
	Latest      string `json:"latest,omitempty"`
	RepeatOf    string `json:"repeat_of,omitempty"`
	// Similar are its findings with a like title, the most alike first.
	Similar []Alike `json:"similar,omitempty"`
	// PrivateUse says which character of its title or its facts is in private use.
	PrivateUse string `json:"private_use,omitempty"`
}

// A UnitHint is what a unit has open and how often it was inspected this year.
type UnitHint struct {
	Open      int `json:"open"`
	Overdue   int `json:"overdue"`
	Inspected int `json:"inspected"`
}

// An Alike is a case whose title is like a row's.
type Alike struct {
	Number   string  `json:"number"`
	Likeness float64 `json:"likeness"`
}

// empty: nothing is known.
func (h Hint) empty() bool {
	return h.Unit == nil && h.Recurrences == 0 && len(h.Similar) == 0 && h.PrivateUse == ""
}

// ZH says it in one sentence.
func (h Hint) ZH() string {
	var parts []string
	if u := h.Unit; u != nil {
		parts = append(parts, fmt.Sprintf("该单位有未办结事项%d项（逾期%d项），本年度已检查%d次", u.Open, u.Overdue, u.Inspected))
	}
	if len(h.Similar) > 0 {
		var alike []string
		for _, a := range h.Similar {
			alike = append(alike, fmt.Sprintf("%s（标题相似度%.0f%%）", a.Number, 100*a.Likeness))
		}
		parts = append(parts, "可能重复："+strings.Join(alike, "、"))
	}
	if h.Recurrences > 0 {
		text := fmt.Sprintf("近三年同类问题%d项，最近一项为%s", h.Recurrences, h.Latest)
		if h.RepeatOf != "" {
			text += "；如属重复发生，“前案编号”可填" + h.RepeatOf
		}
		parts = append(parts, text)
	}
	if h.PrivateUse != "" {
		parts = append(parts, h.PrivateUse)
	}
	return strings.Join(parts, "；") + "。"
}

// privateUse names the first character of a finding that only who has the right font
// sees; empty when there is none.
func privateUse(c *lifecycle.OpenCase) string {
	for _, one := range []struct {
		column Column
		text   string
	}{{Title, c.Title}, {Facts, c.Facts}} {
		if f := characters.Private(one.text); f != nil {
			return "“" + columns[one.column].header + "”的" + f.ZH() + "在没有相应字库的电脑和打印机上显示不出来"
		}
	}
	return ""
}

// hint asks what is known about the rows that can be opened.
func (t *table) hint(rows []Row) error {
	bodies, of := openable(rows)
	if t.check.Hints == nil || len(bodies) == 0 {
		return nil
	}
	hints, err := t.check.Hints(bodies)
	if err != nil {
		return err
	}
	for i, h := range hints {
		unit := bodies[i].Unit
		if t.hinted[unit] || h.Unit != nil && *h.Unit == (UnitHint{}) {
			h.Unit = nil
		}
		t.hinted[unit] = true
		h.PrivateUse = privateUse(bodies[i])
		if h.Row = of[i].Row; h.empty() {
			continue
		}
		of[i].Hint = &h
		if len(t.hints) < MaxFaults {
			t.hints = append(t.hints, h)
		} else {
			t.moreHints++
		}
	}
	return nil
}
