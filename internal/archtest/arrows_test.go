package archtest_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// module is the path of the root module.
const module = "duban"

// rules are the packages that hold the rules; everything may import them.
var rules = []string{"lifecycle", "policy", "calendar", "characters"}

// everything a program is made of.
var everything = with(rules, "wording", "lot", "sealkey", "store", "documents", "evidence", "papers", "notify", "activities", "workflows", "dispatch", "worker", "api", "web", "local", "docs")

// arrows says which of our own packages, by first element of the path, a
// package may import besides its own. A package that is not listed fails the
// test: whoever adds one says where it belongs.
var arrows = map[string][]string{
	"calendar":   {},
	"characters": {},
	"wording":    {},
	"policy":     {"calendar", "wording"},
	"lifecycle":  {"policy", "calendar", "characters", "lot"},
	"lot":        {"calendar"},
	"store":      with(rules, "lot"),
	"documents":  rules,
	"evidence":   {"characters"},
	"sealkey":    {"lot"},
	"papers":     with(rules, "store", "documents", "evidence"),
	"notify":     rules,
	"activities": with(rules, "lot", "store", "notify", "documents"),
	"workflows":  with(rules, "activities"),
	"dispatch":   with(rules, "lot", "store", "workflows"),
	"worker":     with(rules, "lot", "store", "notify", "documents", "activities", "workflows"),
	"api":        with(rules, "lot", "dispatch", "store", "documents", "evidence", "notify", "papers"),
	"web":        with(rules, "dispatch", "store", "documents", "api"),
	"local":      {},
	"docs":       {}, // examples, embedded
	"cmd":        everything,
	"internal":   everything, // test support
	"e2e":        with(everything, "internal"),
	"bench":      with(everything, "internal"),
}

// homes says which packages may import a library.
var homes = map[string][]string{
	"github.com/jackc/pgx":           {"store", "local", "cmd", "internal/pgtest", "e2e", "bench"},
	"github.com/pressly/goose":       {"store"},
	"database/sql":                   {"store"},
	"github.com/gin-gonic/gin":       {"api", "web"},
	"github.com/danielgtaylor/huma":  {"api", "web"},
	"gocloud.dev":                    {"evidence"},
	"github.com/gabriel-vasile":      {"evidence"},
	"github.com/pdfcpu":              {"evidence"},
	"github.com/richardlehane":       {"evidence"},
	"github.com/xuri/excelize":       {"documents"},
	"github.com/wneessen/go-mail":    {"notify"},
	"github.com/standard-webhooks":   {"notify"},
	"github.com/emersion/go-imap":    {"notify/bounce", "internal/imaptest"},
	"github.com/emersion/go-message": {"notify/bounce"},
	"go.temporal.io":                 {"workflows", "activities", "dispatch", "worker", "cmd", "e2e", "bench"},
}

// beyond says what must not be reachable from a package by any way. The rules
// read no clock either; the linter sees to that, call by call.
var beyond = map[string][]string{
	"calendar":   impure,
	"characters": impure,
	"wording":    impure,
	"policy":     impure,
	"lifecycle":  impure,
	"lot":        impure, // chance is handed in
	"store":      {"go.temporal.io", "github.com/gin-gonic/gin", "github.com/danielgtaylor/huma"},
	"workflows":  {"github.com/gin-gonic/gin", "github.com/danielgtaylor/huma"},
	"worker":     {"github.com/gin-gonic/gin", "github.com/danielgtaylor/huma"},
	"local":      {"go.temporal.io", "github.com/gin-gonic/gin", "github.com/danielgtaylor/huma"},
}

// impure are the packages that read a network, another program or chance.
// (Package os is reachable from fmt; the rules may not import it.)
var impure = []string{
	"crypto/rand", "database/sql", "log", "math/rand", "net", "os/exec", "os/signal", "plugin",
	"github.com", "go.temporal.io", "google.golang.org",
}

// harmless lie within what is beyond, and reach nothing: interfaces, and the texts of
// addresses.
var harmless = []string{"database/sql/driver", "net/netip", "net/url"}

// direct are the packages of the standard library that a package may import:
// nothing that could tell it anything it was not handed.
var direct = map[string][]string{
	"lifecycle": {
		"cmp", "encoding/json", "errors", "fmt", "hash/fnv", "maps", "reflect", "slices", "strconv", "strings",
		"time", "unicode", "unicode/utf8",
	},
	"lot": {
		"bytes", "cmp", "compress/flate", "crypto/aes", "crypto/cipher", "crypto/hmac", "crypto/sha256", "encoding/base64", "encoding/binary",
		"encoding/hex", "errors", "fmt", "io", "math", "math/bits", "slices", "strings", "unicode/utf8",
	},
}

func TestPackagesImportOnlyWhatLiesBelow(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := p.layer()
		allowed, known := arrows[from]
		require.True(t, known, "package %s has no place in the layout: give it one in arrows, design and linter", p.ImportPath)
		for _, path := range p.Imports {
			to, ours := layer(path)
			if !ours || to == from {
				continue
			}
			require.Contains(t, allowed, to, "%s must not import %s", p.ImportPath, path)
		}
	}
}

func TestLibrariesStayAtHome(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, path := range p.Imports {
			for library, allowed := range homes {
				if !within(path, library) || path == "database/sql/driver" {
					continue
				}
				at := slices.ContainsFunc(allowed, func(home string) bool { return within(p.ImportPath, module+"/"+home) })
				require.True(t, at, "%s must not import %s: it lives in %v", p.ImportPath, path, allowed)
			}
		}
	}
}

func TestNothingForbiddenIsReachable(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, path := range p.Deps {
			for _, forbidden := range beyond[p.layer()] {
				if slices.Contains(harmless, path) {
					continue
				}
				require.False(t, within(path, forbidden), "%s reaches %s, which lies beyond it", p.ImportPath, path)
			}
		}
	}
}

func TestRulesAndLotsImportNothingThatKnowsMore(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		allowed, held := direct[p.layer()]
		if !held {
			continue
		}
		for _, path := range p.Imports {
			if _, ours := layer(path); !ours {
				require.Contains(t, allowed, path, "%s must not import %s", p.ImportPath, path)
			}
		}
	}
}

// listed is a package as go list tells of it, without its tests.
type listed struct {
	ImportPath string   `json:"ImportPath"`
	Imports    []string `json:"Imports"`
	Deps       []string `json:"Deps"`
}

func (p listed) layer() string {
	l, _ := layer(p.ImportPath)
	return l
}

// layer is the first element of one of our own import paths.
func layer(path string) (name string, ours bool) {
	rest, ours := strings.CutPrefix(path, module+"/")
	name, _, _ = strings.Cut(rest, "/")
	return name, ours
}

// within reports whether path is the package root or lies below it.
func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func with(base []string, more ...string) []string { return slices.Concat(base, more) }

// packages lists the packages of the module.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, complaints.String())

	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if within(p.ImportPath, module) {
			all = append(all, p)
		}
	}
	require.NotEmpty(t, all)
	return all
}
