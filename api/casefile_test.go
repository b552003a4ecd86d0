package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/documents/casefile"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// names are the names in an archive, in its order.
func (a answer) names(t *testing.T) (names []string, z *zip.Reader) {
	t.Helper()
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	file := a.Body.Bytes()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	return names, z
}

// Issue 3 item 7: the file of a case holds the papers that went out, the evidence
// and the record, in order; it stands the check and is the same each time, to
// whoever of the staff; a unit gets the bytes of what does not exist.
func TestCaseFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t, store.Quota{})
	p := d.people
	proof := d.add(t, p.Contact, "1", "整改照片.pdf", []byte(paper))
	d.add(t, p.Officer, "2", "核查记录.pdf", []byte(paper+"\n"))
	l := d.life()
	l.id, l.n = d.id, 2000
	report := &lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: "已整改", Evidence: []string{"evidence:" + proof.ID}}}}
	l.do(t, p.Secretary, p.Sign().Body)
	l.do(t, p.Secretary, report)
	l.do(t, p.Officer, &lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: "材料不全"}}})
	l.do(t, p.Secretary, report)
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: "进展缓慢"})
	l.do(t, p.Officer, &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "工委督办〔2026〕1号"}})
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "进展缓慢"})
	l.do(t, p.Leader, &lifecycle.FixTalk{No: 2, Talk: p.Appointment(today().AddDays(3))})
	l.do(t, p.Leader, &lifecycle.Void{Reason: "重复登记"})

	path := "/v1/cases/" + d.id + "/file.zip"
	var first []byte
	for _, who := range []lifecycle.Actor{p.Leader, p.Head, p.Officer, p.Manager, p.Auditor} {
		a := d.as(t, who, asked{method: http.MethodGet, path: path})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		if first == nil {
			first = a.Body.Bytes()
		}
		require.Equal(t, first, a.Body.Bytes())
	}
	m, problems := casefile.Verify(bytes.NewReader(first), int64(len(first)))
	require.Empty(t, problems)
	names, z := d.as(t, p.Leader, asked{method: http.MethodGet, path: path}).names(t)
	require.Len(t, m.Files, len(names)-2)
	at := -1
	for _, want := range []string{
		"00-卷内文件目录.docx", "20-反馈意见-02-签发.txt", "20-反馈意见-03-反馈意见（第1版）.docx", "30-签收-02-签收确认.docx", "50-整改报告-01-报送报告.txt", "50-整改报告-03-报送报告.txt",
		"60-佐证材料-000-清单.txt", "60-佐证材料-001-整改照片.pdf", "60-佐证材料-002-核查记录.pdf", "75-措施-02-记录措施.txt", "75-措施-03-督办函.docx", "75-措施-06-提醒谈话通知.docx",
		"85-销号撤销-01-撤销.txt", "85-销号撤销-02-撤销通知.docx", "90-办理经过.jsonl", "90-办理经过.txt", "91-事项现状.txt", "manifest.json",
	} {
		i := slices.Index(names, want)
		require.Greater(t, i, at, "%s in %s", want, strings.Join(names, "\n"))
		at = i
	}
	read := func(name string) string {
		f, err := z.Open(name)
		require.NoError(t, err)
		defer f.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(f)
		require.NoError(t, err)
		return b.String()
	}
	require.Equal(t, paper, read("60-佐证材料-001-整改照片.pdf"))
	for name, file := range map[string]string{
		"30-签收-02-签收确认.docx": "receipt_confirmation.docx", "75-措施-03-督办函.docx": "supervision_letter.docx", "85-销号撤销-02-撤销通知.docx": "withdrawal.docx",
	} {
		require.Equal(t, l.paper(t, p.Officer, file).Body.String(), read(name), "the paper that went out")
	}
	told := read("50-整改报告-01-报送报告.txt")
	require.Contains(t, told, "佐证材料001《整改照片.pdf》")
	require.NotContains(t, told, proof.ID)
	require.Contains(t, read("10-问题-01-登记.txt"), "单位："+p.Unit.Name)

	none := d.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/cases/00000000-0000-4000-8000-000000000000/file.zip"})
	own := d.as(t, p.Secretary, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusNotFound, own.Code)
	require.Equal(t, none.Body.String(), own.Body.String())

	// Where a piece of evidence is gone there is no file that passes for whole.
	for _, kept := range d.kept(t) {
		if strings.HasSuffix(kept, proof.SHA256) {
			require.NoError(t, os.Remove(kept))
		}
	}
	gone := d.as(t, p.Leader, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusConflict, gone.Code)
	problem := gone.problem(t)
	require.Equal(t, "evidence_lost", problem.Code)
	require.Contains(t, problem.Detail, "整改照片.pdf")
}

// Evidence goes from where it is kept to who asks without being in memory: what is
// allocated on its way, all together, is a small part of it.
func TestCaseFileIsStreamed(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	d := newDesk(t, store.Quota{})
	const pieces, size = 40, 1 << 20
	content := bytes.Repeat([]byte("整改材料，逐项核对。\n"), size/31)
	for i := range pieces {
		content[0] = byte('a' + i%26)
		content[1], content[2] = byte('a'+i/26), ' '
		d.add(t, d.people.Officer, fmt.Sprint(i), fmt.Sprintf("材料%d.txt", i), content)
	}
	server := httptest.NewServer(d.handler)
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/cases/"+d.id+"/file.zip", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+d.people.Tokens[d.people.Leader.Account])
	file, err := os.Create(filepath.Join(t.TempDir(), "案卷.zip"))
	require.NoError(t, err)
	defer file.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer, err := server.Client().Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	n, err := io.Copy(file, answer.Body)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Greater(t, n, int64(pieces*size*9/10))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(pieces*size/4))
	_, problems := casefile.Verify(file, n)
	require.Empty(t, problems)
}

// A case file without evidence needs no place for evidence.
func TestCaseFileWithoutEvidence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	l.do(t, p.Inspector, p.Finding("一个问题", today()).Body)
	a := s.as(t, p.Leader, asked{method: http.MethodGet, path: "/v1/cases/" + l.id + "/file.zip"})
	names, _ := a.names(t)
	require.Contains(t, names, "10-问题-01-登记.txt")
}
