package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// Domain E2: what goes to a unit goes to its secretary; while the post is vacant
// to the next in the order, and last to whoever is the contact.
func TestWhoReadsForAUnit(t *testing.T) {
	t.Parallel()
	holds := func(pairs ...string) (list []lifecycle.Holder) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, lifecycle.Holder{Post: pairs[i], Account: pairs[i+1]})
		}
		return list
	}
	reader := func(account string, way lifecycle.Way) lifecycle.Reader {
		return lifecycle.Reader{Account: account, Way: way}
	}
	copies := policy.Default().Copied()
	all := holds("专职副书记", "deputy", "党支部书记", "branch", "党组书记", "secretary", "机关党委书记", "organ", "联络员", "contact")
	for name, c := range map[string]struct {
		holders     []lifecycle.Holder
		secretaries []string
		contacts    []string
		level       policy.Level
		want        []lifecycle.Reader
	}{
		"secretary":              {holders: all, want: []lifecycle.Reader{reader("secretary", lifecycle.WayHolder)}},
		"copy from L2 on":        {holders: all, level: policy.L2, want: []lifecycle.Reader{reader("secretary", lifecycle.WayHolder), reader("organ", lifecycle.WayCopy)}},
		"no copy at L1":          {holders: all, level: policy.L1, want: []lifecycle.Reader{reader("secretary", lifecycle.WayHolder)}},
		"vacant":                 {holders: holds("专职副书记", "deputy", "机关党委书记", "organ"), want: []lifecycle.Reader{reader("organ", lifecycle.WayActing)}},
		"no second copy":         {holders: holds("机关党委书记", "organ"), level: policy.L4, want: []lifecycle.Reader{reader("organ", lifecycle.WayActing)}},
		"holder without account": {holders: holds("党组书记", "", "党支部书记", "branch"), want: []lifecycle.Reader{reader("branch", lifecycle.WayActing)}},
		"no posts":               {secretaries: []string{"s1", "s2"}, contacts: []string{"c"}, want: []lifecycle.Reader{reader("s1", lifecycle.WayHolder)}},
		"contact by post":        {holders: holds("联络员", "contact"), contacts: []string{"c"}, want: []lifecycle.Reader{reader("contact", lifecycle.WayContact)}},
		"contact by role":        {contacts: []string{"c"}, want: []lifecycle.Reader{reader("c", lifecycle.WayContact)}},
		"nobody":                 {holders: holds("党组书记", "")},
	} {
		require.Equal(t, c.want, lifecycle.UnitReaders(c.holders, c.secretaries, c.contacts, c.level, copies), name)
	}
	require.Empty(t, lifecycle.CopyRoles(policy.L2, copies))
	require.Equal(t, []lifecycle.Role{lifecycle.Head}, lifecycle.CopyRoles(policy.L3, copies))
	for _, role := range policy.CopyRoles() {
		require.Contains(t, lifecycle.Roles(), lifecycle.Role(role))
	}
}

// A substitute's substitute reads, and a ring of them leads back.
func TestWhoStandsIn(t *testing.T) {
	t.Parallel()
	in := map[string]string{"a": "b", "b": "c", "x": "y", "y": "x"}
	require.Equal(t, "c", lifecycle.StandIn("a", in))
	require.Equal(t, "c", lifecycle.StandIn("c", in))
	require.Equal(t, "x", lifecycle.StandIn("x", in))
}

// A digest names the most urgent first, each thing once, with its lateness in
// working days, and counts what does not fit.
func TestADigestIsOrderedByUrgency(t *testing.T) {
	t.Parallel()
	on := calendar.On(2026, time.March, 2)
	late := lifecycle.DigestLine{Number: "督〔2026〕0001", Title: "甲", Clock: policy.ClockPlan, Due: on.AddDays(-5), Overdue: true, Late: 3}
	grave := lifecycle.DigestLine{Number: "督〔2026〕0002", Title: "乙", Clock: policy.ClockPlan, Due: on.AddDays(-1), Overdue: true, Level: policy.L2, Copy: true}
	soon := lifecycle.DigestLine{Number: "督〔2026〕0003", Title: "丙", Clock: policy.ClockPlan, Due: on.AddDays(2)}
	subject, text, err := defaultRules().Digest([]lifecycle.DigestLine{soon, late, late, grave}, lifecycle.Figures{}, on)
	require.NoError(t, err)
	require.Equal(t, "督办提醒（2026-03-02）：待办3项，其中逾期2项", subject)
	plan := policy.ClockPlan.ZH()
	require.Equal(t, "请抓紧办理下列事项：\n"+
		"1. 督〔2026〕0002 乙："+plan+"，期限2026-03-01，已逾期，督办等级：督办函（抄送）\n"+
		"2. 督〔2026〕0001 甲："+plan+"，期限2026-02-25，已逾期3个工作日\n"+
		"3. 督〔2026〕0003 丙："+plan+"，期限2026-03-04\n"+
		"已办结的请忽略。", text)
	many := make([]lifecycle.DigestLine, 130)
	for i := range many {
		many[i] = soon
		many[i].Due = on.AddDays(i)
	}
	_, text, err = defaultRules().Digest(many, lifecycle.Figures{}, on)
	require.NoError(t, err)
	require.Contains(t, text, "另有30项")
	require.NotContains(t, text, "督办情况")
	subject, text, err = defaultRules().GroupDigest(map[policy.Level]int{policy.L0: 2, policy.L3: 1}, on)
	require.NoError(t, err)
	require.Equal(t, "督办提醒（2026-03-02）：逾期事项3件", subject)
	require.Equal(t, "按督办等级：现场督导1件，提醒2件。\n请登录系统查看并办理。", text)
}
