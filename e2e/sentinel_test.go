package e2e_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
	"duban/workflows"
)

// A look-back nobody can foresee: after
// the draw and before the day nothing outside the seal knows the day or the
// people: no table of the engine, no history, no log, no metric, no mail, no
// webhook, no export, no table of the record.
//
// The day is one that is no due date of the case by construction: it is drawn
// again until it lies inside the window, three days from its ends, and until the
// team are people who had no part in anything. What no day but the drawn one is
// written as must not be there at all. What may be there by chance (five digits
// are soon somewhere) must not be there for each of three draws: a leak is there
// every time.
func TestNothingTellsTheDayOrTheTeam(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	out, keys := newOutside(t), casetest.Keys()
	k := newStack(t, setup{env: []string{
		"DUBAN_LOG_LEVEL=debug", "DUBAN_SMTP_URL=smtp+plain://" + out.mail,
		"DUBAN_MAIL_FROM=督办系统 <duban@example.org>", "DUBAN_NOTIFY_ALLOW=127.0.0.1",
	}})
	p := k.people
	names := map[string]string{}
	for i, name := range []string{"甄无影", "甄无踪", "甄无痕", "甄无声", "甄无迹", "甄无形", "甄无相", "甄无名"} {
		role := []lifecycle.Role{lifecycle.Inspector, lifecycle.LookBackLead}[i%2]
		a, token, err := k.record.AddAccount(ctx, store.NewAccount{Name: name, Roles: []lifecycle.Role{role}})
		require.NoError(t, err)
		names[a.ID], p.Tokens[a.ID] = name, token
	}
	for _, who := range []lifecycle.Actor{p.Officer, p.Leader, p.Head, p.Secretary} {
		for kind, address := range map[string]string{"email": who.Account + "@example.org", "webhook": out.web + "/" + who.Account} {
			_, err := k.record.PutAddress(ctx, store.Address{
				Account: who.Account, Kind: kind, Address: address, Secret: map[string]string{"webhook": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}[kind], Name: kind, Author: who.Account,
			})
			require.NoError(t, err)
		}
	}
	l := k.opened(ctx, "sentinel", lifecycle.Immediate)
	l.Must(ctx, t, p.Sign(), p.Report(1), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})

	weak := map[string]int{}
	const draws = 3
	for n := range draws {
		plan := k.unforeseen(l, keys, names, n > 0)
		k.everythingRuns(out, l)
		dump := k.dump(out, l)
		for _, id := range append([]string{plan.Team.Lead}, plan.Team.Others...) {
			dump.without(t, id, names[id], fmt.Sprintf("%+q", names[id])[1:10])
		}
		strong, chance := renderings(plan.Date)
		dump.without(t, strong...)
		for what, values := range chance {
			if where := dump.but("table duban duban.calendars").has(values...); where != "" {
				weak[what]++
				t.Logf("draw %d: %s is in %s", n, what, where)
			}
		}
		// The scan sees: a day that the law computes is all over the place.
		legal, _ := renderings(plan.Window.Closes)
		require.NotEmpty(t, dump.has(legal[0]))
		require.NotEmpty(t, dump.has("case/"+l.Case))
		require.NotEmpty(t, dump.has(p.Unit.Name))
	}
	for what, n := range weak {
		require.Less(t, n, draws, "%s is there after every draw", what)
	}
}

// unforeseen has the look-back drawn until no due date is near the day and nobody
// of the team had a part in the case.
func (k *stack) unforeseen(l *casetest.Life, keys lot.Keys, names map[string]string, again bool) lot.Plan {
	k.t.Helper()
	for range 200 {
		if again {
			l.Must(context.Background(), k.t,
				casetest.Step{By: k.people.Lead, Body: &lifecycle.RequestRedraw{Reason: "重新抽签"}},
				casetest.Step{By: k.people.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "同意"}})
		}
		plan := k.drawn(l.Case, keys)
		known := func(id string) bool { return names[id] == "" }
		inside := plan.Date.DaysSince(plan.Window.Opens) > 3 && plan.Window.Closes.DaysSince(plan.Date) > 3
		if inside && !known(plan.Team.Lead) && !slices.ContainsFunc(plan.Team.Others, known) {
			return plan
		}
		again = true
	}
	k.t.Fatal("no such draw")
	return lot.Plan{}
}

// drawn opens the seal as the dispatcher would on the day.
func (k *stack) drawn(id string, keys lot.Keys) lot.Plan {
	k.t.Helper()
	ctx := context.Background()
	d := k.look(id).Draw
	require.Equal(k.t, lifecycle.DrawMade, d.Status)
	var tags [][]byte
	for day := d.Opens; !day.After(d.Closes); day = day.AddDays(1) {
		tags = append(tags, keys.Tags(id, d.Number, day)...)
	}
	conn, err := pgx.Connect(ctx, k.postgres.URL())
	require.NoError(k.t, err)
	defer conn.Close(ctx)
	var sealed []byte
	require.NoError(k.t, pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+store.RoleDispatch); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT plan FROM sealed.due($1)`, tags).Scan(&sealed)
	}))
	plan, err := keys.Open(sealed, id, d.Number)
	require.NoError(k.t, err)
	return plan
}

// everythingRuns has the Schedules run now and waits until they are done and the
// mail is out.
func (k *stack) everythingRuns(out *outside, l *casetest.Life) {
	k.t.Helper()
	ctx := context.Background()
	temporal := k.temporal()
	for _, id := range []string{workflows.ScheduleJobs, workflows.ScheduleLookBacks, workflows.ScheduleMessages} {
		handle := temporal.ScheduleClient().GetHandle(ctx, id)
		var before *client.ScheduleDescription
		k.eventually(2*time.Minute, "the Schedule "+id, func() (there bool) {
			var err error
			before, err = handle.Describe(ctx)
			return err == nil
		})
		require.NoError(k.t, handle.Trigger(ctx, client.ScheduleTriggerOptions{}))
		k.eventually(time.Minute, id+" ran", func() bool {
			now, err := handle.Describe(ctx)
			return err == nil && now.Info.NumActions > before.Info.NumActions && len(now.Info.RunningWorkflows) == 0
		})
	}
	k.eventually(time.Minute, "the case's workflow is there", func() bool {
		d, err := temporal.DescribeWorkflowExecution(ctx, "case/"+l.Case, "")
		return err == nil && d.GetWorkflowExecutionInfo().GetHistoryLength() > 0
	})
	k.eventually(time.Minute, "mail and webhooks came", func() bool {
		all := strings.Join(out.all(), "\n")
		return strings.Contains(all, "mail to ") && strings.Contains(all, "webhook ")
	})
}

// A dump is everything there is, by where it was found.
type dump map[string][]byte

// unsealed are the record's tables in which everybody of the staff stands.
var unsealed = []string{"accounts", "account_changes", "addresses", "tokens"}

func (k *stack) dump(out *outside, l *casetest.Life) dump {
	k.t.Helper()
	d := dump{"outside": []byte(strings.Join(out.all(), "\n"))}
	k.dumpTables(d)
	k.dumpEngine(d)
	logs, err := filepath.Glob(filepath.Join(k.dir, "*.log"))
	require.NoError(k.t, err)
	require.GreaterOrEqual(k.t, len(logs), 3)
	for _, log := range logs {
		d["log "+filepath.Base(log)], err = os.ReadFile(log)
		require.NoError(k.t, err)
	}
	for path, who := range map[string]lifecycle.Actor{
		"/v1/ledger.xlsx": k.people.Auditor, "/v1/cases/" + l.Case + "/file.zip": k.people.Auditor,
		"/v1/cases/" + l.Case: k.people.Auditor, "/v1/cases/" + l.Case + "/events?limit=200": k.people.Auditor,
		"/v1/cases/" + l.Case + "/messages": k.people.Auditor, "/v1/cases/" + l.Case + "/deadline": k.people.Auditor,
		"/v1/cases": k.people.Manager, "/v1/tasks": k.people.Leader, "/v1/inbox": k.people.Leader,
		"/v1/overview/ladder.xlsx": k.people.Manager,
	} {
		status, _, text, err := door{stack: k}.send(context.Background(), http.MethodGet, path, who, nil, nil)
		require.NoError(k.t, err)
		if !strings.Contains(path, "overview") {
			require.Equal(k.t, http.StatusOK, status, "%s: %s", path, text)
		}
		d.add(k.t, "GET "+path, text)
	}
	for _, p := range slices.Concat(k.apis, k.workers) {
		resp, err := http.Get("http://" + p.operators + "/metrics")
		require.NoError(k.t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(k.t, err)
		require.NoError(k.t, resp.Body.Close())
		require.Contains(k.t, string(text), "go_goroutines")
		d.add(k.t, "metrics of "+p.name, text)
	}
	return d
}

// add keeps a text, and what is packed in it.
func (d dump) add(t *testing.T, where string, text []byte) {
	t.Helper()
	d[where] = text
	if !bytes.HasPrefix(text, []byte("PK")) {
		return
	}
	packed, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	for _, f := range packed.File {
		r, err := f.Open()
		require.NoError(t, err)
		inner, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		d.add(t, where+" "+f.Name, inner)
	}
}

// dumpTables reads every column of every table of every database, but for what
// is under the seal.
func (k *stack) dumpTables(d dump) {
	k.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, k.postgres.SuperuserURL())
	require.NoError(k.t, err)
	defer conn.Close(ctx)
	databases := column(k.t, conn, `SELECT datname FROM pg_database WHERE NOT datistemplate`)
	seen := map[string]bool{}
	for _, name := range databases {
		cfg := conn.Config().Copy()
		cfg.Database = name
		there, err := pgx.ConnectConfig(ctx, cfg)
		require.NoError(k.t, err)
		for _, table := range column(k.t, there, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'sealed')`) {
			schema, bare, _ := strings.Cut(table, ".")
			seen[schema] = true
			rows, err := there.Query(ctx, "SELECT * FROM "+table, pgx.QueryResultFormats{pgx.TextFormatCode})
			require.NoError(k.t, err)
			var all bytes.Buffer
			for rows.Next() {
				for i, v := range rows.RawValues() {
					if f := rows.FieldDescriptions()[i]; f.DataTypeOID == 17 && len(v) > 2 { // bytea, in hexadecimal
						v, err = hex.DecodeString(string(v[2:]))
						require.NoError(k.t, err)
					}
					all.Write(v)
					all.WriteByte('\n')
				}
			}
			require.NoError(k.t, rows.Err())
			where := "table " + name + " " + table
			if schema == store.Schema && slices.Contains(unsealed, bare) {
				where = "staff " + where
			}
			d[where] = all.Bytes()
		}
		require.NoError(k.t, there.Close(ctx))
	}
	for _, schema := range []string{store.Schema, "temporal", "temporal_visibility"} {
		require.True(k.t, seen[schema], schema)
	}
}

// column reads one column.
func column(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), sql)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// payload is what the engine shows of an argument.
var payload = regexp.MustCompile(`"data":\s*"([A-Za-z0-9+/=]*)"`)

// dumpEngine reads every history and every Schedule as the engine shows them.
func (k *stack) dumpEngine(d dump) {
	k.t.Helper()
	ctx := context.Background()
	temporal := k.temporal()
	say := func(where string, text []byte) {
		for _, m := range payload.FindAllSubmatch(text, -1) {
			raw, err := base64.StdEncoding.DecodeString(string(m[1]))
			require.NoError(k.t, err)
			text = append(append(text, '\n'), raw...)
		}
		d[where] = text
	}
	var token []byte
	for {
		page, err := temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{NextPageToken: token})
		require.NoError(k.t, err)
		for _, e := range page.GetExecutions() {
			id, run := e.GetExecution().GetWorkflowId(), e.GetExecution().GetRunId()
			text, err := protojson.Marshal(e)
			require.NoError(k.t, err)
			for history := temporal.GetWorkflowHistory(ctx, id, run, false, 0); history.HasNext(); {
				event, err := history.Next()
				require.NoError(k.t, err)
				one, err := protojson.Marshal(event)
				require.NoError(k.t, err)
				text = append(append(text, '\n'), one...)
			}
			say("history "+id+" "+run, text)
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			return
		}
	}
}

// digits are numbers as they stand in a text.
var digits = regexp.MustCompile(`[0-9]+`)

// has says where one of the texts is; where it is digits, alone and not in a
// longer number.
func (d dump) has(texts ...string) string {
	for where, all := range d {
		for _, text := range texts {
			for rest := all; ; {
				i := bytes.Index(rest, []byte(text))
				if i < 0 {
					break
				}
				end := i + len(text)
				if !digits.MatchString(text) || !touches(rest, i-1) && !touches(rest, end) {
					return where + ": …" + strconv.QuoteToASCII(string(rest[max(0, i-60):min(len(rest), end+60)])) + "…"
				}
				rest = rest[i+1:]
			}
		}
	}
	return ""
}

func touches(text []byte, i int) bool {
	return i >= 0 && i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] >= 'a' && text[i] <= 'f')
}

// but leaves out what begins so.
func (d dump) but(prefix string) dump {
	rest := dump{}
	for where, all := range d {
		if !strings.HasPrefix(where, prefix) {
			rest[where] = all
		}
	}
	return rest
}

// without fails when one of the texts is anywhere but where the whole staff is.
func (d dump) without(t *testing.T, texts ...string) {
	t.Helper()
	rest := d.but("staff ")
	for _, text := range texts {
		require.Empty(t, rest.has(text), "%q", text)
	}
}

// renderings are a day as it might be written: those that are nothing else, and
// those that may be something else by chance.
func renderings(d calendar.Date) (strong []string, weak map[string][]string) {
	y, m, day := d.Year(), int(d.Month()), d.Day()
	begins := calendar.Real().At(d, 0)
	strong = []string{
		d.String(), fmt.Sprintf("%d/%d/%d", y, m, day), fmt.Sprintf("%d/%02d/%02d", y, m, day), fmt.Sprintf("%d.%02d.%02d", y, m, day),
		fmt.Sprintf("%d.%d.%d", y, m, day), fmt.Sprintf("%d年%d月%d日", y, m, day), fmt.Sprintf("%d月%d日", m, day), begins.Format("Jan 2, 2006"), begins.Format("2 Jan 2006"),
	}
	var seconds, millis, until []string
	for _, at := range []time.Time{begins, begins.Add(7 * time.Hour), time.Date(y, d.Month(), day, 0, 0, 0, 0, time.UTC), begins.AddDate(0, 0, 1)} {
		seconds = append(seconds, strconv.FormatInt(at.Unix(), 10))
		millis = append(millis, strconv.FormatInt(at.UnixMilli(), 10))
		strong = append(strong, string(binary.AppendUvarint(nil, uint64(at.Unix())))) // as the engine's protobuf has it
		for s := -2; s <= 90; s++ {                                                   // a timer was set up to a minute and a half ago
			until = append(until, strconv.FormatInt(int64(time.Until(at).Seconds())+int64(s), 10))
		}
	}
	strong = append(strong, seconds...)
	strong = append(strong, millis...)
	return strong, map[string][]string{
		"month and day": {fmt.Sprintf("%02d-%02d", m, day)}, "digits": {fmt.Sprintf("%04d%02d%02d", y, m, day)},
		"number of the day": {strconv.Itoa(int(begins.Unix()+8*3600) / 86400)}, "seconds until then": until,
	}
}
