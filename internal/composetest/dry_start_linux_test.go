package composetest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// The containers start as docker compose would start them, but for the container
// engine: the program is built as the image's is, sees nothing but the image's files
// and folders and the mounts of its service, belongs to the image's account, has the
// service's command and environment, and meets a PostgreSQL and an engine on this
// machine. Then each does what it needs its folders for: an API takes in a file of
// evidence, a worker writes a notice that was signed, and no other folder is written to.
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
	people := casetest.NewPeople(t.Context(), t, record)
	life := &casetest.Life{Doer: record, Key: "dry start"}
	life.Must(t.Context(), t, people.Finding("组织生活制度落实不严格", people.Today()))
	life.Must(t.Context(), t, people.UpToServing(lifecycle.ByDeadline)...)

	upload(t, "http://"+api.ports["8080"]+"/v1/cases/"+life.Case+"/evidence", people.Tokens[people.Officer.Account])
	h.eventually(t, "the worker writes the notice", func() bool { return len(h.files(t, "papers")) > 0 })
	require.NotEmpty(t, h.files(t, "evidence"))
	require.Equal(t, image, h.files(t, "etc", "run", "usr"), "a container can be read only")
}

// upload sends a file of evidence, as the form of a page would.
func upload(t *testing.T, address, token string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "会议记录.txt")
	require.NoError(t, err)
	_, err = file.Write([]byte("支部党员大会会议记录"))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, &body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Idempotency-Key", "dry start")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusCreated, resp.StatusCode)
}
