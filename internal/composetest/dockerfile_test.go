package composetest_test

import (
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An image is what a Dockerfile says, as far as these tests ask.
type image struct {
	args    map[string]string // build argument: its default, "" when it has none
	used    []string          // variables that instructions use
	targets []string          // names of stages
	copied  []string          // sources of COPY, from the build context
	text    string
}

func dockerfile(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	require.NoError(t, err)
	i := image{args: map[string]string{}, text: string(text)}
	variable := regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)
	joined := strings.ReplaceAll(string(text), "\\\n", " ")
	for line := range strings.Lines(joined) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		for _, m := range variable.FindAllStringSubmatch(line, -1) {
			i.used = append(i.used, m[1])
		}
		switch fields[0] {
		case "ARG":
			name, value, _ := strings.Cut(fields[1], "=")
			i.args[name] = value
		case "FROM":
			if len(fields) == 4 && fields[2] == "AS" {
				i.targets = append(i.targets, fields[3])
			}
		case "COPY":
			if !strings.HasPrefix(fields[1], "--from=") {
				i.copied = append(i.copied, fields[1:len(fields)-1]...)
			}
		}
	}
	return i
}

func TestBuildArgumentsExistAndAreUsed(t *testing.T) {
	t.Parallel()
	i := dockerfile(t)
	for name, value := range i.args {
		require.Contains(t, i.used, name, "nothing uses the build argument %s", name)
		require.NotEmpty(t, value, "a plain docker build needs a default of %s", name)
	}
	for _, name := range i.used {
		require.Contains(t, i.args, name, "the Dockerfile uses %s, which is no build argument", name)
	}
	for name, service := range ours(whole(t)) {
		require.Contains(t, i.targets, service.Build.Target, "%s builds it", name)
		for argument := range service.Build.Args {
			require.Contains(t, i.args, argument, "%s gives it", name)
		}
	}
}

func TestImageIsBuiltWithAGoTheModuleAccepts(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	asked := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(mod)
	require.NotNil(t, asked)
	used := dockerfile(t).args["GO_VERSION"]
	require.LessOrEqual(t, version.Compare("go"+string(asked[1]), "go"+used), 0, "go.mod asks for %s, the image is built with %s", asked[1], used)
}

func TestImageIsToldItsVersionWhereTheProgramKeepsIt(t *testing.T) {
	t.Parallel()
	require.Contains(t, dockerfile(t).text, "-X main.version=")
	sources, err := filepath.Glob(filepath.Join(root, "cmd", "duban", "*.go"))
	require.NoError(t, err)
	declared := slices.ContainsFunc(sources, func(path string) bool {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return regexp.MustCompile(`(?m)^(var|\t)\s*version\s*(string)?\s*=`).Match(text)
	})
	require.True(t, declared, "cmd/duban has no variable version to set")
}

func TestCopiedFilesExist(t *testing.T) {
	t.Parallel()
	for _, path := range dockerfile(t).copied {
		_, err := os.Stat(filepath.Join(root, path))
		require.NoError(t, err)
	}
}

// Nothing that the program is compiled from may be left out of the build
// context.
func TestBuildContextHoldsTheSource(t *testing.T) {
	t.Parallel()
	ignored, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	require.NoError(t, err)
	var folders []string
	for line := range strings.Lines(string(ignored)) {
		folders = append(folders, strings.TrimSpace(line))
	}
	out, err := list(t)
	require.NoError(t, err, "%s", out)
	for line := range strings.Lines(string(out)) {
		path, ours := strings.CutPrefix(strings.TrimSpace(line), "duban/")
		if !ours {
			continue
		}
		top, _, _ := strings.Cut(path, "/")
		require.NotContains(t, folders, top, "the program is compiled from duban/%s", path)
	}
}

// list names the packages the program is compiled from.
func list(t *testing.T) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/duban")
	cmd.Dir = root
	return cmd.Output()
}

// A new volume has the owner and mode of the folder that the image has at its
// place, and root's where there is none: then the account of the image cannot write.
func TestImageHasTheFolderOfEveryVolume(t *testing.T) {
	t.Parallel()
	text := dockerfile(t).text
	account := regexp.MustCompile(`(?m)^USER (\S+)$`).FindStringSubmatch(text)
	require.NotNil(t, account)
	made := regexp.MustCompile(`(?m)^RUN mkdir ([^&\n]+?) && chown (\S+) ([^&\n]+?)$`).FindStringSubmatch(text)
	require.NotNil(t, made)
	require.Equal(t, account[1], made[2])
	require.Equal(t, made[1], made[3], "each folder that is made is handed over")
	folders := strings.Fields(made[1])
	for name, service := range ours(whole(t)) {
		for _, volume := range service.Volumes {
			require.Contains(t, folders, volume.Target, "%s keeps files there", name)
		}
	}
}
