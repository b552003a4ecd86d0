package e2e_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"duban/docs/examples"
	"duban/documents/findings"
	"duban/internal/casetest"
	"duban/store"
)

// A sample is the campaign of docs/examples in a record, and the workbook its
// findings are in.
type sample struct {
	examples.Sample

	campaign string
	workbook []byte
}

func newSample(ctx context.Context, t *testing.T, record *store.Store, p casetest.People) sample {
	t.Helper()
	campaign, err := examples.ReadCampaign()
	require.NoError(t, err)
	s := sample{Sample: campaign}
	rules, _, timeline, err := record.PolicyInForce(ctx)
	require.NoError(t, err)
	units := map[string]string{p.Unit.Name: p.Unit.ID, p.OtherUnit.Name: p.OtherUnit.ID}
	today := timeline.Date(time.Now())
	plan := store.Campaign{Name: "2026年第一批督查", Year: today.Year(), Method: "inspection", StartsOn: today, EndsOn: today, Author: p.Head.Account}
	for _, name := range s.Units {
		if units[name] == "" {
			u, err := record.AddUnit(ctx, store.Unit{Name: name, Region: "市直"})
			require.NoError(t, err)
			units[name] = u.ID
		}
		plan.Scope = append(plan.Scope, units[name])
	}
	planned, err := record.AddCampaign(ctx, plan)
	require.NoError(t, err)
	s.campaign = planned.ID
	var out bytes.Buffer
	require.NoError(t, findings.Filled(&out, findings.Tables{Codes: rules.Codes, Units: units}, s.Heads, s.Rows))
	s.workbook = out.Bytes()
	return s
}

// form is the request that sends the workbook.
func (s sample) form(t *testing.T) (body []byte, media string) {
	t.Helper()
	return form(t, "第一批.xlsx", s.workbook, "campaign", s.campaign)
}

// form is a request's body: fields as name and value, then the file.
func form(t *testing.T, name string, content []byte, fields ...string) (body []byte, media string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes(), w.FormDataContentType()
}

// opened requires that every finding is a case, once, numbered without a gap in
// the order of the rows, and that nothing is left to do.
func (s sample) opened(ctx context.Context, t *testing.T, db database, record *store.Store) {
	t.Helper()
	rows, err := db.pool.Query(ctx, `SELECT u.name || ' ' || c.title FROM cases c JOIN units u ON u.id = c.unit_id ORDER BY c.number_key`)
	require.NoError(t, err)
	have, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	var want []string
	for _, row := range s.Rows {
		want = append(want, row[1]+" "+row[2])
	}
	require.Equal(t, want, have, "each row is one case, in the order of the rows")
	for what, sql := range map[string]string{
		"rows that are a case of their own": `SELECT count(DISTINCT r.case_id) FROM import_rows r JOIN cases c ON c.id = r.case_id AND c.title = r.content ->> 'title'`,
		"openings":                          `SELECT count(*) FROM events WHERE kind = 'case_opened'`,
		"numbers allotted":                  `SELECT sum(n) FROM number_series`,
	} {
		require.Equal(t, len(s.Rows), db.count(ctx, sql), what)
	}
	jobs, err := record.OpenJobs(ctx)
	require.NoError(t, err)
	require.Empty(t, jobs)
	report, err := record.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Zero(t, report.Changed, "state == fold(events)")
}

// A database is looked at beside the program, also while it is being killed.
type database struct{ pool *pgxpool.Pool }

func look(ctx context.Context, t *testing.T, url string) database {
	t.Helper()
	pool, err := pgxpool.New(ctx, url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return database{pool}
}

// count is a number in the database, -1 while it is away. A connection of before
// it went away is given up.
func (d database) count(ctx context.Context, sql string) int {
	n := 0
	err := d.pool.QueryRow(ctx, sql).Scan(&n)
	if err != nil {
		d.pool.Reset()
		err = d.pool.QueryRow(ctx, sql).Scan(&n)
	}
	if err != nil {
		return -1
	}
	return n
}
