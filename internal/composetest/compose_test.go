package composetest_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// root is the folder of the repository.
var root = filepath.Join("..", "..")

// onlyLocal are the settings that no container of ours has a use for, with the
// reason.
var onlyLocal = map[string]string{
	"DUBAN_DATA":             "the folder of the private PostgreSQL and engine, which no container runs",
	"DUBAN_SEAL_KEY":         "a secret is mounted as a file: a container's environment can be listed",
	"DUBAN_SEAL_KEY_COMMAND": "the image holds no program of a KMS",

	"DUBAN_TEMPORAL_TLS":          "the containers' server is ours: it and we share a key",
	"DUBAN_TEMPORAL_CA_FILE":      "likewise",
	"DUBAN_TEMPORAL_CERT_FILE":    "likewise",
	"DUBAN_TEMPORAL_KEY_FILE":     "likewise",
	"DUBAN_TEMPORAL_SERVER_NAME":  "likewise",
	"DUBAN_TEMPORAL_API_KEY_FILE": "likewise",
}

// project reads the compose file as docker compose does: against the compose
// specification's schema, with variables filled in, anchors and all, and every
// reference between its parts resolved.
func project(t *testing.T, environment ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithWorkingDirectory(root), cli.WithEnv(environment))
	require.NoError(t, err)
	return options.LoadProject(t.Context())
}

// filled is .env.example with every blank filled in.
func filled(t *testing.T) []string {
	t.Helper()
	var environment []string
	for _, name := range examples(t) {
		environment = append(environment, name+"=0123456789abcdef")
	}
	return environment
}

// examples lists the variables of .env.example. None may have a value there.
func examples(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".env.example"))
	require.NoError(t, err)
	var names []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		require.True(t, ok, "not NAME=: %s", line)
		require.Empty(t, value, "%s has a value that somebody would keep", name)
		names = append(names, name)
	}
	return names
}

func whole(t *testing.T) *types.Project {
	t.Helper()
	p, err := project(t, filled(t)...)
	require.NoError(t, err)
	return p
}

// ours are the services that run our own image.
func ours(p *types.Project) types.Services {
	found := types.Services{}
	for name, service := range p.Services {
		if service.Build != nil {
			found[name] = service
		}
	}
	return found
}

func TestComposeFileIsWhole(t *testing.T) {
	t.Parallel()
	p := whole(t)
	for _, name := range []string{"postgres", "temporal-schema", "temporal", "migrate", "api-1", "api-2", "worker"} {
		require.Contains(t, p.Services, name)
	}
	worker := p.Services["worker"]
	require.Equal(t, 2, worker.GetScale())
	require.Contains(t, p.Volumes, "postgres")
}

func TestNoPasswordHasADefault(t *testing.T) {
	t.Parallel()
	for _, left := range examples(t) {
		var environment []string
		for _, name := range examples(t) {
			if name != left {
				environment = append(environment, name+"=0123456789abcdef")
			}
		}
		_, err := project(t, environment...)
		require.ErrorContains(t, err, left, "compose must ask for %s", left)
	}

	// Whatever holds a password holds one of ours, and nothing else.
	secret := regexp.MustCompile(`(?i)(PASSWORD|_PWD|SECRET|TOKEN)$`)
	for name, service := range whole(t).Services {
		for variable, value := range service.Environment {
			if secret.MatchString(variable) {
				require.NotNil(t, value)
				require.Equal(t, "0123456789abcdef", *value, "%s of %s", variable, name)
			}
		}
	}
}

func TestPortsAreOnTheLoopbackInterface(t *testing.T) {
	t.Parallel()
	published := map[string]string{}
	for name, service := range whole(t).Services {
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, "port %s of %s", port.Published, name)
			require.NotContains(t, published, port.Published, "port %s twice", port.Published)
			published[port.Published] = name
		}
	}
	require.Equal(t, "api-1", published["8080"])
}

func TestServicesThatStayAreWatched(t *testing.T) {
	t.Parallel()
	for name, service := range whole(t).Services {
		oneShot := strings.HasPrefix(service.Restart, "on-failure")
		require.Equal(t, oneShot, service.HealthCheck == nil, "%s: a service has a health check, a one-shot job has none", name)
		if !oneShot {
			require.Equal(t, "unless-stopped", service.Restart, name)
		}
		for on, dependency := range service.DependsOn {
			other := whole(t).Services[on]
			want := types.ServiceConditionHealthy
			if other.HealthCheck == nil {
				want = types.ServiceConditionCompletedSuccessfully
			}
			require.Equal(t, want, dependency.Condition, "%s depends on %s", name, on)
		}
	}
}

func TestMountedFilesExist(t *testing.T) {
	t.Parallel()
	for name, service := range whole(t).Services {
		for _, volume := range service.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			info, err := os.Stat(volume.Source)
			require.NoError(t, err, "%s mounts it", name)
			require.True(t, volume.ReadOnly, "%s mounts %s", name, volume.Source)
			if strings.HasSuffix(volume.Source, ".sh") {
				require.NotZero(t, info.Mode().Perm()&0o111, "%s must be executable", volume.Source)
			}
		}
	}
}

// What draws and what opens has the key, and nothing else has.
func TestKeyOfTheSealIsASecretOfTheAPIAndTheWorker(t *testing.T) {
	t.Parallel()
	for name, service := range whole(t).Services {
		has := slices.ContainsFunc(service.Secrets, func(s types.ServiceSecretConfig) bool { return s.Source == "seal-key" })
		require.Equal(t, slices.Contains([]string{"api-1", "api-2", "worker"}, name), has, name)
		if has {
			require.Equal(t, "/run/secrets/seal-key", *service.Environment["DUBAN_SEAL_KEY_FILE"], name)
		}
	}
}

// The roles that the program wants are those that the container's server has.
func TestServerHasTheRolesOfTheSeal(t *testing.T) {
	t.Parallel()
	made, err := os.ReadFile(filepath.Join(root, "deploy", "postgres.sh"))
	require.NoError(t, err)
	printed, err := duban(t, "roles")
	require.NoError(t, err)
	names := regexp.MustCompile(`CREATE ROLE (\S+) NOLOGIN`).FindAllSubmatch(printed, -1)
	require.Len(t, names, 3)
	for _, name := range names {
		require.Contains(t, string(made), "CREATE ROLE "+string(name[1])+" NOLOGIN;")
	}
	require.Regexp(t, `CREATE ROLE duban LOGIN NOINHERIT `, string(made))
}

func TestImagesHaveAVersion(t *testing.T) {
	t.Parallel()
	for name, service := range whole(t).Services {
		if service.Build != nil {
			continue
		}
		_, tag, _ := strings.Cut(service.Image, ":")
		require.Regexp(t, `^\d+(\.\d+)*$`, tag, "%s runs %s", name, service.Image)
	}
}

// The schema tool and the server are one release: an older tool makes tables
// that the server refuses. The release is the one the engine embeds.
func TestTemporalIsOneRelease(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join(root, "engine", "go.mod"))
	require.NoError(t, err)
	embedded := regexp.MustCompile(`go\.temporal\.io/server v(\S+)`).FindSubmatch(mod)
	require.NotNil(t, embedded)
	services := whole(t).Services
	require.Equal(t, "temporalio/server:"+string(embedded[1]), services["temporal"].Image)
	require.Equal(t, "temporalio/admin-tools:"+string(embedded[1]), services["temporal-schema"].Image)
	require.Equal(t, "temporalio/admin-tools:"+string(embedded[1]), services["temporal-namespace"].Image)
}

// Each variable that a container of ours is given is read by the binary, and
// each one the binary reads is given to one, or has a reason not to be.
func TestContainersGetExactlyWhatTheBinaryReads(t *testing.T) {
	t.Parallel()
	read := settings(t)
	services := ours(whole(t))
	require.Len(t, services, 4)
	given := map[string]bool{}
	for name, service := range services {
		for variable := range service.Environment {
			require.Contains(t, read, variable, "%s is given what duban does not read", name)
			given[variable] = true
		}
	}
	for _, name := range read {
		require.NotEqual(t, given[name], onlyLocal[name] != "", "no container of ours is given %s, or it is and has a reason not to be", name)
	}
}

// Each service runs a subcommand the binary has.
func TestContainersRunSubcommandsThatExist(t *testing.T) {
	t.Parallel()
	for name, service := range ours(whole(t)) {
		require.NotEmpty(t, service.Command, name)
		out, err := duban(t, service.Command[0], "--help")
		require.NoError(t, err, "%s runs duban %s:\n%s", name, service.Command[0], out)
	}
}

// settings lists the environment variables that the binary reads, sorted.
func settings(t *testing.T) []string {
	t.Helper()
	out, err := duban(t, "env")
	require.NoError(t, err, "%s", out)
	var names []string
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		name, _, _ := strings.Cut(lines.Text(), " ")
		require.Regexp(t, `^[A-Z][A-Z0-9_]*$`, name)
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func duban(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "./cmd/duban"}, args...)...)
	cmd.Dir = root
	return cmd.CombinedOutput()
}
