package documents

import (
	"fmt"
	"strings"
)

// A Change is what a corrected notice says anew (更正): of what, and from what to what.
type Change struct{ What, From, To string }

// said is the change within a sentence.
func (c Change) said() string {
	from, to := oneLine(c.From), oneLine(c.To)
	switch {
	case from == "":
		return c.What + "增加“" + quotable(to) + "”"
	case to == "":
		return c.What + "删去“" + quotable(from) + "”"
	default:
		return c.What + "由“" + quotable(from) + "”更正为“" + quotable(to) + "”"
	}
}

// quotable is a text within quotes: its own are single, and it ends without a stop.
func quotable(s string) string {
	return strings.NewReplacer("“", "‘", "”", "’").Replace(strings.TrimRight(strings.TrimSpace(s), "。；.;"))
}

func checkChanges(at string, changes []Change) error {
	for i, c := range changes {
		at := fmt.Sprintf("%schanges[%d].", at, i)
		err := need(field{at + "what", "更正事项", c.What})
		if err == nil {
			err = allow(field{at + "from", "更正前", c.From}, field{at + "to", "更正后", c.To})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// changed are the paragraphs that say what a notice corrects. A change that is the same
// of all its findings is said once.
func (n Notice) changed() []block {
	var said []string
	for i, f := range n.Findings {
		of := ""
		if len(n.Findings) > 1 {
			of = "第（" + chineseNumber(i+1) + "）项问题的"
		}
		for _, c := range f.Changes {
			said = append(said, of+c.said())
		}
	}
	for _, c := range n.Changes {
		said = append(said, c.said())
	}
	if len(said) == 0 {
		return nil
	}
	if len(said) == 1 {
		return []block{labelled("更正内容：", said[0]+"。")}
	}
	out := []block{labelled("更正内容：", "")}
	for i, s := range said {
		end := "；"
		if i == len(said)-1 {
			end = "。"
		}
		out = append(out, text(fmt.Sprintf("%d.%s%s", i+1, s, end)))
	}
	return out
}

// corrects reports whether the notice takes the place of one that its reader has.
func (n Notice) corrects() bool { return n.Amended != nil || len(n.Replaces) > 0 }
