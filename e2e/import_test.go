package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
)

// kill -9 of worker, PostgreSQL, engine and all at once while an import opens
// its cases, each at a point it came to: it goes on by itself, no row is lost
// and none is opened twice.
func TestAnImportGoesOnAfterEveryKill(t *testing.T) {
	t.Parallel()
	story(t, setup{}, func(t *testing.T, st setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, st)
		db := look(ctx, t, k.postgres.URL())
		s := newSample(ctx, t, k.record, k.people)
		d := door{stack: k}
		one := k.sendWorkbook(ctx, s)
		k.eventually(30*time.Second, "the engine to be there, so that the import begins at once", func() bool {
			_, _, text, err := d.send(ctx, http.MethodGet, "/readyz", k.people.Inspector, nil, nil)
			return err == nil && strings.Contains(string(text), `"engine":"ready"`)
		})
		status, _, text, err := d.send(ctx, http.MethodPost, "/v1/imports/"+one.ID+"/open", k.people.Inspector, nil, []byte("{}"))
		require.NoError(t, err)
		require.Equal(t, http.StatusAccepted, status, "%s", text)

		begun := time.Now()
		for _, fault := range []struct {
			after int
			kill  func()
		}{
			{10, func() { k.workers[0].kill(); k.again(k.workers[0]) }},
			{30, k.killPostgres},
			{50, k.killEngine},
			{70, func() {
				k.killAll()
				k.killPostgres()
				k.startAll()
			}},
		} {
			seen := 0
			k.soon(time.Minute, fmt.Sprint(fault.after, " cases to be open"), func() bool {
				seen = db.count(ctx, `SELECT count(*) FROM cases`)
				return seen >= fault.after
			})
			if seen == len(s.Rows) {
				k.short("the import was done before it could be killed")
			}
			t.Logf("%s: kill after %d cases", time.Since(begun).Round(time.Second), seen)
			fault.kill()
		}
		k.eventually(time.Minute, "the import to be done", func() bool {
			status, _, text, err := d.send(ctx, http.MethodGet, "/v1/imports/"+one.ID, k.people.Inspector, nil, nil)
			return err == nil && status == http.StatusOK && json.Unmarshal(text, &one) == nil && one.State == "done"
		})
		require.Equal(t, []int{len(s.Rows), 0}, []int{one.Opened, one.Failed})
		s.opened(ctx, t, db, k.record)
	})
}

// sendWorkbook has the API check the sample campaign.
func (k *stack) sendWorkbook(ctx context.Context, s sample) (one api.Import) {
	k.t.Helper()
	body, media := s.form(k.t)
	status, _, text, err := door{stack: k}.send(ctx, http.MethodPost, "/v1/imports", k.people.Inspector, map[string]string{"Content-Type": media}, body)
	require.NoError(k.t, err)
	require.Equal(k.t, http.StatusCreated, status, "%s", text)
	require.NoError(k.t, json.Unmarshal(text, &one))
	require.Equal(k.t, len(s.Rows), one.Rows)
	return one
}
