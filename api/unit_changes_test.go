package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
)

// started remembers which jobs it was to start.
type started struct{ jobs []string }

func (s *started) Recompute(_ context.Context, job string) error {
	s.jobs = append(s.jobs, job)
	return nil
}

// F6: a rename, a merger, a split and an end are recorded by the administrator,
// and the job that passes the open cases on begins at once.
func TestChangingAUnit(t *testing.T) {
	t.Parallel()
	jobs := &started{}
	s := siteWith(t, func(o *api.Options) { o.Jobs = jobs })
	p := s.people
	path := "/v1/units/" + p.Unit.ID + "/changes"
	s.life().do(t, p.Inspector, p.Finding("问题", today()).Body)
	post := func(body string) answer {
		return s.as(t, p.Admin, asked{method: http.MethodPost, path: path, body: body})
	}
	on := `"on":"` + today().String() + `","reason":"机构改革"`

	a := post(`{"kind":"abolish",` + on + `}`)
	require.Equal(t, http.StatusUnprocessableEntity, a.Code)
	require.Equal(t, "open_cases", a.problem(t).Code)
	require.Equal(t, "successor", a.problem(t).Field)
	require.Empty(t, jobs.jobs)

	a = post(`{"kind":"rename","name":"市档案馆",` + on + `}`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a = post(`{"kind":"merge","successor":"` + p.OtherUnit.ID + `",` + on + `}`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	require.Len(t, jobs.jobs, 1)

	var list api.UnitChangeList
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, a.Code)
	a.into(t, &list)
	require.Len(t, list.Changes, 2)
	require.Equal(t, "市档案局", list.Changes[0].OldName)
	require.Equal(t, "市档案馆", list.Changes[1].OldName)
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units/" + p.OtherUnit.ID + "/changes"})
	a.into(t, &list)
	require.Len(t, list.Changes, 1, "what it took over")

	a = s.as(t, p.Admin, asked{method: http.MethodPost, path: "/v1/units/nobody/changes", body: `{"kind":"abolish",` + on + `}`})
	require.Equal(t, http.StatusNotFound, a.Code)
	a = s.as(t, p.Officer, asked{method: http.MethodPost, path: path, body: `{}`})
	require.Equal(t, http.StatusForbidden, a.Code)
}
