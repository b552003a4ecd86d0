package composetest_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// Whoever speaks with Temporal has its key, as a file of one account, and the
// server lets in nobody else.
func TestTemporalLetsInWhoHasItsKey(t *testing.T) {
	t.Parallel()
	const key, account = "/run/secrets/engine-key", "10001:10001"
	p := withPage(t)
	for name, service := range p.Services {
		speaks := slices.Contains([]string{"temporal", "temporal-namespace", "temporal-ui", "api-1", "api-2", "worker"}, name)
		has := slices.ContainsFunc(service.Secrets, func(s types.ServiceSecretConfig) bool { return s.Source == "engine-key" })
		require.Equal(t, speaks, has, name)
		if has && service.Build == nil {
			require.Equal(t, account, service.User, "%s reads what only that account may", name)
		}
	}
	server := p.Services["temporal"].Environment
	for _, name := range []string{"SERVER_CERT", "SERVER_KEY", "SERVER_CA_CERT", "FRONTEND_CERT", "FRONTEND_KEY", "CLIENT1_CA_CERT"} {
		require.Equal(t, key, *server["TEMPORAL_TLS_"+name], name)
	}
	require.Equal(t, "true", *server["TEMPORAL_TLS_REQUIRE_CLIENT_AUTH"])
	require.Contains(t, strings.Split(*server["TEMPORAL_SERVICES"], ","), "internal-frontend", "the server's own workers come by it")
}

// Temporal's page asks nobody for a password.
func TestTemporalsPageIsOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	require.NotContains(t, whole(t).Services, "temporal-ui")
	page := withPage(t).Services["temporal-ui"]
	require.Len(t, page.Ports, 1)
	require.Equal(t, "127.0.0.1", page.Ports[0].HostIP)
}

// withPage is the project with what is off unless asked for.
func withPage(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithWorkingDirectory(root), cli.WithEnv(filled(t)), cli.WithProfiles([]string{"ui"}))
	require.NoError(t, err)
	p, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	return p
}
