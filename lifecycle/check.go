package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"duban/calendar"
	"duban/characters"
)

// Date is a civil date; package calendar has the arithmetic.
type Date = calendar.Date

// Period is a length of time in working days, natural days or months.
type Period = calendar.Period

// Bounds of what people write, in characters.
const (
	maxTitle = 200
	maxText  = 10_000
	maxName  = 100
	maxItems = 100
)

// text refuses an empty text, one that is too long, and one with characters
// that no text may have.
func (t *turn) text(field, value string, limit int) error {
	if characters.Blank(value) {
		return invalid(field, "required", "请填写“"+Label(field)+"”。", "Please fill in "+field+".")
	}
	return t.optional(field, value, limit)
}

// optional is text that may be empty. What is shorter than a whole text stands on
// one line.
func (t *turn) optional(field, value string, limit int) error {
	allowed := characters.Text
	if limit < maxText {
		allowed = characters.Line
	}
	if fault := allowed(value); fault != nil {
		zh, en := fault.Refuse("“"+Label(field)+"”", field)
		return invalid(field, "bad_characters", zh, en)
	}
	if n := utf8.RuneCountInString(value); n > limit {
		return invalid(field, "too_long", fmt.Sprintf("“%s”最多%d字，现有%d字。", Label(field), limit, n),
			fmt.Sprintf("%s may have at most %d characters; it has %d.", field, limit, n))
	}
	return nil
}

// list refuses too few or too many items, and an item that text would refuse.
func (t *turn) list(field string, values []string, least, limit int) error {
	if len(values) < least || len(values) > maxItems {
		return invalid(field, "count", fmt.Sprintf("“%s”应为%d至%d项。", Label(field), least, maxItems),
			fmt.Sprintf("%s must have %d to %d items.", field, least, maxItems))
	}
	for i, v := range values {
		if err := t.text(fmt.Sprintf("%s[%d]", field, i), v, limit); err != nil {
			return err
		}
	}
	return nil
}

// dayBetween refuses a day in the future or before the earliest.
func (t *turn) dayBetween(field string, day, earliest Date) error {
	today := t.rules.Today(t.received)
	switch {
	case day.IsZero():
		return invalid(field, "required", "请填写“"+Label(field)+"”。", "Please give the date "+field+".")
	case day.After(today):
		return invalid(field, "in_future", "“"+Label(field)+"”不能晚于今天（"+today.String()+"）。", field+" lies in the future; today is "+today.String()+".")
	case day.Before(earliest):
		return invalid(field, "too_early", "“"+Label(field)+"”不能早于"+earliest.String()+"。", field+" may not be before "+earliest.String()+".")
	}
	return nil
}

// dayAfter refuses a day that is not later than after, or later than latest.
func (t *turn) dayAfter(field string, day, after, latest Date) error {
	switch {
	case day.IsZero():
		return invalid(field, "required", "请填写“"+Label(field)+"”。", "Please give the date "+field+".")
	case !day.After(after):
		return invalid(field, "too_early", "“"+Label(field)+"”应晚于"+after.String()+"。", field+" must be after "+after.String()+".")
	case day.After(latest):
		return invalid(field, "over_cap", "“"+Label(field)+"”不能晚于"+latest.String()+"。", field+" may not be later than "+latest.String()+".")
	}
	return nil
}

// oneOf refuses a value outside a fixed list.
func oneOf[T ~string](field string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	names, codes := make([]string, len(allowed)), make([]string, len(allowed))
	for i, a := range allowed {
		names[i], codes[i] = string(a), string(a)
		if word, ok := any(a).(interface{ ZH() string }); ok && word.ZH() != string(a) {
			names[i] = word.ZH() + "（" + string(a) + "）"
		}
	}
	if value == "" {
		return invalid(field, "required", "请填写“"+Label(field)+"”。", "Please fill in "+field+".")
	}
	return invalid(field, "unknown_code", "“"+Label(field)+"”应为："+strings.Join(names, "、")+"。",
		field+" must be one of: "+strings.Join(codes, ", ")+".")
}

// code refuses a value that a code table of the policy does not have.
func code(field, value string, known bool) error {
	switch {
	case value == "":
		return invalid(field, "required", "请填写“"+Label(field)+"”。", "Please fill in "+field+".")
	case !known:
		return invalid(field, "unknown_code", "“"+Label(field)+"”的代码表中没有“"+value+"”。", "There is no code "+value+" for "+field+".")
	}
	return nil
}

// optionalCode is the same of a field that may be left out.
func optionalCode(field, value string, known bool) error {
	if value == "" {
		return nil
	}
	return code(field, value, known)
}

// maxFaults is how many faults of one body are told.
const maxFaults = 20

// all returns what several checks of a body found, told as one refusal: whoever wrote
// it mends everything at once. Of one field the first fault is told. What is no fault of
// the body, but of the case or the person, stands alone.
func all(errs ...error) error {
	var found *Refusal
	for _, err := range errs {
		r, ok := errors.AsType[*Refusal](err)
		switch {
		case err == nil:
		case !ok || r.Kind != Invalid:
			if found == nil {
				return err
			}
		case found == nil:
			one := *r
			found = &one
		default:
			found.add(r)
		}
	}
	if found == nil {
		return nil
	}
	return found
}

// add takes in what else was found.
func (r *Refusal) add(more *Refusal) {
	for _, one := range append([]*Refusal{more}, more.Others...) {
		told := one.Field == r.Field || slices.ContainsFunc(r.Others, func(o *Refusal) bool { return o.Field == one.Field })
		if one.Field == "" || told || len(r.Others) == maxFaults-1 {
			continue
		}
		alone := *one
		alone.Others = nil
		r.Others = append(slices.Clip(r.Others), &alone)
	}
}

// unit refuses a unit that does not exist, or no longer.
func (t *turn) unit(field, id string) error {
	if err := t.text(field, id, maxName); err != nil {
		return err
	}
	if !t.rules.Known.Units[id] {
		return invalid(field, "unknown_unit", "没有这个单位，或者该单位已撤销。", "There is no such unit, or it was abolished.")
	}
	return nil
}

// campaign refuses a campaign that does not exist, or is over, and a unit that the
// campaign does not cover; none at all will do.
func (t *turn) campaign(field, unit, id string) error {
	switch {
	case id == "":
		return nil
	case !t.rules.Known.Campaigns[id]:
		return invalid(field, "unknown_campaign", "没有这个督查批次，或者该批次已经结束。", "There is no such campaign, or it is closed.")
	case t.rules.Known.Uncovered[id]:
		return invalid(unit, "out_of_scope", "该单位不在本批次的检查范围内。确属本批次检查的，请由工委领导调整批次的检查范围后再登记。",
			"The unit is not in the campaign's scope; a leader may widen it.")
	}
	return nil
}

// account refuses a person who does not exist or does not hold the role.
func (t *turn) account(field, id string, role Role) (Actor, error) {
	if err := t.text(field, id, maxName); err != nil {
		return Actor{}, err
	}
	a, ok := t.rules.Known.Accounts[id]
	if !ok {
		return Actor{}, invalid(field, "unknown_account", "没有这个人员账号。", "There is no such account.")
	}
	if !a.Has(role) {
		return Actor{}, invalid(field, "wrong_role", "该人员不是“"+role.ZH()+"”。", "That person does not hold the role "+string(role)+".")
	}
	return a, nil
}

// holds is the same where nothing else of the person is needed.
func (t *turn) holds(field, id string, role Role) error {
	_, err := t.account(field, id, role)
	return err
}

// quoted is a name in quotation marks; those within it are single ones.
func quoted(name string) string {
	return "“" + strings.NewReplacer("“", "‘", "”", "’").Replace(name) + "”"
}
