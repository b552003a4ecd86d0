package api_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/documents"
	"duban/lifecycle"
	"duban/policy"
)

// paper asks for a document of the case.
func (l *life) paper(t *testing.T, who lifecycle.Actor, file string) answer {
	t.Helper()
	return l.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + l.id + "/documents/" + file})
}

// says reads a document's text.
func (a answer) says(t *testing.T) string {
	t.Helper()
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	file := a.Body.Bytes()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	f, err := z.Open("word/document.xml")
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	return string(text)
}

// Issue 3 item 4: a document is an attachment with its Chinese name and its hash,
// the same for whoever asks, however often.
func TestADocumentIsAnAttachment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	for _, one := range append([]step{p.Finding("台账不全", today())}, append(p.UpToServing(lifecycle.ByDeadline), p.Sign())...) {
		l.do(t, one.By, one.Body)
	}
	for _, file := range []string{"notice.docx", "notice.docx?form=notice", "receipt_confirmation.docx", "report_form.docx"} {
		a, again := l.paper(t, p.Officer, file), l.paper(t, p.Secretary, file)
		require.Contains(t, a.says(t), "台账不全")
		require.Equal(t, a.Body.Bytes(), again.Body.Bytes())
		hash := sha256.Sum256(a.Body.Bytes())
		require.Equal(t, `"`+hex.EncodeToString(hash[:])+`"`, a.Header().Get("ETag"))
		require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", a.Header().Get("Content-Type"))
		require.Regexp(t, `^attachment; filename="[a-z_]+\.docx"; filename\*=UTF-8''(%[0-9A-F]{2}|[A-Za-z0-9._-])+\.docx$`, a.Header().Get("Content-Disposition"))
		path := "/v1/cases/" + l.id + "/documents/" + file
		same := s.as(t, p.Officer, asked{method: http.MethodGet, path: path, header: map[string]string{"If-None-Match": a.Header().Get("ETag")}})
		require.Equal(t, http.StatusNotModified, same.Code)
	}
	require.Equal(t, http.StatusUnprocessableEntity, l.paper(t, p.Officer, "notice.docx?form=poster").Code)
	require.Equal(t, http.StatusNotFound, l.paper(t, p.Officer, "poster.docx").Code)
	require.Equal(t, http.StatusNotFound, l.paper(t, p.Officer, "notice.pdf").Code)
}

// A document that the case does not have yet is said to be so to staff, and does
// not exist for the unit, which finds what was sent to it and no more.
func TestDocumentsOfALife(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newSite(t)
	p := s.people
	l := s.life()
	steps := append([]step{p.Finding("党费收缴不及时", c.today().AddDays(-1))}, p.UpToReview()...)
	have := func(mark string, staff, unit []documents.Kind) {
		t.Helper()
		for _, kind := range documents.Kinds() {
			a := l.paper(t, p.Head, string(kind)+".docx")
			if slices.Contains(staff, kind) {
				require.NotEmpty(t, a.says(t), "%s: %s", mark, kind)
			} else {
				require.Equal(t, http.StatusConflict, a.Code, "%s: %s: %s", mark, kind, a.Body)
				require.NotEmpty(t, a.problem(t).Code)
			}
			want := http.StatusNotFound
			if slices.Contains(unit, kind) {
				want = http.StatusOK
			}
			require.Equal(t, want, l.paper(t, p.Secretary, string(kind)+".docx").Code, "%s: %s", mark, kind)
		}
	}
	kinds := func(all ...documents.Kind) []documents.Kind { return all }
	for _, one := range steps[:3] {
		l.do(t, one.By, one.Body)
	}
	have("accepted", kinds(documents.KindReportForm), nil)
	l.do(t, steps[3].By, steps[3].Body)
	have("drafted", kinds(documents.KindReportForm, documents.KindNotice), nil)
	require.Contains(t, l.paper(t, p.Officer, "notice.docx").says(t), "送审稿")
	l.do(t, steps[4].By, steps[4].Body)
	require.NotContains(t, l.paper(t, p.Officer, "notice.docx").says(t), "送审稿")
	both := kinds(documents.KindReportForm, documents.KindNotice)
	have("served", both, both)
	l.do(t, steps[5].By, steps[5].Body)
	both = append(both, documents.KindReceipt)
	have("received", both, both)
	for _, kind := range []policy.MeasureKind{policy.MeasureReminderTalk, policy.MeasureSupervisionLetter} {
		l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: kind, Basis: "进展缓慢"})
	}
	have("ordered", append(kinds(documents.KindLetter), both...), both)
	l.do(t, p.Leader, &lifecycle.FixTalk{No: 1, Talk: p.Appointment(today().AddDays(3))})
	staff := append(kinds(documents.KindTalk, documents.KindLetter), both...)
	have("fixed", staff, both)
	l.do(t, p.Officer, &lifecycle.RecordMeasure{No: 2, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "工委督办〔2026〕1号"}})
	have("sent", staff, append(kinds(documents.KindLetter), both...))
	require.Contains(t, l.paper(t, p.Secretary, "supervision_letter.docx").says(t), "工委督办〔2026〕1号")
	l.do(t, p.Leader, &lifecycle.Void{Reason: "重复登记"})
	a := l.paper(t, p.Secretary, "withdrawal.docx")
	require.Contains(t, a.says(t), "重复登记")
	require.Equal(t, http.StatusConflict, l.paper(t, p.Head, "closure.docx").Code)
}
