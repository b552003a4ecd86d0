package composetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/store"
)

// The containers start as docker compose would start them, but for the container
// engine: the program is built as the image's is, sees nothing but the image's files
// and folders and the mounts of its service, belongs to the image's account, has the
// service's command and environment, and meets a PostgreSQL and an engine on this
// machine. Then each does what it needs its folders for: an API takes in a file of
// evidence and signs a notice, a worker the notices of a campaign, and they write nowhere
// else.
func TestContainersDoTheirWorkAsTheImagesAccount(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	services := ours(whole(t))
	migrate := h.container(t, services["migrate"])
	h.secret(t, "seal-key", migrate.run(t, "seal-key", "new"))
	h.secret(t, "engine-key", h.engineKey(t))
	migrate.run(t, services["migrate"].Command...)
	require.NotEmpty(t, migrate.run(t, "account", "add", "--name", "管理员", "--role", "admin"), "the token of the first account")

	image := h.files(t)
	api, worker := h.container(t, services["api-1"]), h.container(t, services["worker"])
	api.start(t)
	worker.start(t)
	api.becomesHealthy(t)
	worker.becomesHealthy(t)

	record, err := store.Open(t.Context(), store.Options{URL: h.postgres.URL(), MaxConns: 4, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(record.Close)
	office := newOffice(t, record, "http://"+api.ports["8080"])
	office.signsOne(t)
	require.NotEmpty(t, h.files(t, "evidence"), "the API keeps what it is sent")
	require.Len(t, h.files(t, "papers"), 1, "the API keeps the notice that was signed")
	office.signsAll(t)
	h.eventually(t, "the worker keeps the notices that are signed in bulk", func() bool { return len(h.files(t, "papers")) > 1 })
	require.Equal(t, image, h.files(t), "a container writes to nothing but its volumes")
}
