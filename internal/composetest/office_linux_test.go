package composetest_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// An office works at an API.
type office struct {
	people casetest.People
	record *store.Store
	base   string
}

func newOffice(t *testing.T, record *store.Store, base string) office {
	t.Helper()
	return office{people: casetest.NewPeople(t.Context(), t, record), record: record, base: base}
}

// draft brings a finding to where its notice waits for the signature, and returns the
// case.
func (o office) draft(t *testing.T, title, campaign string) string {
	t.Helper()
	opening := o.people.Finding(title, o.people.Today())
	finding, ok := opening.Body.(*lifecycle.OpenCase)
	require.True(t, ok)
	finding.Campaign = campaign
	life := &casetest.Life{Doer: o.record, Key: title}
	steps := append([]casetest.Step{opening}, o.people.UpToServing(lifecycle.Immediate)...)
	life.Must(t.Context(), t, steps[:len(steps)-1]...)
	return life.Case
}

// signsOne adds a file to a finding and signs its notice.
func (o office) signsOne(t *testing.T) {
	t.Helper()
	at := o.base + "/v1/cases/" + o.draft(t, "组织生活制度落实不严格", "")
	form, media := formWith(t, "会议记录.txt", "支部党员大会会议记录")
	o.ask(t, o.people.Officer, http.MethodPost, at+"/evidence", form, "Content-Type", media)
	version := o.ask(t, o.people.Signer, http.MethodGet, at, nil).Get("ETag")
	body, err := json.Marshal(lifecycle.ApproveNotice{})
	require.NoError(t, err)
	o.ask(t, o.people.Signer, http.MethodPost, at+"/commands/"+string(lifecycle.KindApproveNotice), body, "Content-Type", "application/json", "If-Match", version)
}

// signsAll signs the notices of a campaign, which a worker does for it.
func (o office) signsAll(t *testing.T) {
	t.Helper()
	today := o.people.Today()
	campaign, err := o.record.AddCampaign(t.Context(), store.Campaign{
		Name: "第一批", Year: today.Year(), Method: "inspection", StartsOn: today, EndsOn: today, Scope: []string{o.people.Unit.ID}, Author: o.people.Head.Account,
	})
	require.NoError(t, err)
	o.draft(t, "党费收缴不及时", campaign.ID)
	o.ask(t, o.people.Signer, http.MethodPost, o.base+"/v1/campaigns/"+campaign.ID+"/sign_notices", nil)
}

// ask sends a request that is to succeed, with headers beside the usual ones, and
// returns the headers of the answer.
func (o office) ask(t *testing.T, by lifecycle.Actor, method, address string, body []byte, headers ...string) http.Header {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+o.people.Tokens[by.Account])
	req.Header.Set("Idempotency-Key", rand.Text())
	for pair := range slices.Chunk(headers, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Less(t, resp.StatusCode, 300, "%s", answer)
	return resp.Header
}

// formWith is a form with a file, as a page would send it.
func formWith(t *testing.T, name, content string) (form []byte, media string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = io.WriteString(file, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return body.Bytes(), w.FormDataContentType()
}
