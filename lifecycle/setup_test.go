package lifecycle_test

import (
	"encoding/json"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// The people and units of the tests. Each person holds one role, so that a
// command that succeeds says which role may run it.
var people = func() map[string]lifecycle.Actor {
	all := []lifecycle.Actor{
		{Account: "author", Name: "登记人", Roles: []lifecycle.Role{lifecycle.Inspector}},
		{Account: "officer", Name: "经办人甲", Roles: []lifecycle.Role{lifecycle.Officer}},
		{Account: "officer2", Name: "经办人乙", Roles: []lifecycle.Role{lifecycle.Officer}},
		{Account: "head", Name: "处长", Roles: []lifecycle.Role{lifecycle.Head}},
		{Account: "leader", Name: "副书记甲", Roles: []lifecycle.Role{lifecycle.Leader}},
		{Account: "leader2", Name: "副书记乙", Roles: []lifecycle.Role{lifecycle.Leader}},
		{Account: "leader3", Name: "书记", Roles: []lifecycle.Role{lifecycle.Leader}},
		{Account: "lead", Name: "组长", Roles: []lifecycle.Role{lifecycle.LookBackLead}},
		{Account: "manager", Name: "管理员", Roles: []lifecycle.Role{lifecycle.Manager}},
		{Account: "auditor", Name: "审计员", Roles: []lifecycle.Role{lifecycle.Auditor}},
		{Account: "admin", Name: "系统管理员", Roles: []lifecycle.Role{lifecycle.Admin}},
		{Account: "secretary", Name: "单位书记", Roles: []lifecycle.Role{lifecycle.UnitSecretary}, Unit: "u1"},
		{Account: "successor", Name: "接任书记", Roles: []lifecycle.Role{lifecycle.UnitSecretary}, Unit: "u1"},
		{Account: "contact", Name: "联络员", Roles: []lifecycle.Role{lifecycle.UnitContact}, Unit: "u1"},
		{Account: "secretary2", Name: "另一单位书记", Roles: []lifecycle.Role{lifecycle.UnitSecretary}, Unit: "u2"},
		{Account: "contact2", Name: "另一单位联络员", Roles: []lifecycle.Role{lifecycle.UnitContact}, Unit: "u2"},
	}
	m := map[string]lifecycle.Actor{}
	for _, a := range all {
		m[a.Account] = a
	}
	return m
}()

func defaultRules() lifecycle.Rules {
	p := policy.Default()
	return lifecycle.Rules{
		Policy: p, PolicyVersion: 1, Calendar: calendar.Builtin(), CalendarVersion: 1, Timeline: calendar.Real(),
		Candidates: []lifecycle.Candidate{{Account: "lead", Lead: true}, {Account: "author"}, {Account: "leader3"}, {Account: "everything", Lead: true}, {Account: "second"}, {Account: "first", Lead: true}, {Account: "reviewer", Lead: true}},
		Known:      lifecycle.Known{Units: map[string]bool{"u1": true, "u2": true}, Accounts: people, Evidence: map[string]bool{"scan": true}, Posts: []lifecycle.PostHeld{{Post: "党组书记", Person: "张三", Since: day("2020-01-01")}}},
	}
}

// day reads a date, and noon its middle in legal time.
func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func noon(d calendar.Date) time.Time { return calendar.Real().At(d, 12*time.Hour) }

// apply folds events into the case they belong to, through their stored form,
// and returns it.
func apply(t require.TestingT, c lifecycle.Case, events []lifecycle.Event) lifecycle.Case {
	for _, e := range events {
		if e.Case == c.ID {
			c = c.Apply(storedEvent(t, e))
		}
	}
	return c
}

// stored is an event written and read back.
func storedEvent(t require.TestingT, e lifecycle.Event) lifecycle.Event {
	content, err := e.Content()
	require.NoError(t, err)
	back := e
	back.Stage, back.Level, back.Clocks, back.Visible, back.Body = "", nil, nil, false, nil
	back, err = back.WithContent(content)
	require.NoError(t, err)
	return back
}

func asJSON(t require.TestingT, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		require.NoError(t, err)
	}
	return string(text)
}

// allot does what the record does with numbered events.
func allot(events []lifecycle.Event) {
	for i, e := range events {
		if b, ok := e.Body.(lifecycle.Numbered); ok && b.Series() != "" {
			b.Allot(i + 1)
		}
	}
}

// catchUp applies every alarm due by at, as the record does before a command.
func catchUp(t require.TestingT, c lifecycle.Case, at time.Time, r lifecycle.Rules) lifecycle.Case {
	for range 1000 {
		events := lifecycle.DecideAlarm(c, at, r)
		if len(events) == 0 {
			return c
		}
		c = apply(t, c, events)
	}
	require.FailNow(t, "a chain of catch-ups does not end", "%s: %s", c.Stage, asJSON(t, c.Clocks))
	return c
}

func decodeCase(c lifecycle.Case) (lifecycle.Case, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return lifecycle.Case{}, err
	}
	var back lifecycle.Case
	err = json.Unmarshal(text, &back)
	return back, err
}

func clockNo(c lifecycle.Case, name policy.ClockName, measure int) (lifecycle.Clock, bool) {
	for _, k := range c.Clocks {
		if k.Name == name && k.Measure == measure {
			return k, true
		}
	}
	return lifecycle.Clock{}, false
}
