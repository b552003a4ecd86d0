package api_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/evidence"
	"duban/lifecycle"
	"duban/store"
)

const paper = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"

// A desk is the API with a place for files, and a case that was served.
type desk struct {
	site
	folder string
	files  *evidence.Store
	id     string
}

func newDesk(t *testing.T, quota store.Quota) desk {
	t.Helper()
	return newDeskWith(t, quota, func(*api.Options) {})
}

func newDeskWith(t *testing.T, quota store.Quota, change func(*api.Options)) desk {
	t.Helper()
	d := desk{folder: filepath.Join(t.TempDir(), "evidence")}
	url, err := evidence.FolderURL(d.folder)
	require.NoError(t, err)
	d.files, err = evidence.Open(t.Context(), evidence.Options{URL: url, MaxBytes: 1 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.files.Close()) })
	d.site = siteWith(t, func(o *api.Options) {
		o.Evidence, o.Quota = d.files, quota
		change(o)
	})
	l := d.life()
	l.n = 1000
	for _, one := range append([]step{d.people.Finding("已送达", today())}, d.people.UpToServing(lifecycle.Immediate)...) {
		l.do(t, one.By, one.Body)
	}
	d.id = l.id
	return d
}

// kept lists every file in the folder.
func (d desk) kept(t *testing.T) []string {
	t.Helper()
	files := []string{}
	require.NoError(t, filepath.WalkDir(d.folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// form is a request's body: fields as name and value, then the file.
func form(t *testing.T, name string, content []byte, fields ...string) (body []byte, media string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, w.WriteField(fields[i], fields[i+1]))
	}
	p, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = p.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes(), w.FormDataContentType()
}

func (d desk) upload(t *testing.T, who lifecycle.Actor, key, name string, content []byte, fields ...string) answer {
	t.Helper()
	body, media := form(t, name, content, fields...)
	return d.as(t, who, asked{
		method: http.MethodPost, path: "/v1/cases/" + d.id + "/evidence", body: body,
		header: map[string]string{"Content-Type": media, "Idempotency-Key": key},
	})
}

func (d desk) add(t *testing.T, who lifecycle.Actor, key, name string, content []byte, fields ...string) api.Piece {
	t.Helper()
	a := d.upload(t, who, key, name, content, fields...)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var p api.Piece
	a.into(t, &p)
	require.Equal(t, "/v1/cases/"+d.id+"/evidence/"+p.ID, a.Header().Get("Location"))
	return p
}

func (d desk) list(t *testing.T, who lifecycle.Actor, query string) api.EvidenceList {
	t.Helper()
	a := d.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + d.id + "/evidence" + query})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var list api.EvidenceList
	a.into(t, &list)
	return list
}

// Issue item 6: the same key gets the same answer, another file under it none;
// the date of the paper and the day it came stand apart; a list has pages.
func TestEvidenceIsAddedAndListed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{})
	p := d.people
	first := d.add(t, p.Inspector, "one", "../会议\u202e记录.pdf", []byte(paper), "effective_on", "2026-01-05")
	require.Equal(t, "会议记录.pdf", first.Name)
	require.Equal(t, "application/pdf", first.MediaType)
	require.Equal(t, "2026-01-05", first.Effective.String())
	require.WithinDuration(t, time.Now(), first.ReceivedAt, time.Minute)
	require.Equal(t, first, d.add(t, p.Inspector, "one", "../会议\u202e记录.pdf", []byte(paper), "effective_on", "2026-01-05"))
	require.Equal(t, "idempotency_key_reused", d.upload(t, p.Inspector, "one", "b.pdf", []byte(paper)).problem(t).Code)
	second := d.add(t, p.Officer, "one", "b.pdf", []byte(paper))
	require.Len(t, d.kept(t), 1, "the same content is kept once")
	page := d.list(t, p.Manager, "?limit=1")
	require.Equal(t, []api.Piece{first}, page.Evidence)
	require.Equal(t, []api.Piece{second}, d.list(t, p.Manager, "?limit=1&after="+page.Next).Evidence)
	for _, bad := range []struct{ name, content, field, value, code string }{
		{"a.pdf", paper, "effective_on", "2099-01-01", "date_in_future"},
		{"a.pdf", paper, "effective_on", "昨天", "bad_date"},
		{"a.pdf", paper, "comment", "x", "unexpected_part"},
		{"a.exe", "MZ", "effective_on", "2026-01-05", "file_type"},
		{"a.txt", strings.Repeat("x", 1<<20+1), "effective_on", "2026-01-05", "file_too_large"},
		{"a.txt", strings.Repeat("x", 2<<20), "effective_on", "2026-01-05", "file_too_large"},
	} {
		require.Equal(t, bad.code, d.upload(t, p.Officer, "bad", bad.name, []byte(bad.content), bad.field, bad.value).problem(t).Code)
	}
	require.Len(t, d.kept(t), 1)
	require.Equal(t, "idempotency_key_missing", d.upload(t, p.Officer, "", "a.pdf", []byte(paper)).problem(t).Code)
	bare := siteWith(t, func(*api.Options) {})
	l := bare.life()
	l.do(t, bare.people.Inspector, bare.people.Finding("问题", today()).Body)
	d.site, d.id = bare, l.id
	require.Equal(t, "evidence_not_configured", d.upload(t, bare.people.Inspector, "k", "a.pdf", []byte(paper)).problem(t).Code)
}

// A file is sent to be saved, under headers that let no browser show it, whole
// or in part.
func TestEvidenceIsFetched(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{})
	e := d.add(t, d.people.Officer, "k", "会议 记录\".pdf", []byte(paper))
	path := "/v1/cases/" + d.id + "/evidence/" + e.ID
	get := func(header map[string]string) answer {
		return d.as(t, d.people.Auditor, asked{method: http.MethodGet, path: path, header: header})
	}
	a := get(nil)
	require.Equal(t, paper, a.Body.String())
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store, private", "ETag": `"` + e.SHA256 + `"`,
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "Accept-Ranges": "bytes",
		"Content-Disposition": `attachment; filename="__ ___.pdf"; filename*=UTF-8''%E4%BC%9A%E8%AE%AE%20%E8%AE%B0%E5%BD%95_.pdf`,
		"Content-Length":      fmt.Sprint(len(paper)),
	} {
		require.Equal(t, want, a.Header().Get(name), name)
	}
	a = get(map[string]string{"Range": "bytes=5-7"})
	require.Equal(t, http.StatusPartialContent, a.Code)
	require.Equal(t, paper[5:8], a.Body.String())
	require.Equal(t, fmt.Sprintf("bytes 5-7/%d", len(paper)), a.Header().Get("Content-Range"))
	require.Equal(t, paper[len(paper)-4:], get(map[string]string{"Range": "bytes=-4"}).Body.String())
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, get(map[string]string{"Range": "bytes=9999-"}).Code)
	require.Equal(t, http.StatusNotModified, get(map[string]string{"If-None-Match": `"` + e.SHA256 + `"`}).Code)
}

// A unit's people see what their own unit sent. Everything else, the
// committee's evidence on their own case too, is what does not exist, byte for
// byte; another unit finds no case at all.
func TestEvidenceOfOthersIsNotThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{})
	p := d.people
	inner := d.add(t, p.Lead, "a", "回头看.pdf", []byte(paper))
	own := d.add(t, p.Contact, "a", "报告.pdf", []byte(paper))
	require.Equal(t, []api.Piece{own}, d.list(t, p.Secretary, "").Evidence)
	require.Len(t, d.list(t, p.Head, "").Evidence, 2)
	const missing = "00000000-0000-4000-8000-000000000000"
	ask := func(who lifecycle.Actor, caseID, id string) answer {
		a := d.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + caseID + "/evidence/" + id, header: map[string]string{"X-Request-Id": "same"}})
		return a
	}
	require.Equal(t, http.StatusOK, ask(p.Secretary, d.id, own.ID).Code)
	none := ask(p.Secretary, missing, missing)
	require.Equal(t, http.StatusNotFound, none.Code)
	for _, a := range []answer{
		ask(p.Secretary, d.id, inner.ID), ask(p.Secretary, d.id, missing), ask(p.OtherSecretary, d.id, own.ID), ask(p.OtherSecretary, d.id, inner.ID),
		ask(p.Head, d.id, missing), d.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: "/v1/cases/" + d.id + "/evidence", header: map[string]string{"X-Request-Id": "same"}}),
	} {
		require.Equal(t, none.Code, a.Code)
		require.Equal(t, none.Body.String(), a.Body.String())
		require.Equal(t, none.Header(), a.Header())
	}
	require.Equal(t, "bad_cursor", d.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/cases/" + d.id + "/evidence?after=" + inner.ID}).problem(t).Code)
	require.Equal(t, http.StatusNotFound, d.upload(t, p.OtherSecretary, "b", "a.pdf", []byte(paper)).Code)
	require.Equal(t, http.StatusForbidden, d.upload(t, p.Admin, "b", "a.pdf", []byte(paper)).Code)
	require.Equal(t, http.StatusForbidden, ask(p.Admin, d.id, own.ID).Code)
	require.Equal(t, http.StatusForbidden, d.upload(t, p.Head, "b", "a.pdf", []byte(paper)).Code)
}

// Eight files come at once and there is room for three: three are written down.
// What the unit sends is counted apart from what the committee has.
func TestEvidenceStaysWithinTheQuota(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{Case: 3500, Unit: 100_000})
	file := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 1000) }
	var (
		group sync.WaitGroup
		codes [8]int
	)
	for i := range codes {
		group.Go(func() {
			codes[i] = d.upload(t, d.people.Officer, fmt.Sprint("race", i), "a.txt", file(i)).Code
		})
	}
	group.Wait()
	tally := map[int]int{}
	for _, code := range codes {
		tally[code]++
	}
	require.Equal(t, map[int]int{http.StatusCreated: 3, http.StatusConflict: 5}, tally)
	require.Len(t, d.list(t, d.people.Officer, "").Evidence, 3)
	require.Equal(t, "case_quota", d.upload(t, d.people.Officer, "more", "a.txt", file(9)).problem(t).Code)
	d.add(t, d.people.Secretary, "own", "a.txt", file(10))
}

// A client that goes away in the middle of its file leaves nothing behind, and
// the key stays free.
func TestClientGoesAwayInTheMiddle(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	body, media := form(t, "a.txt", bytes.Repeat([]byte("x"), 500_000))
	r, w := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/cases/"+d.id+"/evidence", r)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+d.people.Tokens[d.people.Officer.Account])
	request.Header.Set("Content-Type", media)
	request.Header.Set("Idempotency-Key", "k")
	go func() {
		_, _ = w.Write(body[:300_000])
		_ = w.CloseWithError(io.ErrUnexpectedEOF)
	}()
	answered, err := http.DefaultClient.Do(request)
	if err == nil {
		require.Equal(t, http.StatusBadRequest, answered.StatusCode)
		require.NoError(t, answered.Body.Close())
	}
	server.Close() // waits for the handler
	require.Empty(t, d.kept(t))
	require.Empty(t, d.list(t, d.people.Officer, "").Evidence)
	d.add(t, d.people.Officer, "k", "a.txt", []byte("x"))
}

// Issue 3 item 4: a paper receipt starts the unit's clock only with its scan, a
// file of the case itself; the unit's person cites what the unit may know of.
func TestAPaperReceiptHasItsScan(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{})
	p := d.people
	slip := d.add(t, p.Officer, "slip", "回执.pdf", []byte(paper), "effective_on", today().String())
	l := d.life()
	l.id, l.n = d.id, 2000
	elsewhere := d.life()
	elsewhere.n = 3000
	for _, one := range append([]step{p.Finding("另一事项", today())}, p.UpToServing(lifecycle.Immediate)...) {
		elsewhere.do(t, one.By, one.Body)
	}
	receipt := func(scan string) *lifecycle.RecordReceipt {
		return &lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today(), Scan: scan}
	}
	for _, scan := range []string{"无", "evidence:", "evidence:x", "evidence:00000000-0000-4000-8000-000000000000", slip.ID} {
		refused := l.send(t, p.Officer, receipt(scan)).problem(t)
		require.Equal(t, []any{http.StatusUnprocessableEntity, "unknown_evidence", "scan"}, []any{refused.Status, refused.Code, refused.Field}, "%s", scan)
	}
	named := "evidence:" + slip.ID
	require.Equal(t, "unknown_evidence", elsewhere.send(t, p.Officer, receipt(named)).problem(t).Code, "the file is another case's")
	l.do(t, p.Officer, receipt(named))

	report := func(evidence string) *lifecycle.SubmitReport {
		return &lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: "已整改", Evidence: []string{evidence}}}}
	}
	require.Equal(t, "unknown_evidence", l.send(t, p.Secretary, report(named)).problem(t).Code, "the unit does not know of the committee's files")
	own := d.add(t, p.Contact, "own", "整改照片.pdf", []byte(paper+"\n"))
	l.do(t, p.Secretary, report("evidence:"+own.ID))
}
