package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// Issue "Chasing with teeth": a template with an unknown field is refused with a clear
// sentence, and nothing is written.
func TestATemplateWithAnUnknownFieldIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	_, before, _, err := r.PolicyInForce(ctx)
	require.NoError(t, err)
	_, err = r.AddPolicy(ctx, "admin", []byte(strings.Replace(string(policy.DefaultText()), "办理情况：{{.About}}", "{{.Abuot}}", 1)))
	var faults policy.Errors
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 1)
	require.Equal(t, "wording.paper.text", faults[0].Field)
	require.Equal(t, "asks for .Abuot, which there is not: expected one of .Number, .Title, .Task, .About, .Where, .Copy", faults[0].Reason)
	p, after, _, err := r.PolicyInForce(ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, policy.Default().Examples(), p.Examples())
}

// Mailings say what the policy in force words them to say, of cases too that were
// noticed under another, and from the next round of a sender on, which may run in a
// process that has read the one before.
func TestMailingsAreInTheCommitteesWords(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	text := strings.Replace(string(r.policyText(t)), "{{.Task}}。{{if .Copy}}", "{{.Task}}。“{{.Title}}”请于今日阅知。{{if .Copy}}", 1)
	_, err := r.AddPolicy(ctx, "admin", []byte(text))
	require.NoError(t, err)
	_, err = r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	claimed, err := r.ClaimMessages(ctx, now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	require.Len(t, claimed.Messages, 1)
	require.Contains(t, claimed.Messages[0].Text, "“学习记录不全”请于今日阅知。")
}

// Issue 10 item 12: who gets a copy of what goes to a unit, and from which level on, is
// what the policy in force lists, whatever policy the case was noticed under.
func TestALettersCopiesFollowThePolicy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	c := r.life(t, "copies").Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.ByDeadline)...)...)
	_, err := r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: "机关党委书记", Holder: "丙", Account: p.Contact.Account, Since: today().AddDays(-9)})
	require.NoError(t, err)
	_, err = r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: "党组书记", Holder: "甲", Account: p.Secretary.Account, Since: today().AddDays(-9)})
	require.NoError(t, err)
	seq := 100
	copies := func(level policy.Level) []string {
		now := time.Now().UTC().Truncate(time.Microsecond)
		seq++
		r.exec(t, `DELETE FROM outbox`)
		r.exec(t, `UPDATE cases SET level = $2 WHERE id = $1`, c.ID, int(level))
		r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, $2, $3, 'noted', false, $4)`, c.ID, seq, "unit:"+p.Unit.ID, now)
		_, err := r.RouteLetters(ctx, now, 10)
		require.NoError(t, err)
		rows, err := r.sql.Query(ctx, `SELECT account_id FROM mailing_letters WHERE case_id = $1 AND seq = $2 AND way = 'copy' ORDER BY 1`, c.ID, seq)
		require.NoError(t, err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return list
	}
	require.Empty(t, copies(policy.L1))
	require.Equal(t, []string{p.Contact.Account}, copies(policy.L2))
	require.ElementsMatch(t, []string{p.Contact.Account, p.Head.Account}, copies(policy.L3))

	text := string(r.policyText(t))
	from := strings.Index(text, "copies:\n")
	to := from + strings.Index(text[from:], "\n\n")
	_, err = r.AddPolicy(ctx, "admin", []byte(text[:from]+"copies:\n  - {from: L1, role: head, source: 市委文件}\n  - {from: L4, post: 机关党委书记, source: 市委文件}"+text[to:]))
	require.NoError(t, err)
	require.Equal(t, []string{p.Head.Account}, copies(policy.L1))
	require.Equal(t, []string{p.Head.Account}, copies(policy.L3))
	require.ElementsMatch(t, []string{p.Contact.Account, p.Head.Account}, copies(policy.L4))
	_, err = r.AddPolicy(ctx, "admin", []byte(text[:from]+"copies: []"+text[to:]))
	require.NoError(t, err)
	require.Empty(t, copies(policy.L5))
}
