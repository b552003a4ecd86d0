package api_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/documents"
	"duban/evidence"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/papers"
	"duban/store"
)

// An office is a site that sends papers out, and the folder they are kept in.
type office struct {
	site
	folder string
	keeper *papers.Keeper
}

func newOffice(t *testing.T, change func(*api.Options)) office {
	t.Helper()
	ctx := context.Background()
	o := office{folder: t.TempDir()}
	address, err := evidence.FolderURL(o.folder)
	require.NoError(t, err)
	files, err := evidence.Open(ctx, evidence.Options{URL: address})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	o.keeper = papers.New(documents.Office{Name: "中共滨江市委市直机关工作委员会"}, files)
	record, err := store.Open(ctx, store.Options{URL: pgtest.Copy(t, "migrated", migrate), MaxConns: 8, Keys: casetest.Keys(), Printer: o.keeper})
	require.NoError(t, err)
	t.Cleanup(record.Close)
	o.site = siteOver(t, record, func(all *api.Options) {
		all.Papers = o.keeper
		change(all)
	})
	return o
}

// files are the papers that are kept.
func (o office) files(t *testing.T) []string {
	t.Helper()
	var list []string
	require.NoError(t, filepath.WalkDir(o.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			list = append(list, path)
		}
		return err
	}))
	return list
}

func (s site) campaignOf(t *testing.T, units ...string) string {
	t.Helper()
	var made api.Campaign
	a := s.as(t, s.people.Head, asked{method: http.MethodPost, path: "/v1/campaigns", body: map[string]any{
		"name": "机关党建专项督查", "year": today().Year(), "method": "inspection", "starts_on": today(), "ends_on": today(), "scope": units,
	}})
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &made)
	return made.ID
}

// lives counts the cases that share the people of a site.
var lives atomic.Int64

// waiting opens a case of the unit in the campaign that waits for its notice.
func (s site) waiting(t *testing.T, campaign, unit, title string, kind lifecycle.Type) *life {
	t.Helper()
	p := s.people
	l := s.life()
	l.n = int(lives.Add(1)) * 1000 // keys of its own
	step := p.Finding(title, today())
	open := *step.Body.(*lifecycle.OpenCase) //nolint:forcetypeassert // it is
	open.Unit, open.Campaign = unit, campaign
	l.do(t, p.Inspector, &open)
	l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
	l.do(t, p.Head, p.Accept(kind).Body)
	return l
}

// Issue 3, 4: the notice goes out as one paper with all findings, to the
// post-holder of the day. What went out stays what it was: under the old names,
// with its hash in the event.
func TestThePaperThatWentOutStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(*api.Options) {})
	p := o.people
	post := map[string]any{"kind": "党组书记", "holder": "李明", "since": today().AddDays(-400)}
	require.Equal(t, http.StatusCreated, o.as(t, p.Admin, asked{method: http.MethodPost, path: "/v1/units/" + p.Unit.ID + "/posts", body: post}).Code)
	campaign := o.campaignOf(t, p.Unit.ID)
	first := o.waiting(t, campaign, p.Unit.ID, "党费收缴不及时", lifecycle.Immediate)
	second := o.waiting(t, campaign, p.Unit.ID, "换届超期", lifecycle.ByDeadline)
	first.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请举一反三。", Cases: []string{second.id}})
	draft := first.paper(t, p.Officer, "notice.docx").says(t)
	require.Contains(t, draft, "送审稿")
	require.Contains(t, draft, "换届超期")
	require.Empty(t, o.files(t), "a draft is kept nowhere")
	signed := first.do(t, p.Signer, &lifecycle.ApproveNotice{})
	issued := signed.Case.Notice.Issued
	require.Equal(t, lifecycle.Addressee{Unit: "市档案局", Post: "党组书记", Holder: "李明"}, issued.To)
	require.Len(t, o.files(t), 1, "one paper for one notice")

	sent := first.paper(t, p.Secretary, "notice.docx")
	text := sent.says(t)
	for _, want := range []string{
		"机关党建专项督查", "党费收缴不及时", "换届超期", "李明同志", "中共滨江市委市直机关工作委员会", "第（一）项问题，整改期限为15个工作日", "第（二）项问题，整改期限为2个月",
	} {
		require.Contains(t, text, want)
	}
	require.Equal(t, `"`+issued.SHA256+`"`, sent.Header().Get("ETag"))

	// The unit gets another name and another secretary, and the office too.
	change := map[string]any{"kind": "rename", "name": "市档案馆", "on": today(), "reason": "机构改革"}
	renamed := o.as(t, p.Admin, asked{method: http.MethodPost, path: "/v1/units/" + p.Unit.ID + "/changes", body: change})
	require.Equal(t, http.StatusCreated, renamed.Code, "%s", renamed.Body)
	o.keeper.Office.Name = "另一个机关"
	for _, l := range []*life{first, second} {
		require.Equal(t, sent.Body.Bytes(), l.paper(t, p.Officer, "notice.docx").Body.Bytes(), "the same paper in both of its cases")
	}
	// A paper that goes out now bears the names of now.
	first.do(t, p.Secretary, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	confirmation := second.paper(t, p.Secretary, "receipt_confirmation.docx").says(t)
	require.Contains(t, confirmation, "市档案馆")
	require.Contains(t, confirmation, "另一个机关")
	require.Len(t, o.files(t), 3)

	// Of a file that is gone or altered nobody gets another in its place.
	path := filepath.Join(o.folder, "sha256", issued.SHA256[:2], issued.SHA256)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(whole[:len(whole)-1], 0xff), 0o600))
	require.Equal(t, "file_damaged", first.paper(t, p.Officer, "notice.docx").problem(t).Code)
	require.NoError(t, os.Remove(path))
	require.Equal(t, "file_damaged", first.paper(t, p.Officer, "notice.docx").problem(t).Code)
}

// The notice as an object: found by campaign, unit and number, with how far it is
// in each of its cases.
func TestNoticesAreFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(*api.Options) {})
	p := o.people
	campaign := o.campaignOf(t, p.Unit.ID, p.OtherUnit.ID)
	one := o.waiting(t, campaign, p.Unit.ID, "甲", lifecycle.Immediate)
	two := o.waiting(t, campaign, p.Unit.ID, "乙", lifecycle.Immediate)
	one.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请整改。", Cases: []string{two.id}, Form: lifecycle.FormNotice})
	two.do(t, p.Signer, &lifecycle.ApproveNotice{})
	list := func(query string) []api.UnitNotice {
		t.Helper()
		var out api.NoticeList
		a := o.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/notices?" + query})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		a.into(t, &out)
		return out.Notices
	}
	found := list("campaign=" + campaign)
	require.Len(t, found, 1)
	require.Equal(t, lifecycle.NoticeServing, found[0].State)
	require.Equal(t, "市档案局", found[0].UnitName)
	require.Len(t, found[0].Findings, 2)
	require.Equal(t, found, list("unit="+p.Unit.ID))
	require.Equal(t, found, list("number="+found[0].Number))
	require.Empty(t, list("unit="+p.OtherUnit.ID))
	var again api.UnitNotice
	o.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/notices/" + found[0].ID}).into(t, &again)
	require.Equal(t, found[0], again)
	for query, code := range map[string]string{"": "required", "number=12": "not_a_number", "campaign=" + campaign + "&limit=0": "out_of_range"} {
		require.Equal(t, code, o.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/notices?" + query}).problem(t).Code, query)
	}
	require.Equal(t, http.StatusNotFound, o.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/notices/" + one.id}).Code)
	require.Equal(t, http.StatusForbidden, o.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/notices?unit=" + p.Unit.ID}).Code)
}

// One action for a whole campaign, asked for once however often it is sent.
func TestACampaignsNoticesAreDraftedAndSigned(t *testing.T) {
	t.Parallel()
	var runs []string
	o := newOffice(t, func(all *api.Options) {
		all.StartNotices = func(_ context.Context, id string) error {
			runs = append(runs, id)
			return nil
		}
	})
	p := o.people
	campaign := o.campaignOf(t, p.Unit.ID, p.OtherUnit.ID)
	for i, unit := range []string{p.Unit.ID, p.Unit.ID, p.OtherUnit.ID} {
		o.waiting(t, campaign, unit, fmt.Sprint("问题", i), lifecycle.Immediate)
	}
	order := func(who lifecycle.Actor, action, key string, body any) answer {
		return o.as(t, who, asked{
			method: http.MethodPost, path: "/v1/campaigns/" + campaign + "/" + action, body: body, header: map[string]string{"Idempotency-Key": key},
		})
	}
	text := map[string]any{"text": "请于期限内整改到位。"}
	require.Equal(t, "required", order(p.Officer, "draft_notices", "k0", map[string]any{"text": " "}).problem(t).Code)
	require.Equal(t, "unknown_code", order(p.Officer, "draft_notices", "k0", map[string]any{"text": "a", "form": "poster"}).problem(t).Code)
	require.Equal(t, "idempotency_key_missing", order(p.Officer, "draft_notices", "", text).problem(t).Code)
	require.Equal(t, http.StatusForbidden, order(p.Signer, "draft_notices", "k0", text).Code)
	require.Equal(t, http.StatusForbidden, order(p.Officer, "sign_notices", "k0", nil).Code)
	a := order(p.Officer, "draft_notices", "k1", text)
	require.Equal(t, http.StatusAccepted, a.Code, "%s", a.Body)
	require.Equal(t, a.Body.String(), order(p.Officer, "draft_notices", "k1", text).Body.String())
	require.Equal(t, "idempotency_key_reused", order(p.Officer, "draft_notices", "k1", map[string]any{"text": "别的"}).problem(t).Code)
	finish := func(a answer) api.NoticeRun {
		t.Helper()
		var run api.NoticeRun
		a.into(t, &run)
		_, _, err := o.store.RunNotices(t.Context(), run.ID, 100, nil)
		require.NoError(t, err)
		o.as(t, p.Manager, asked{method: http.MethodGet, path: a.Header().Get("Location")}).into(t, &run)
		return run
	}
	run := finish(a)
	require.Equal(t, []int{2, 2, 0}, []int{run.Total, run.Done, run.Failed})
	require.True(t, run.Over)
	require.Len(t, run.Units, 2)
	run = finish(order(p.Signer, "sign_notices", "k2", nil))
	require.Equal(t, []int{2, 2, 0}, []int{run.Total, run.Done, run.Failed})
	require.Len(t, o.files(t), 2)
	run = finish(order(p.Signer, "sign_notices", "k3", nil))
	require.True(t, run.Over, "nothing waits, and nothing is left to do")
	require.Len(t, runs, 2, "a request that is repeated starts nothing anew, and what is over is not started")
	require.NotContains(t, strings.Join(runs, " "), run.ID)
}

// Without a place for papers nothing is signed, and the person is told why.
func TestWithoutAPlaceForPapersNothingIsSigned(t *testing.T) {
	t.Parallel()
	record, err := store.Open(t.Context(), store.Options{URL: pgtest.Copy(t, "migrated", migrate), MaxConns: 4, Printer: papers.New(documents.Office{}, nil)})
	require.NoError(t, err)
	t.Cleanup(record.Close)
	s := siteOver(t, record, func(*api.Options) {})
	p := s.people
	l := s.life()
	for _, one := range append([]casetest.Step{p.Finding("台账不全", today())}, p.UpToServing(lifecycle.Immediate)[:3]...) {
		l.do(t, one.By, one.Body)
	}
	require.Equal(t, "no_place_for_papers", l.send(t, p.Signer, &lifecycle.ApproveNotice{}).problem(t).Code)
}

// Domain 5.6: a notice gives the days of the campaign and refers to what each of
// its findings rests on, files by their names, from the draft on.
func TestNoticeRefersToEvidence(t *testing.T) {
	t.Parallel()
	address, err := evidence.FolderURL(t.TempDir())
	require.NoError(t, err)
	files, err := evidence.Open(t.Context(), evidence.Options{URL: address})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	o := newOffice(t, func(all *api.Options) { all.Evidence = files })
	p := o.people
	campaign := o.campaignOf(t, p.Unit.ID)
	found := func(title, file, other string) *life {
		l := o.life()
		l.n = int(lives.Add(1)) * 1000
		open := *p.Finding(title, today()).Body.(*lifecycle.OpenCase) //nolint:forcetypeassert // it is
		open.Campaign = campaign
		l.do(t, p.Inspector, &open)
		d := desk{site: o.site, files: files, id: l.id}
		list := []string{"evidence:" + d.add(t, p.Inspector, fmt.Sprintf("file-%d", l.n), file, []byte(paper)).ID, other}
		l.do(t, p.Inspector, &lifecycle.AmendDraft{Evidence: &list})
		l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
		l.do(t, p.Head, p.Accept(lifecycle.Immediate).Body)
		return l
	}
	one, two := found("甲问题", "会议记录.pdf", "第一党支部会议记录复印件"), found("乙问题", "党费台账.pdf", "党费收据存根")
	one.do(t, p.Officer, &lifecycle.SubmitNotice{Text: "请整改。", Cases: []string{two.id}})
	day := fmt.Sprintf("（督促检查，%d年%d月%d日）", today().Year(), int(today().Month()), today().Day())
	for range 2 {
		text := two.paper(t, p.Officer, "notice.docx").says(t)
		for _, want := range []string{day, "会议记录；第一党支部会议记录复印件。", "党费台账；党费收据存根。", "报送方式：在督查整改系统中填报"} {
			require.Contains(t, text, want)
		}
		if strings.Contains(text, "送审稿") {
			one.do(t, p.Signer, &lifecycle.ApproveNotice{})
		}
	}
	require.NotContains(t, one.paper(t, p.Secretary, "notice.docx").says(t), "送审稿")
}
