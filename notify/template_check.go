package notify

import (
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// functions are those that a template may use: none of them reaches beyond the
// fields, and none can fail, the last two because what they compare is compared
// here first.
func functions() []string { return []string{"and", "or", "not", "eq", "ne"} }

// A checker walks a template and knows at every place of what type the dot is.
type checker struct {
	name, part string
	root       reflect.Type
}

// strict refuses a template that asks for anything T does not have, in branches
// that no example would reach too.
func strict[T any](name string, t *template.Template) error {
	root := reflect.TypeFor[T]()
	if root.Kind() != reflect.Struct {
		panic(errNoStruct)
	}
	if len(t.Templates()) > 1 {
		return templateError(name, t.Name(), "define", "不能另外定义模板", "may not define others")
	}
	return checker{name, t.Name(), root}.list(t.Root, root)
}

func (c checker) unknown(what string) error {
	return templateError(c.name, c.part, what, "没有“"+what+"”这一项", "asks for "+what+", which there is not")
}

func (c checker) list(l *parse.ListNode, dot reflect.Type) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := c.node(n, dot); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) node(n parse.Node, dot reflect.Type) error {
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode, *parse.BreakNode, *parse.ContinueNode:
		return nil
	case *parse.ActionNode:
		_, err := c.pipe(n.Pipe, dot)
		return err
	case *parse.IfNode:
		return c.branch(&n.BranchNode, dot, func(reflect.Type) reflect.Type { return dot })
	case *parse.WithNode:
		return c.branch(&n.BranchNode, dot, func(of reflect.Type) reflect.Type { return of })
	case *parse.RangeNode:
		return c.branch(&n.BranchNode, dot, func(of reflect.Type) reflect.Type {
			if of == nil || of.Kind() != reflect.Slice {
				return nil
			}
			return of.Elem()
		})
	}
	return c.unknown(n.String())
}

// branch checks a branch, inside which the dot is what inside makes of the
// pipeline's type; nil when it cannot be that.
func (c checker) branch(b *parse.BranchNode, dot reflect.Type, inside func(reflect.Type) reflect.Type) error {
	of, err := c.pipe(b.Pipe, dot)
	if err != nil {
		return err
	}
	within := inside(of)
	if within == nil {
		return c.unknown(b.Pipe.String())
	}
	if err := c.list(b.List, within); err != nil {
		return err
	}
	return c.list(b.ElseList, dot)
}

// pipe checks a pipeline of one command, which is all there is a use for, and
// returns its type; nil when it is a function's.
func (c checker) pipe(p *parse.PipeNode, dot reflect.Type) (reflect.Type, error) {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 {
		return nil, c.unknown(p.String())
	}
	arguments := p.Cmds[0].Args
	function, calls := arguments[0].(*parse.IdentifierNode)
	if !calls {
		if len(arguments) > 1 {
			return nil, c.unknown(p.String())
		}
		return c.argument(arguments[0], dot)
	}
	if !slices.Contains(functions(), function.Ident) || len(arguments) == 1 {
		return nil, c.unknown(p.String())
	}
	var kinds []reflect.Kind
	for _, argument := range arguments[1:] {
		of, err := c.argument(argument, dot)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kindOf(of))
	}
	if !fits(function.Ident, kinds) {
		return nil, c.unknown(p.String())
	}
	return nil, nil //nolint:nilnil // no field's type
}

// fits reports whether a function takes values of such kinds.
func fits(function string, kinds []reflect.Kind) bool {
	switch function {
	case "not":
		return len(kinds) == 1
	case "eq", "ne":
		plain := kinds[0] == reflect.String || kinds[0] == reflect.Int
		return plain && len(kinds) == 2 && kinds[0] == kinds[1]
	}
	return true
}

func kindOf(t reflect.Type) reflect.Kind {
	if t == nil {
		return reflect.Invalid
	}
	return t.Kind()
}

func (c checker) argument(n parse.Node, dot reflect.Type) (reflect.Type, error) {
	switch n := n.(type) {
	case *parse.FieldNode:
		return c.field(dot, n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" {
			return c.field(c.root, n.Ident[1:])
		}
	case *parse.DotNode:
		return dot, nil
	case *parse.PipeNode:
		return c.pipe(n, dot)
	case *parse.StringNode:
		return reflect.TypeFor[string](), nil
	case *parse.NumberNode:
		if n.IsInt {
			return reflect.TypeFor[int](), nil
		}
	}
	return nil, c.unknown(n.String())
}

// field finds the type of a field of a field.
func (c checker) field(of reflect.Type, names []string) (reflect.Type, error) {
	for _, name := range names {
		if of == nil || of.Kind() != reflect.Struct {
			return nil, c.unknown("." + strings.Join(names, "."))
		}
		field, ok := of.FieldByName(name)
		if !ok || !field.IsExported() {
			return nil, c.unknown("." + strings.Join(names, "."))
		}
		of = field.Type
	}
	return of, nil
}
