package e2e_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// E1: a unit is merged into another; the open cases follow by a workflow, though
// the worker is killed on the way, and the successor goes on with them.
func TestAMergedUnitsCasesFollow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{day: time.Second})
	p := k.people
	l := k.opened(ctx, "merged", lifecycle.Immediate)
	l.Must(ctx, t, p.Sign())
	k.workers[0].kill()
	body := `{"kind":"merge","on":"` + k.today().String() + `","successor":"` + p.OtherUnit.ID + `","reason":"机构改革"}`
	status, _, text, err := door{stack: k}.send(ctx, http.MethodPost, "/v1/units/"+p.Unit.ID+"/changes", p.Admin, nil, []byte(body))
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status, "%s", text)
	require.Equal(t, p.Unit.ID, k.look(l.Case).Unit, "nobody works yet")
	k.again(k.workers[0])
	c := k.await(l.Case, time.Minute, "the case to follow", func(c lifecycle.Case) bool { return c.Unit == p.OtherUnit.ID })
	require.Equal(t, lifecycle.Rectifying, c.Stage)
	report := p.Report(1)
	report.By = p.OtherSecretary
	l.Must(ctx, t, report)
	require.Equal(t, lifecycle.ReportReview, k.look(l.Case).Stage)
}
