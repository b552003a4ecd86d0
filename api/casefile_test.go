package api_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/documents/casefile"
	"duban/lifecycle"
)

// Issue 3 item 7: the file of a case stands the check and is the same each time;
// a unit gets the bytes of what does not exist.
func TestCaseFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	l.do(t, p.Inspector, p.Finding("一个问题", today()).Body)
	for _, step := range p.UpToReview() {
		l.do(t, step.By, step.Body)
	}
	path := "/v1/cases/" + l.id + "/file.zip"
	var first []byte
	for _, who := range []lifecycle.Actor{p.Leader, p.Head, p.Officer, p.Manager, p.Auditor} {
		a := s.as(t, who, asked{method: http.MethodGet, path: path})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		if first == nil {
			first = a.Body.Bytes()
		}
		require.Equal(t, first, a.Body.Bytes())
	}
	_, problems := casefile.Verify(bytes.NewReader(first), int64(len(first)))
	require.Empty(t, problems)
	none := s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/cases/00000000-0000-4000-8000-000000000000/file.zip"})
	own := s.as(t, p.Secretary, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusNotFound, own.Code)
	require.Equal(t, none.Body.String(), own.Body.String())
}
