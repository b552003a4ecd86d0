// Package docs_test checks that what the documents point at is there.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// root is the folder of the repository.
const root = ".."

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return string(text)
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)
	pages := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	more, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	records, err := filepath.Glob(filepath.Join(root, "docs", "adr", "*.md"))
	require.NoError(t, err)
	for _, page := range append(more, records...) {
		relative, err := filepath.Rel(root, page)
		require.NoError(t, err)
		pages = append(pages, relative)
	}
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(root, filepath.Dir(page), m[1]))
			require.NoError(t, err, "%s links to %s", page, m[1])
		}
	}
}

func TestGlossaryKnowsEveryWord(t *testing.T) {
	t.Parallel()
	glossary := read(t, "docs/glossary.md")
	var words []string
	for _, s := range lifecycle.Stages() {
		words = append(words, s.ZH())
	}
	for _, r := range lifecycle.Roles() {
		words = append(words, r.ZH())
	}
	for _, k := range policy.MeasureKinds() {
		words = append(words, k.ZH())
	}
	for _, word := range words {
		require.Contains(t, glossary, word, "the glossary lacks a word the code has")
	}
}

// The glossary names Go identifiers, as package.Name or package.Type.Method,
// and they exist.
func TestGlossaryPointsAtCode(t *testing.T) {
	t.Parallel()
	reference := regexp.MustCompile("`(lifecycle|policy|calendar|store|notify)\\.([A-Z]\\w*)(?:\\.\\w+)?`")
	found := reference.FindAllStringSubmatch(read(t, "docs/glossary.md"), -1)
	require.NotEmpty(t, found)
	declared := map[string]map[string]bool{}
	for _, m := range found {
		if declared[m[1]] == nil {
			declared[m[1]] = exported(t, m[1])
		}
		require.Contains(t, declared[m[1]], m[2], "the glossary names %s.%s", m[1], m[2])
	}
}

// exported are the names a package of ours declares.
func exported(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	require.NoError(t, err)
	names := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				names[d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, name := range s.Names {
							names[name.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}
