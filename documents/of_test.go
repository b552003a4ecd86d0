package documents_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
	"duban/lifecycle"
	"duban/policy"
)

// A played case is one that lives by the rules, without a record.
type played struct {
	t      *testing.T
	rules  lifecycle.Rules
	events []lifecycle.Event
	c      lifecycle.Case
	n      map[string]int
	posts  []documents.Post
}

func actor(account string, role lifecycle.Role, unit string) lifecycle.Actor {
	return lifecycle.Actor{Account: account, Name: account, Roles: []lifecycle.Role{role}, Unit: unit}
}

var (
	inspector = actor("inspector", lifecycle.Inspector, "")
	head      = actor("head", lifecycle.Head, "")
	officer   = actor("officer", lifecycle.Officer, "")
	signer    = actor("signer", lifecycle.Leader, "")
	leader    = actor("leader", lifecycle.Leader, "")
	other     = actor("other", lifecycle.Leader, "")
	lead      = actor("lead", lifecycle.LookBackLead, "")
	chief     = actor("secretary", lifecycle.UnitSecretary, "u1")
)

func play(t *testing.T) *played {
	t.Helper()
	known := lifecycle.Known{Units: map[string]bool{"u1": true}, Accounts: map[string]lifecycle.Actor{}}
	for _, a := range []lifecycle.Actor{inspector, head, officer, signer, leader, other, lead, chief} {
		known.Accounts[a.Account] = a
	}
	return &played{
		t: t, c: lifecycle.Case{ID: "c1"}, n: map[string]int{},
		rules: lifecycle.Rules{
			Policy: policy.Default(), PolicyVersion: 1, Calendar: calendar.Builtin(), CalendarVersion: 1, Timeline: calendar.Real(), Known: known,
			Candidates: []lifecycle.Candidate{{Account: lead.Account, Lead: true}, {Account: inspector.Account}},
		},
		posts: []documents.Post{{Kind: "党组书记", Holder: "王建国", Since: calendar.On(2020, 1, 1)}},
	}
}

func (p *played) take(events []lifecycle.Event) {
	for _, e := range events {
		if b, ok := e.Body.(lifecycle.Numbered); ok && b.Series() != "" {
			p.n[b.Series()]++
			b.Allot(p.n[b.Series()])
		}
		p.events = append(p.events, e)
		p.c = p.c.Apply(e)
	}
}

// until lets everything happen that falls due by the noon of a day.
func (p *played) until(on calendar.Date) time.Time {
	p.t.Helper()
	at := calendar.Real().At(on, 12*time.Hour)
	for range 1000 {
		events := lifecycle.DecideAlarm(p.c, at, p.rules)
		if len(events) == 0 {
			return at
		}
		p.take(events)
	}
	require.FailNow(p.t, "alarms without end")
	return at
}

// do has a command carried out at noon of the day.
func (p *played) do(on calendar.Date, who lifecycle.Actor, body lifecycle.CommandBody) {
	p.t.Helper()
	at := p.until(on)
	id := fmt.Sprintf("command-%d", len(p.events))
	events, err := lifecycle.Decide(p.c, nil, lifecycle.Command{ID: id, Actor: who, Body: body}, at, p.rules)
	require.NoError(p.t, err, "%T", body)
	p.take(events)
}

// served brings a case to its notice, and received to its receipt.
func (p *played) served() {
	p.t.Helper()
	p.do(day(time.March, 2), inspector, &lifecycle.OpenCase{
		Unit: "u1", Title: "组织生活制度落实不严格", Facts: "会议记录缺失。", FoundOn: day(time.March, 2), Method: "inspection", Category: "C03",
	})
	p.do(day(time.March, 3), inspector, &lifecycle.SubmitDraft{})
	p.do(day(time.March, 4), head, &lifecycle.AcceptFinding{
		Category: "C03", Dimension: "D4", Severity: "minor", Basis: "责任清单第3项", RootCause: "R2", Type: lifecycle.Immediate, Officer: officer.Account,
	})
	p.notice(day(time.March, 5), "请整改到位并书面报告。")
}

func (p *played) notice(on calendar.Date, text string) {
	p.t.Helper()
	p.do(on, officer, &lifecycle.SubmitNotice{Text: text})
	p.do(on, signer, &lifecycle.ApproveNotice{})
}

func (p *played) received() {
	p.t.Helper()
	p.served()
	p.do(day(time.March, 6), chief, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
}

func (p *played) source(unit bool) documents.Source {
	return documents.Source{
		Office: office(), Unit: "市档案局", Posts: p.posts, Events: p.events, Policy: p.rules.Policy, Calendar: p.rules.Calendar, ForUnit: unit,
	}
}

// says is the text of a document, as the unit gets it when it may.
func (p *played) says(kind documents.Kind) string {
	p.t.Helper()
	staff, err := documents.Of(kind, p.source(false))
	require.NoError(p.t, err, kind)
	official(p.t, string(kind)+", perhaps a draft", lines(p.t, staff.Bytes))
	_, text := parts(p.t, staff.Bytes)
	return text["word/document.xml"]
}

// not is the code by which a document is refused to staff.
func (p *played) not(kind documents.Kind) string {
	p.t.Helper()
	_, err := documents.Of(kind, p.source(false))
	var yet *documents.NotYetError
	require.ErrorAs(p.t, err, &yet, kind)
	return yet.Code
}

func (p *played) hidden(kind documents.Kind) bool {
	p.t.Helper()
	_, err := documents.Of(kind, p.source(true))
	if err == nil {
		return false
	}
	require.ErrorAs(p.t, err, new(documents.HiddenError), kind)
	return true
}

// issued names the papers that went out, in order.
func (p *played) issued() (names []string, all []documents.Sent) {
	p.t.Helper()
	all, err := documents.SentOf(p.source(false), documents.Of)
	require.NoError(p.t, err)
	for _, one := range all {
		require.Empty(p.t, one.Lacks)
		official(p.t, one.Name, lines(p.t, one.Bytes))
		names = append(names, one.Name)
	}
	return names, all
}

// F8: the closure goes to the unit on the day of the approval and not before; the
// second round is named.
func TestClosureNotice(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.received()
	report := &lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: "已整改", Evidence: []string{"会议记录"}}}}
	lookBack := func(on calendar.Date, result lifecycle.Result) {
		on = p.rules.Calendar.Roll(on).Date
		persons := []string{lead.Account, inspector.Account}
		p.do(on, leader, &lifecycle.AnnounceLookBack{On: on, Persons: persons, Reason: "统一安排"})
		p.do(on, lead, &lifecycle.RecordArrival{On: on, Persons: persons})
		b := &lifecycle.RecordLookBack{Result: result, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: result == lifecycle.InPlace, Account: "查阅记录"}}, Evidence: []string{"照片"}}
		if result != lifecycle.InPlace {
			b.Feedback = "整改不到位，请再次整改。"
		}
		p.do(on, lead, b)
	}
	p.do(day(time.March, 10), chief, report)
	p.do(day(time.March, 11), officer, &lifecycle.AcceptReport{})
	lookBack(p.c.AcceptedOn.AddMonths(5), lifecycle.NotInPlace)
	failed := p.events[len(p.events)-1].Legal
	require.Contains(t, p.says(documents.KindNotice), "整改不到位，请再次整改。", "who signs reads the draft")
	names, _ := p.issued()
	require.Equal(t, []string{"反馈意见（第1版）", "签收确认"}, names, "nothing left that nobody signed")
	p.do(failed, leader, &lifecycle.ApproveNotice{})
	again := p.says(documents.KindNotice)
	require.Contains(t, again, "整改不到位，请再次整改。", "a failed look-back gives notice once more")
	require.Contains(t, again, dateZH(failed)+"，结果为未到位。", "with its day and its result")
	require.Contains(t, again, "1.组织生活制度落实不严格：未到位。查阅记录。")
	p.do(failed.AddDays(1), chief, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	p.do(failed.AddDays(2), chief, report)
	p.do(failed.AddDays(3), officer, &lifecycle.AcceptReport{})
	lookBack(p.c.AcceptedOn.AddMonths(5), lifecycle.InPlace)
	require.Equal(t, "not_closed", p.not(documents.KindClosing))
	require.True(t, p.hidden(documents.KindClosing))
	on := p.events[len(p.events)-1].Legal.AddDays(1)
	p.do(on, leader, &lifecycle.ApproveClosure{})
	text := p.says(documents.KindClosing)
	require.Contains(t, text, "经第二轮整改，")
	require.Contains(t, text, fmt.Sprintf("%d年%d月%d日", on.Year(), int(on.Month()), on.Day()))
	require.False(t, p.hidden(documents.KindClosing))
	names, _ = p.issued()
	require.Equal(t, []string{"反馈意见（第1版）", "签收确认", "反馈意见（第2版）", "签收确认", "销号通知"}, names)
}

// F9: an objection that is upheld withdraws the notice with its reasons; one upheld
// in part gives notice anew; one rejected sends nothing.
func TestObjections(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[lifecycle.Outcome]struct {
		kind  documents.Kind
		says  string
		names []string
	}{
		lifecycle.Upheld:   {documents.KindWithdrawal, "你单位提出异议。经审查，异议成立，决定撤销该事项。", []string{"反馈意见（第1版）", "签收确认", "撤销通知"}},
		lifecycle.Partly:   {documents.KindNotice, "更正后的要求。", []string{"反馈意见（第1版）", "签收确认", "反馈意见（第2版）"}},
		lifecycle.Rejected: {documents.KindNotice, "请整改到位并书面报告。", []string{"反馈意见（第1版）", "签收确认"}},
	} {
		p := play(t)
		p.received()
		p.do(day(time.March, 10), chief, &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "记录已移交。"})
		require.Equal(t, "not_voided", p.not(documents.KindWithdrawal))
		decision := &lifecycle.DecideObjection{Outcome: outcome, Reasons: "经核对记录"}
		if outcome == lifecycle.Partly {
			decision.Text, decision.Facts = "更正后的要求。", "经核对，仅缺一次签到。"
		}
		p.do(day(time.March, 12), other, decision)
		require.Contains(t, p.says(want.kind), want.says, outcome)
		require.Equal(t, outcome != lifecycle.Upheld, p.hidden(documents.KindWithdrawal), outcome)
		if outcome == lifecycle.Partly {
			require.Contains(t, p.says(want.kind), "经核对，仅缺一次签到。", "the contested facts do not go out again")
		}
		if outcome == lifecycle.Upheld {
			require.Contains(t, p.says(want.kind), "经核对记录。")
		}
		names, _ := p.issued()
		require.Equal(t, want.names, names, outcome)
	}
}

// A notice that is taken back to be corrected is there for nobody until the next is
// drafted, and for the unit until it is signed; the next says that it replaces it.
// What went out before stays among the papers as it was.
func TestCorrections(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.served()
	before, err := documents.Of(documents.KindNotice, p.source(true))
	require.NoError(t, err)
	p.do(day(time.March, 9), leader, &lifecycle.CorrectNotice{Reason: "事实有误"})
	require.Equal(t, "notice_withdrawn", p.not(documents.KindNotice))
	require.True(t, p.hidden(documents.KindNotice))
	p.do(day(time.March, 10), officer, &lifecycle.SubmitNotice{Text: "更正后的要求。"})
	require.Contains(t, p.says(documents.KindNotice), "送审稿")
	require.True(t, p.hidden(documents.KindNotice), "a draft is not the unit's")
	p.do(day(time.March, 10), signer, &lifecycle.ApproveNotice{})
	require.False(t, p.hidden(documents.KindNotice))
	text := p.says(documents.KindNotice)
	require.Contains(t, text, "自本件送达之日起停止执行，以本件为准。")
	require.Contains(t, text, "更正后的要求。")
	names, all := p.issued()
	require.Equal(t, []string{"反馈意见（第1版）", "反馈意见（第2版）"}, names)
	require.Equal(t, before.Bytes, all[0].Bytes, "what went out stays as it was")
	require.NotEqual(t, all[0].Number, all[1].Number)
}

// F4: a notice stays with who held the post on its day; what goes out later goes to
// the successor.
func TestPostsOfTheDay(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.posts = []documents.Post{
		{Kind: "机关党委书记", Holder: "赵六", Since: calendar.On(2020, 1, 1)},
		{Kind: "党组书记", Holder: "王建国", Since: calendar.On(2020, 1, 1), Until: day(time.March, 8)},
		{Kind: "党组书记", Holder: "陈新", Since: day(time.March, 9)},
	}
	p.received()
	p.do(day(time.March, 10), leader, &lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: "进展缓慢"})
	p.do(day(time.March, 11), officer, &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: day(time.March, 11), Number: "工委督办〔2026〕1号"}})
	for kind, holder := range map[documents.Kind]string{documents.KindNotice: "王建国", documents.KindReceipt: "王建国", documents.KindLetter: "陈新"} {
		text := p.says(kind)
		require.Contains(t, text, "市档案局党组书记"+holder+"同志：", kind)
		require.NotContains(t, text, "赵六", "a lower post is addressed only where the higher is vacant")
	}
	p.posts = p.posts[:1]
	require.Contains(t, p.says(documents.KindNotice), "市档案局机关党委书记赵六同志：")
	p.posts = nil
	require.Contains(t, p.says(documents.KindNotice), "市档案局党组（党委）书记：")
}

// Domain E2: whom a paper is addressed to and who reads the unit's letters is one
// person, whichever posts are held and whichever are vacant; a contact reads what
// is addressed to the office.
func TestAddresseeReadsTheLetter(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.served()
	kinds := []string{"联络员", "党支部书记", "党组书记", "专职副书记", "机关党委书记"}
	addressed := map[string]int{}
	for held := range 1 << len(kinds) {
		p.posts = nil
		var holders []lifecycle.Holder
		for i, kind := range kinds {
			term := documents.Post{Kind: kind, Holder: "任" + kind, Since: calendar.On(2020, 1, 1)}
			if held&(1<<i) == 0 { // whoever held it is gone
				term.Until = day(time.March, 4)
			} else {
				holders = append(holders, lifecycle.Holder{Post: kind, Account: term.Holder})
			}
			p.posts = append(p.posts, term)
		}
		file, err := documents.Of(documents.KindNotice, p.source(false))
		require.NoError(t, err)
		addressed[file.To.Post]++
		readers := lifecycle.UnitReaders(holders, nil, nil, policy.L0, policy.Default().Copied())
		switch {
		case len(holders) == 0:
			require.Empty(t, readers)
			require.Empty(t, file.To.Holder)
		case file.To.Holder == "":
			require.Equal(t, []lifecycle.Reader{{Account: "任联络员", Way: lifecycle.WayContact}}, readers)
		default:
			require.Len(t, readers, 1)
			require.Equal(t, file.To.Holder, readers[0].Account, p.posts)
			require.Equal(t, file.To.Post != "党组书记", readers[0].Way == lifecycle.WayActing, p.posts)
		}
	}
	require.Equal(t, map[string]int{"党组书记": 16, "机关党委书记": 8, "专职副书记": 4, "党支部书记": 2, "": 2}, addressed)
	// One without an account holds the post all the same; the next only reads.
	p.posts = []documents.Post{{Kind: "党组书记", Holder: "王建国", Since: calendar.On(2020, 1, 1)}, {Kind: "专职副书记", Holder: "赵六", Since: calendar.On(2020, 1, 1)}}
	file, err := documents.Of(documents.KindNotice, p.source(false))
	require.NoError(t, err)
	require.Equal(t, "王建国", file.To.Holder)
	require.Equal(t, []lifecycle.Reader{{Account: "赵六", Way: lifecycle.WayActing}},
		lifecycle.UnitReaders([]lifecycle.Holder{{Post: "党组书记"}, {Post: "专职副书记", Account: "赵六"}}, nil, nil, policy.L0, policy.Default().Copied()))
}

// F6: a supervision letter that the ladder orders says what was missed and when, is
// a draft and nothing to the unit until it is numbered, and each letter keeps its
// own number.
func TestLetterOfTheLadder(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.received()
	due := p.c.Clocks[0].Due
	for _, k := range p.c.Clocks {
		if k.Name == policy.ClockRectification {
			due = k.Due
		}
	}
	require.Equal(t, "no_supervision_letter", p.not(documents.KindLetter))
	on, no := due, 0
	for range 60 {
		on = on.AddDays(1)
		p.until(on)
		for _, m := range p.c.Measures {
			if m.Kind == policy.MeasureSupervisionLetter && m.Status == lifecycle.Ordered {
				no = m.No
			}
		}
		if no > 0 {
			break
		}
	}
	require.Positive(t, no, "the ladder orders a letter")
	text := p.says(documents.KindLetter)
	require.Contains(t, text, "送审稿")
	require.Contains(t, text, fmt.Sprintf("整改期限于%d年%d月%d日届满，已逾期5个工作日仍未报送整改报告。经研究，现予督办。", due.Year(), int(due.Month()), due.Day()))
	require.Regexp(t, `请于\d+年\d+月\d+日前（含当日）报送整改报告。`, text)
	require.NotRegexp(t, `L[0-5]`, text, "no paper says a code")
	require.True(t, p.hidden(documents.KindLetter))
	names, _ := p.issued()
	require.NotContains(t, names, "督办函", "it has not gone out")
	p.do(on, officer, &lifecycle.RecordMeasure{No: no, MeasureRecord: lifecycle.MeasureRecord{On: on, Number: "工委督办〔2026〕1号", Requirements: "三日内报告。"}})
	require.False(t, p.hidden(documents.KindLetter))
	p.do(on.AddDays(1), leader, &lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: "仍无进展"})
	next := p.c.Measures[len(p.c.Measures)-1].No
	p.do(on.AddDays(2), officer, &lifecycle.RecordMeasure{No: next, MeasureRecord: lifecycle.MeasureRecord{On: on.AddDays(2), Number: "工委督办〔2026〕2号"}})
	_, all := p.issued()
	var letters []string
	for _, one := range all {
		if one.Kind == documents.KindLetter {
			_, text := parts(t, one.Bytes)
			require.Contains(t, text["word/document.xml"], one.Number)
			require.Equal(t, strings.HasSuffix(one.Number, "1号"), strings.Contains(text["word/document.xml"], "三日内报告。"))
			letters = append(letters, one.Number)
		}
	}
	require.Equal(t, []string{"工委督办〔2026〕1号", "工委督办〔2026〕2号"}, letters)
}

// The notice of a talk is for whom the talk is ordered with, also where the unit has
// passed on to one for which another answers.
func TestTalkIsWithItsSubject(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.received()
	p.rules.Holders = []lifecycle.PostHeld{{Post: "党组书记", Person: "王建国", Since: calendar.On(2020, 1, 1)}}
	p.do(day(time.March, 10), leader, &lifecycle.OrderMeasure{
		Measure: policy.MeasureReminderTalk, Basis: "甲依据", Talk: &lifecycle.Appointment{On: day(time.March, 16), Time: "15:00", Place: "205室"},
	})
	p.posts = []documents.Post{{Kind: "党组书记", Holder: "陈新", Since: calendar.On(2020, 1, 1)}}
	file, err := documents.Of(documents.KindTalk, p.source(false))
	require.NoError(t, err)
	require.Equal(t, documents.Addressee{Unit: "市档案局", Post: "党组书记", Holder: "王建国"}, file.To)
	require.Contains(t, p.says(documents.KindTalk), "王建国")
}

// The notice of a talk says what was arranged, and there is none before a leader has
// arranged it; to the unit it is what was kept, or nothing.
func TestTalkIsArranged(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.received()
	p.do(day(time.March, 10), leader, &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "甲依据"})
	_, err := documents.Of(documents.KindTalk, p.source(false))
	var yet *documents.NotYetError
	require.ErrorAs(t, err, &yet)
	require.Equal(t, "talk_not_fixed", yet.Code)
	names, _ := p.issued()
	require.Equal(t, []string{"反馈意见（第1版）", "签收确认"}, names)
	p.do(day(time.March, 12), leader, &lifecycle.FixTalk{No: 1, Talk: lifecycle.Appointment{On: day(time.March, 16), Time: "15:00", Place: "205室"}})
	says := p.says(documents.KindTalk)
	require.Contains(t, says, "谈话时间：2026年3月16日下午3时。地点：205室。")
	require.Contains(t, says, "2026年3月12日", "the paper is of the day on which it left")
	require.True(t, p.hidden(documents.KindTalk))
	names, _ = p.issued()
	require.Equal(t, []string{"反馈意见（第1版）", "签收确认", "提醒谈话通知"}, names)
}
