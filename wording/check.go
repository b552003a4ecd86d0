package wording

import (
	"bytes"
	"fmt"
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
	part Part
	root reflect.Type
	// inList: the place lies in a list.
	inList bool
	frame
}

// A frame is a template or what it says of each in a list.
type frame struct {
	// depth is how many branches of the frame the place lies in.
	depth int
	// asked are the fields of its values that it asks for in each case, says reports
	// whether it says anything in each case.
	asked map[string]bool
	says  bool
}

// strict refuses a template that asks for anything T does not have, in branches
// that no example would reach too, or leaves out what it must ask for.
func strict[T any](part Part, t *template.Template) error {
	root := reflect.TypeFor[T]()
	if root.Kind() != reflect.Struct {
		panic(errNoStruct)
	}
	if len(t.Templates()) > 1 {
		return &Error{Part: part, Asked: "define", Reason: "other templates may not be defined in it"}
	}
	c := &checker{part: part, root: root}
	return c.whole(t.Root, root)
}

// whole checks a frame.
func (c *checker) whole(l *parse.ListNode, dot reflect.Type) error {
	around := c.frame
	defer func() { c.frame = around }()
	c.frame = frame{asked: map[string]bool{}}
	if err := c.list(l, dot); err != nil {
		return err
	}
	for _, f := range fields(dot) {
		if slices.Contains(strings.Split(f.Tag.Get("must"), ","), string(c.part)) && !c.asked[f.Name] {
			return &Error{Part: c.part, Asked: "." + f.Name, Reason: "must ask for ." + f.Name + ", as {{." + f.Name + "}} outside of every branch, or by {{with ." + f.Name + "}}…{{.}}…{{end}}"}
		}
	}
	if c.part == Subject && !c.inList && !c.says { // a mail without a subject is taken for junk
		return &Error{Part: c.part, Reason: "must say something outside of every branch"}
	}
	return nil
}

// fields are those of a struct that a template may ask for.
func fields(t reflect.Type) (exported []reflect.StructField) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if f.IsExported() {
			exported = append(exported, f)
		}
	}
	return exported
}

// asks notes that a pipeline says a field of the frame's values in each case.
func (c *checker) asks(p *parse.PipeNode) {
	if c.depth > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return
	}
	if field, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok {
		c.asked[field.Ident[0]] = true
	}
}

func (c *checker) unknown(what string) error {
	return &Error{Part: c.part, Asked: what, Reason: "asks for " + what + ", which there is not"}
}

// unknownField says what there is instead.
func (c *checker) unknownField(names []string, of reflect.Type) error {
	what := "." + strings.Join(names, ".")
	var there []string
	for _, f := range fields(of) {
		there = append(there, "."+f.Name)
	}
	reason := "asks for " + what + ", which there is not"
	if len(there) > 0 {
		reason += ": expected one of " + strings.Join(there, ", ")
	}
	return &Error{Part: c.part, Asked: what, Reason: reason}
}

func (c *checker) list(l *parse.ListNode, dot reflect.Type) error {
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

func (c *checker) node(n parse.Node, dot reflect.Type) error {
	switch n := n.(type) {
	case *parse.TextNode:
		c.says = c.says || c.depth == 0 && len(bytes.TrimSpace(n.Text)) > 0
		return nil
	case *parse.CommentNode: // no break and no continue: what comes after would be left out
		return nil
	case *parse.ActionNode:
		c.asks(n.Pipe)
		c.says = c.says || c.depth == 0
		return c.printed(n.Pipe, dot)
	case *parse.IfNode:
		if _, err := c.pipe(n.Pipe, dot); err != nil {
			return err
		}
		return c.branch(&n.BranchNode, dot, dot)
	case *parse.WithNode:
		of, err := c.pipe(n.Pipe, dot)
		if err != nil {
			return err
		}
		if saysDot(n.List) {
			c.asks(n.Pipe)
		}
		return c.branch(&n.BranchNode, dot, of)
	case *parse.RangeNode:
		of, err := c.pipe(n.Pipe, dot)
		if err != nil {
			return err
		}
		c.asks(n.Pipe)
		return c.lines(n, of, dot)
	}
	return c.unknown(n.String())
}

// saysDot reports whether the body of a {{with}} says in each case what it is with.
func saysDot(body *parse.ListNode) bool {
	return slices.ContainsFunc(body.Nodes, func(n parse.Node) bool {
		action, ok := n.(*parse.ActionNode)
		return ok && action.Pipe.String() == "."
	})
}

// printed checks what is written out: words and numbers are, and nothing that reads
// as a program's.
func (c *checker) printed(p *parse.PipeNode, dot reflect.Type) error {
	of, err := c.pipe(p, dot)
	if err != nil {
		return err
	}
	if kind := kindOf(of); kind != reflect.String && kind != reflect.Int {
		return &Error{Part: c.part, Asked: p.String(), Reason: fmt.Sprintf("{{%s}} is neither words nor a number: it can be asked about, and not written out", p)}
	}
	return nil
}

// branch checks a branch, inside which the dot is what within is.
func (c *checker) branch(b *parse.BranchNode, dot, within reflect.Type) error {
	if within == nil {
		return c.unknown(b.Pipe.String())
	}
	c.depth++
	defer func() { c.depth-- }()
	if err := c.list(b.List, within); err != nil {
		return err
	}
	return c.list(b.ElseList, dot)
}

// lines checks a list, of which there is none in another: its text would be the one
// times the other.
func (c *checker) lines(n *parse.RangeNode, of, dot reflect.Type) error {
	if of == nil || of.Kind() != reflect.Slice {
		return c.unknown(n.Pipe.String())
	}
	if c.inList {
		return &Error{Part: c.part, Asked: n.Pipe.String(), Reason: fmt.Sprintf("goes through %s inside another list, which is not allowed", n.Pipe)}
	}
	c.inList = true
	err := c.whole(n.List, of.Elem())
	c.inList = false
	if err != nil || n.ElseList == nil {
		return err
	}
	c.depth++
	defer func() { c.depth-- }()
	return c.list(n.ElseList, dot)
}

// pipe checks a pipeline of one command, which is all there is a use for, and
// returns its type; nil when it is a function's.
func (c *checker) pipe(p *parse.PipeNode, dot reflect.Type) (reflect.Type, error) {
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

func (c *checker) argument(n parse.Node, dot reflect.Type) (reflect.Type, error) {
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
func (c *checker) field(of reflect.Type, names []string) (reflect.Type, error) {
	for _, name := range names {
		if of == nil || of.Kind() != reflect.Struct {
			return nil, c.unknownField(names, of)
		}
		field, ok := of.FieldByName(name)
		if !ok || !field.IsExported() {
			return nil, c.unknownField(names, of)
		}
		of = field.Type
	}
	return of, nil
}
