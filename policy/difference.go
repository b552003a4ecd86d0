package policy

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A Difference is one field that two policies say differently.
type Difference struct {
	// Field is the field's path, such as clocks.plan.within. An entry of a list is
	// named by its first figure: codes.matters[M0302].zh.
	Field string
	// Was and Now are the field's texts as the files have them. Was is empty for a
	// field that is new, Now for one that is gone.
	Was, Now string
}

// Differences lists what a policy says otherwise than the one before it, in the
// order of the new file; what is gone comes last. Comments, order and layout are
// no difference. Both must have been read from files.
func Differences(before, after *Policy) []Difference {
	was, now := flatten(before), flatten(after)
	known := make(map[string]string, len(was))
	for _, f := range was {
		known[f.path] = f.text
	}
	var found []Difference
	for _, f := range now {
		old, ok := known[f.path]
		delete(known, f.path)
		if !ok || old != f.text {
			found = append(found, Difference{Field: f.path, Was: old, Now: f.text})
		}
	}
	for _, f := range was {
		if _, gone := known[f.path]; gone {
			found = append(found, Difference{Field: f.path, Was: f.text})
		}
	}
	return found
}

// A figure is one text of a policy file and where it stands.
type figure struct{ path, text string }

func flatten(p *Policy) []figure {
	root, fault := parse([]byte(p.text))
	if fault != nil {
		panic("policy: differences of a policy that has no text: " + fault.Error())
	}
	var found []figure
	var visit func(n *yaml.Node, path string)
	visit = func(n *yaml.Node, path string) {
		switch {
		case n.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				visit(n.Content[i+1], join(path, n.Content[i].Value))
			}
		case n.Kind == yaml.SequenceNode && scalars(n.Content):
			texts := make([]string, len(n.Content))
			for i, item := range n.Content {
				texts[i] = item.Value
			}
			found = append(found, figure{path, strings.Join(texts, ", ")})
		case n.Kind == yaml.SequenceNode:
			names := entryNames(n.Content)
			for i, item := range n.Content {
				visit(item, path+"["+names[i]+"]")
			}
		default:
			found = append(found, figure{path, n.Value})
		}
	}
	visit(root, "")
	return found
}

func scalars(nodes []*yaml.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *yaml.Node) bool { return n.Kind != yaml.ScalarNode })
}

// entryNames are what the entries of a list are told apart by: their first text,
// where no other entry has the same, or else their number from 0.
func entryNames(entries []*yaml.Node) []string {
	names := make([]string, len(entries))
	times := map[string]int{}
	for i, e := range entries {
		if e.Kind == yaml.MappingNode && len(e.Content) > 1 && e.Content[1].Kind == yaml.ScalarNode {
			names[i] = e.Content[1].Value
		}
		times[names[i]]++
	}
	for i, name := range names {
		if name == "" || times[name] > 1 {
			names[i] = fmt.Sprint(i)
		}
	}
	return names
}
