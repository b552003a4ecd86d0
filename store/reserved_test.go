package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
)

// ADR 33: numbers of our mark that were given on paper before cases were taken over are
// given to no other paper: the series goes on behind the last of them.
func TestNumbersGoOnBehindThoseGivenOnPaper(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	year := today().Year()
	for i, n := range []int{41, 12} {
		finding := p.Finding(fmt.Sprintf("学习记录不全之%d", i), today().AddDays(-90)).Body.(*lifecycle.OpenCase) //nolint:forcetypeassert // it is one
		r.life(t, fmt.Sprint("in-hand-", i)).Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.TakeOverCase{OpenCase: *finding, ConfirmedBy: p.Leader.Account, InHand: lifecycle.InHand{
			Stage: lifecycle.Rectifying, Type: lifecycle.ByDeadline, Officer: p.Officer.Account, NoticeNumber: fmt.Sprintf("工委督函〔%d〕%d号", year, n),
			NoticeOn: today().AddDays(-60), ReceivedOn: today().AddDays(-58), Due: today().AddDays(40),
		}}})
	}
	c := r.served(t, "new").Must(ctx, t, r.noteStep())
	require.Equal(t, fmt.Sprintf("工委督函〔%d〕42号", year), c.Notice.Number)
	r.sound(t)
}
