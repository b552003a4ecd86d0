package documents

import (
	"fmt"
	"strconv"

	"duban/calendar"
	"duban/policy"
)

// A NegativeList is a list as it is made known to the units (负面清单、通报). It
// names units and no person: what is said of the facts is handed in as the text
// that may be shown.
type NegativeList struct {
	Office Office
	List   policy.List
	Year   int
	// Number is the paper's own (发文字号); without it the paper is a draft.
	Number string
	On     calendar.Date
	// Entries are those on the list, in their order.
	Entries []Listed
}

// Listed is one unit on a list.
type Listed struct {
	Unit string
	On   calendar.Date
	// Decision is the number of the decision; empty while it has not followed.
	Decision string
	// Facts is why the unit is on the list.
	Facts string
}

// Write writes the list. An empty one is a *NotYetError: nobody is told that
// nobody is on it.
func (n NegativeList) Write() ([]byte, error) {
	year := strconv.Itoa(n.Year)
	p := paper{
		office: n.Office, title: "关于" + year + "年度" + n.List.ZH() + "的通报", number: n.Number, draft: n.Number == "", form: FormNotice,
		to: Addressee{Unit: "各部门", Post: "党组（党委）"}, on: n.On,
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if len(n.Entries) == 0 {
		return nil, notYet("nobody_listed", "清单上没有可以列出的单位。", "There is no unit on the list to tell of.")
	}
	t := table{widths: []int{700, 1800, 2300, 1900, 2145}, rows: [][]string{{"序号", "单位", "列入日期", "决定文号", "事由"}}}
	for i, e := range n.Entries {
		err := need(field{"unit", "单位", e.Unit}, field{"facts", "事由", e.Facts})
		if err == nil {
			err = allow(field{"decision", "决定文号", e.Decision})
		}
		if err != nil {
			return nil, err
		}
		t.rows = append(t.rows, []string{strconv.Itoa(i + 1), e.Unit, chineseDate(e.On), e.Decision, e.Facts})
	}
	d := p.begin()
	d.add(
		text(fmt.Sprintf("根据机关党建督查有关规定，经研究，%s年度下列%d个单位列入%s，现予通报。", year, len(n.Entries), n.List.ZH())),
		para{keep: true}, t, para{},
		text("请列入清单的单位认真对照问题，落实整改责任，按期完成整改；其他单位引以为戒，举一反三。列入清单的单位纳入下一年度党建工作专项督查内容。"),
	)
	p.end(d)
	return d.bytes()
}
