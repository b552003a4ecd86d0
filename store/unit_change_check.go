package store

import (
	"slices"
	"strings"

	"duban/calendar"
)

// check holds the change against itself, as of a legal date.
func (c *UnitChange) check(today calendar.Date) error {
	switch {
	case !slices.Contains(UnitChangeKinds(), c.Kind):
		return &FieldError{Field: "kind", Code: "unknown_code", ZH: "变更类型应为更名、合并、分设或者撤销。", EN: "The kind must be rename, merge, split or abolish."}
	case c.On.IsZero():
		return &FieldError{Field: "on", Code: "required", ZH: "请填写生效日期。", EN: "Give the day it takes effect."}
	case c.On.After(today):
		return &FieldError{Field: "on", Code: "in_future", ZH: "生效日期不能晚于今天。", EN: "The day it takes effect may not lie in the future."}
	case strings.TrimSpace(c.Reason) == "":
		return &FieldError{Field: "reason", Code: "required", ZH: "请填写变更依据。", EN: "Give the reason."}
	}
	if c.Kind == RenameUnit {
		if err := checkName(&c.Name); err != nil {
			return err
		}
	} else if c.Name != "" {
		return &FieldError{Field: "name", Code: "only_rename", ZH: "只有更名才填写新名称。", EN: "Only a rename has a new name."}
	}
	return c.checkSuccessor()
}

func (c *UnitChange) checkSuccessor() error {
	split := c.Kind == SplitUnit
	switch {
	case c.Kind == RenameUnit && c.Successor != "":
		return &FieldError{Field: "successor", Code: "only_ending", ZH: "更名没有承接单位。", EN: "A renamed unit has no successor."}
	case !split && len(c.Parts) > 0:
		return &FieldError{Field: "parts", Code: "only_split", ZH: "只有分设才填写分设后的单位。", EN: "Only a split names the parts."}
	case (c.Kind == MergeUnit || split) && c.Successor == "":
		return &FieldError{Field: "successor", Code: "required", ZH: "请填写承接未办结事项的单位。", EN: "Name the unit that takes the open cases over."}
	case c.Successor == c.Unit, slices.Contains(c.Parts, c.Unit):
		return &FieldError{Field: "successor", Code: "itself", ZH: "承接单位不能是该单位自己。", EN: "A unit cannot take over from itself."}
	case split && len(c.Parts) < 2, split && len(slices.Compact(slices.Sorted(slices.Values(c.Parts)))) < len(c.Parts):
		return &FieldError{Field: "parts", Code: "count", ZH: "分设后的单位至少两个，不能重复。", EN: "Name at least two parts, each once."}
	case split && !slices.Contains(c.Parts, c.Successor):
		return &FieldError{Field: "successor", Code: "not_a_part", ZH: "承接单位应是分设后的单位之一。", EN: "The successor must be one of the parts."}
	}
	return nil
}
