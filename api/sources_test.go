package api_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
)

// sourcesOf reads what the sources say of the types in the description.
func sourcesOf(t *testing.T, types []string) api.Sentences {
	t.Helper()
	out := api.Sentences{Types: map[string]string{}, Fields: map[string]string{}, Values: map[string][]api.Value{}}
	wanted := map[string]map[string]bool{}
	for _, one := range types {
		pkg, name, _ := strings.Cut(one, ".")
		if wanted[pkg] == nil {
			wanted[pkg] = map[string]bool{}
		}
		wanted[pkg][name] = true
	}
	for _, pkg := range slices.Sorted(maps.Keys(wanted)) {
		for _, file := range sourceFiles(t, filepath.Join("..", pkg)) {
			for _, decl := range file.Decls {
				if group, ok := decl.(*ast.GenDecl); ok {
					readTypes(&out, pkg, group, wanted[pkg])
					readValues(t, &out, pkg, group, wanted)
				}
			}
		}
	}
	out.Codes = refusalCodes(t)
	return out
}

// sourceFiles parses the files of a package, without its tests.
func sourceFiles(t *testing.T, dir string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	slices.Sort(names)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
	}
	return files
}

// comment is the first paragraph of a comment, on one line.
func comment(groups ...*ast.CommentGroup) string {
	for _, group := range groups {
		paragraph, _, _ := strings.Cut(group.Text(), "\n\n")
		if text := strings.Join(strings.Fields(paragraph), " "); text != "" {
			return text
		}
	}
	return ""
}

func readTypes(out *api.Sentences, pkg string, group *ast.GenDecl, wanted map[string]bool) {
	for _, spec := range group.Specs {
		named, ok := spec.(*ast.TypeSpec)
		if !ok || !wanted[named.Name.Name] {
			continue
		}
		key := pkg + "." + named.Name.Name
		if text := comment(named.Doc, group.Doc); text != "" {
			out.Types[key] = text
		}
		fields, ok := named.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range fields.Fields.List {
			text := comment(field.Doc, field.Comment)
			for _, name := range field.Names {
				if text != "" && (field.Tag == nil || !strings.Contains(field.Tag.Value, `doc:"`)) {
					out.Fields[key+"."+name.Name] = text
				}
			}
		}
	}
}

func readValues(t *testing.T, out *api.Sentences, pkg string, group *ast.GenDecl, wanted map[string]map[string]bool) {
	t.Helper()
	if group.Tok != token.CONST {
		return
	}
	for _, spec := range group.Specs {
		constant, _ := spec.(*ast.ValueSpec)
		owner, name := pkg, ""
		switch of := constant.Type.(type) {
		case *ast.Ident:
			name = of.Name
		case *ast.SelectorExpr: // one package adds to the values of another's type
			if from, ok := of.X.(*ast.Ident); ok {
				owner, name = from.Name, of.Sel.Name
			}
		}
		if !wanted[owner][name] || len(constant.Values) != 1 {
			continue
		}
		literal, ok := constant.Values[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		value, err := strconv.Unquote(literal.Value)
		require.NoError(t, err)
		if value != "" {
			key := owner + "." + name
			out.Values[key] = append(out.Values[key], api.Value{Value: value, Comment: comment(constant.Comment)})
		}
	}
}

// refusing are the packages whose refusals reach an answer.
func refusing() []string {
	return []string{"api", "store", "lifecycle", "evidence", "notify", "lot", "papers", "documents", "policy", "calendar", "documents/findings", "documents/directory", "documents/workbook", "dispatch"}
}

// refusalCodes finds every code that a refusal is made with: the argument or field
// that is called code, wherever it is written as a text.
func refusalCodes(t *testing.T) []string {
	t.Helper()
	form := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	found := map[string]bool{}
	keep := func(e ast.Expr) {
		if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil && form.MatchString(text) {
				found[text] = true
			}
		}
	}
	for _, pkg := range refusing() {
		files := sourceFiles(t, filepath.Join("..", pkg))
		at := map[string][]int{}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if i := parameterAt(n.Type, "code"); i >= 0 {
						at[n.Name.Name] = append(at[n.Name.Name], i)
					}
				case *ast.ValueSpec:
					for i, name := range n.Names {
						if strings.HasPrefix(strings.ToLower(name.Name), "code") && i < len(n.Values) {
							keep(n.Values[i])
						}
					}
				}
				return true
			})
		}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && strings.EqualFold(key.Name, "code") {
						keep(n.Value)
					}
				case *ast.CallExpr:
					for _, i := range at[called(n)] {
						if i < len(n.Args) {
							keep(n.Args[i])
						}
					}
				}
				return true
			})
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func parameterAt(f *ast.FuncType, name string) int {
	i := 0
	for _, field := range f.Params.List {
		for _, one := range field.Names {
			if one.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// The sentences are what the sources say today.
func refreshSentences(t *testing.T) {
	t.Helper()
	text, err := json.MarshalIndent(sourcesOf(t, api.DescribedTypes()), "", "  ")
	require.NoError(t, err)
	golden(t, "sentences.json", string(text)+"\n")
	if *update {
		_, err = os.Stat("sentences.json")
		require.NoError(t, err)
		api.Retell(text)
	}
}
