package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// pages are the documents that people follow, by their path from here.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	texts := map[string]string{}
	for _, path := range append(paths, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		texts[path] = string(text)
	}
	return texts
}

// Every command line in the documents is one that the program takes.
func TestCommandLinesInTheDocumentsAreTaken(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile("(?ms)^```\\w*\\n(.*?)^```|`([^`\\n]+)`")
	tried := 0
	for path, text := range pages(t) {
		for _, m := range code.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(m[1] + m[2]) {
				words := arguments(line)
				if words == nil {
					continue
				}
				var c commandLine
				_, err := newParser(&c).Parse(words)
				if m[2] != "" && err != nil { // in a sentence a command may be named without what it needs
					require.Regexp(t, `^(missing flags|expected )`, err.Error(), "%s: %s", path, line)
				} else {
					require.NoError(t, err, "%s: %s", path, line)
				}
				tried++
			}
		}
	}
	require.Greater(t, tried, 20, "the documents have their command lines")
}

// arguments are those of a line that runs the program: not those of another program, nor
// of a line that only names a part of the command line.
func arguments(line string) []string {
	line, _, _ = strings.Cut(strings.TrimSpace(line), "   #")
	if _, inner, ok := strings.Cut(line, "$("); ok {
		line, _, _ = strings.Cut(inner, ")")
	}
	line, _, _ = strings.Cut(line, " > ")
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "duban" && words[0] != "bin/duban" {
		return nil
	}
	if slices.Contains(words, "COMMAND") || slices.Contains(words, "--help") {
		return nil
	}
	for i, word := range words { // a file must be there, and this one is
		if regexp.MustCompile(`\.(xlsx|yaml|zip|json)$`).MatchString(word) {
			words[i] = "docs_test.go"
		}
	}
	return words[1:]
}

// Every setting in the documents is one that the program reads.
func TestSettingsInTheDocumentsAreRead(t *testing.T) {
	t.Parallel()
	var c commandLine
	read := map[string]bool{
		"DUBAN_PG_BIN": true, "DUBAN_SEAL_KEY": true, // which are no flags
		"DUBAN_TEST_DATABASE_URL": true, "DUBAN_BIN": true, "DUBAN_ENGINE_BIN": true, // of the tests
	}
	require.NoError(t, kong.Visit(newParser(&c).Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				read[name] = true
			}
		}
		return next(nil)
	}))
	name := regexp.MustCompile(`\b(?:DUBAN|TEMPORAL|DATABASE)_[A-Z_]*[A-Z]\b`)
	for path, text := range pages(t) {
		for _, found := range name.FindAllString(text, -1) {
			require.True(t, read[found] || found == "DUBAN_TEMPORAL", "%s names the setting %s", path, found)
		}
	}
}

// Every request in the documents is one that the API describes.
func TestRequestsInTheDocumentsAreDescribed(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../api/openapi.yaml")
	require.NoError(t, err)
	described := map[string]bool{}
	path := ""
	for line := range strings.Lines(string(document)) {
		switch line = strings.TrimRight(line, "\n"); {
		case strings.HasPrefix(line, "  /"):
			path = strings.TrimSuffix(strings.TrimSpace(line), ":")
			described[anyID(path)] = true
		case regexp.MustCompile(`^    (get|post|put|delete|patch):$`).MatchString(line):
			described[strings.ToUpper(strings.Trim(line, " :"))+" "+anyID(path)] = true
		}
	}
	request := regexp.MustCompile("(?:\\b(GET|POST|PUT|DELETE) )?(/v1/[^\\s`\"'，。；、）|)]*)")
	tried := 0
	for page, text := range pages(t) {
		for _, m := range request.FindAllStringSubmatch(text, -1) {
			asked, _, _ := strings.Cut(m[2], "?")
			asked = anyID(strings.TrimRight(asked, ".,:;"))
			if m[1] != "" {
				asked = m[1] + " " + asked
			}
			require.True(t, described[asked], "%s names %s", page, asked)
			tried++
		}
	}
	require.Greater(t, tried, 60, "the documents name their requests")
}

// anyID puts {} in the place of whatever stands for an id or a name.
func anyID(path string) string {
	path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "{}")
	for of, known := range map[string]string{"lists": "assessment|problems", "documents": `[a-z_]+\.docx`} {
		path = regexp.MustCompile(`/`+of+`/(`+known+`)`).ReplaceAllString(path, "/"+of+"/{}")
	}
	return path
}
