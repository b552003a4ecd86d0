package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/policy"
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
