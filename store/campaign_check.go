package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"duban/policy"
)

// A BurdenError names the units that a campaign would inspect more often in its
// year than the policy allows (F13). A leader may override it with a reason.
type BurdenError struct {
	Cap   int
	Units []BurdenedUnit
}

// A BurdenedUnit is a unit and how often it is inspected in the year already.
type BurdenedUnit struct {
	ID          string
	Name        string
	Inspections int
}

// Error returns the English sentence.
func (e *BurdenError) Error() string {
	return fmt.Sprintf("%d units would be inspected more than %d times in the year: %s", len(e.Units), e.Cap, e.names())
}

// ZH returns the Chinese sentence.
func (e *BurdenError) ZH() string {
	return fmt.Sprintf("%d个单位本年度接受检查将超过%d次（%s），请合并、调整，或者由领导说明理由后批准。", len(e.Units), e.Cap, e.names())
}

// names are the first few units.
func (e *BurdenError) names() string {
	const few = 5
	var names []string
	for _, u := range e.Units[:min(few, len(e.Units))] {
		names = append(names, u.Name)
	}
	text := strings.Join(names, "、")
	if len(e.Units) > few {
		text += "…"
	}
	return text
}

// maxScope is how many units one campaign may cover.
const maxScope = 2000

// check holds the plan against itself and the code table.
func (c *Campaign) check(codes policy.Codes) error {
	if err := checkName(&c.Name); err != nil {
		return err
	}
	_, method := codes.Method(c.Method)
	switch {
	case !method:
		return &FieldError{Field: "method", Code: "unknown_code", ZH: "没有这种发现方式。", EN: "There is no such method of discovery."}
	case c.StartsOn.IsZero():
		return &FieldError{Field: "starts_on", Code: "required", ZH: "请填写开始日期。", EN: "Give the day it starts."}
	case c.EndsOn.IsZero():
		return &FieldError{Field: "ends_on", Code: "required", ZH: "请填写结束日期。", EN: "Give the day it ends."}
	case c.EndsOn.Before(c.StartsOn):
		return &FieldError{Field: "ends_on", Code: "too_early", ZH: "结束日期不能早于开始日期。", EN: "It may not end before it starts."}
	case c.StartsOn.Year() != c.Year:
		return &FieldError{Field: "year", Code: "other_year", ZH: "年度应为开始日期所在的年度。", EN: "The year must be that of the day it starts."}
	case len(c.Scope) == 0 || len(c.Scope) > maxScope:
		return &FieldError{
			Field: "scope", Code: "count", ZH: fmt.Sprintf("检查范围应为1至%d个单位。", maxScope), EN: fmt.Sprintf("A campaign covers 1 to %d units.", maxScope),
		}
	case twice(c.Scope):
		return &FieldError{Field: "scope", Code: "given_twice", ZH: "检查范围内有重复的单位。", EN: "A unit is named twice."}
	case twice(c.Team):
		return &FieldError{Field: "team", Code: "given_twice", ZH: "检查组内有重复的人员。", EN: "A person is named twice."}
	}
	return nil
}

func twice(ids []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(ids)))) < len(ids)
}

// compare holds the plan against the directory and the year's other campaigns.
func (c *Campaign) compare(ctx context.Context, tx pgx.Tx, most int) error {
	var units, people int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM units WHERE id = ANY($1) AND abolished_on IS NULL),
		       (SELECT count(*) FROM accounts WHERE id = ANY($2) AND disabled_at IS NULL AND unit_id IS NULL)`, c.Scope, c.Team).Scan(&units, &people)
	switch {
	case err != nil:
		return err
	case units < len(c.Scope):
		return &FieldError{Field: "scope", Code: "unknown_unit", ZH: "检查范围内有不存在或者已撤销的单位。", EN: "A unit does not exist or is no more."}
	case people < len(c.Team):
		return &FieldError{Field: "team", Code: "unknown_account", ZH: "检查组内有不存在、已停用或者不属于工委的人员。", EN: "A member of the team is not one of the committee's people."}
	}
	if err := c.findFirst(ctx, tx); err != nil {
		return err
	}
	if c.Override != "" {
		return nil
	}
	rows, err := tx.Query(ctx, `
		WITH `+visitsOf+`
		SELECT u.id, u.name, count(*)::int FROM units u JOIN visits v ON v.unit = u.id GROUP BY u.id, u.name ORDER BY u.name`, inYear(c.Scope, c.Year, c.first()))
	if err != nil {
		return err
	}
	over, err := pgx.CollectRows(rows, pgx.RowToStructByPos[BurdenedUnit])
	if err != nil {
		return err
	}
	over = slices.DeleteFunc(over, func(u BurdenedUnit) bool { return u.Inspections < most })
	if len(over) > 0 {
		return &BurdenError{Cap: most, Units: over}
	}
	return nil
}
