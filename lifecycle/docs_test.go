package lifecycle_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

const docsPath = "../docs/lifecycle.md"

// TestDocs: docs/lifecycle.md says what the code does. With -update it is
// written anew.
func TestDocs(t *testing.T) {
	t.Parallel()
	got := docs()
	if *update {
		require.NoError(t, os.WriteFile(docsPath, []byte(got), 0o600))
	}
	have, err := os.ReadFile(docsPath)
	require.NoError(t, err)
	require.Equal(t, got, string(have), "docs/lifecycle.md is out of date: go test ./lifecycle -run TestDocs -update")
}

func docs() string {
	var b strings.Builder
	b.WriteString(`# The life of a case · 事项的办理流程

This page is generated from package lifecycle by its tests, with the figures of
the default policy. Change the code, then run
` + "`go test ./lifecycle -run TestDocs -update`" + `. 本页由测试从代码生成，请勿手改。

A case follows one finding (问题) from its registration to the archive. It stands
in one stage (阶段) at a time; escalation (督办等级 L0–L5), objection (异议),
extension (延期), stay (中止计时), hand-over (工作交接) and measures (措施) run beside the
stage. Two things move it: a command (操作) of a person, and its own alarm (时限).

## Main line · 主线

`)
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range lifecycle.Stages() {
		fmt.Fprintf(&b, "    %s : %s %s\n", s, s.ZH(), s)
	}
	b.WriteString("    [*] --> draft : 登记\n")
	for _, line := range mainLine() {
		fmt.Fprintln(&b, "    "+line)
	}
	for _, s := range []lifecycle.Stage{lifecycle.Archived, lifecycle.Merged, lifecycle.Voided} {
		fmt.Fprintf(&b, "    %s --> [*]\n", s)
	}
	b.WriteString("```\n\n")
	b.WriteString(`Besides, an open case can be voided (撤销), transferred (移送) and taken back
(退回移送), and until it is being rectified merged into another (并案). A merged case
follows its parent, and stands again when the parent falls away.

## Stages · 阶段

| stage | 中文 | as the unit reads it · 单位所见 |
| --- | --- | --- |
`)
	for _, s := range lifecycle.Stages() {
		unit := lifecycle.Case{Stage: s, Served: true}.ForUnit().Stage.ZH()
		if slices.Contains([]lifecycle.Stage{lifecycle.Draft, lifecycle.Triage, lifecycle.NoticeDrafting, lifecycle.NoticeApproval}, s) {
			unit = "—（更正时：" + unit + "）"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s, s.ZH(), unit)
	}
	b.WriteString(`
## Commands · 操作

Who may run what from where. “=” means that the case stays where it is. 📄: an
officer may do it on the unit's behalf, with its dated paper and a scan of it
(纸质材料代办). Persons are kept apart as well as roles: nobody judges, signs,
decides or checks his own work.

| command | 中文 | who · 办理人 | from · 现阶段 | to · 去向 |
| --- | --- | --- | --- | --- |
`)
	for _, row := range lifecycle.TableRows() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", row.Kind, row.ZH, roles(row), stages(row.From), target(row))
	}
	b.WriteString(`
## What can be put right · 录入更正

Dates and results that a person enters, and how they are put right. ` + "`correct_entry`" + ` is
for whoever entered it until the next step was taken, and for another leader after it.

| command | field | put right · 更正方式 |
| --- | --- | --- |
`)
	for _, f := range lifecycle.FieldsEntered() {
		how := "`correct_entry`"
		if f.Of == "" {
			how = f.Instead.ZH + " · " + f.Instead.EN
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", f.Command, f.Field, how)
	}
	b.WriteString(`
## Alarms · 时限

Every open case has at least one running clock; its alarm is the earliest. WD
working days (工作日), D natural days (日), M months (月). The start day does not
count, an end on a day off rolls forward, and a deadline passes as its day ends.
Only the unit's clocks raise the level; the committee's own lateness never counts
against the unit.

| clock | 中文 | due · 期限 | reminders · 提醒 | then · 逾期后 | told · 提醒对象 | rings in · 所在阶段 |
| --- | --- | --- | --- | --- | --- | --- |
`)
	p := policy.Default()
	for _, name := range append(policy.ClockNames(), "measure", policy.ClockCorrection) {
		fmt.Fprintln(&b, clockRow(p, name))
	}
	b.WriteString("\n## The ladder · 督办等级\n\n| level | 中文 | working days after the due date · 逾期工作日 | measure · 措施 | order · 决定方式 |\n| --- | --- | --- | --- | --- |\n")
	for _, step := range p.Ladder {
		gate := "automatic 自动"
		if step.Gate == policy.GateApproval {
			gate = "proposed to a leader, the ladder goes on 报领导批准，不停梯次"
		}
		fmt.Fprintf(&b, "| %s | %s | +%d | %s | %s |\n", step.Level, step.Level.ZH(), step.After.N, step.Measure.ZH(), gate)
	}
	b.WriteString(`
A step is due at the later of its day and the day of the step before plus the
interval between the two, so an outage never walks anybody up the ladder in one
night. Accepting the report steps the level down. Second and later rounds start at
` + p.Rectification.LaterLevel.String() + `.

## Lateness · 逾期

Lateness is reckoned from the unit's main due date, in planning as in rectifying: who
lets it pass without a plan climbs the whole ladder, and only the plan's own lateness
ends at ` + p.Clock(policy.ClockPlan).MaxLevel.String() + `. The date is moved by the days of a stay, of an outage, of an answer the
committee owes, and of a review: while a report is read all of them, while a plan is
read those beyond the committee's own clock and every day after the due date. Days
given back are counted both as natural and as working days, and the later date holds. A
date that a leader grants is final, however late the answer is. A plan is due no later
than the rectification.

What comes back moves no due date. The unit has a time to correct it: ` + corrections(p) + `. While it runs the ladder holds and its days are not late ones; when it
ends the ladder goes on from where it stood. Return ` + fmt.Sprint(p.Rectification.ReturnsToLevel) + ` of a round raises the level to
at least ` + p.Rectification.ReturnsLevel.String() + `, each further one by one step. A report reports at least one measure as done.

A case that was in hand before (` + "`take_over_case`" + `) goes on with the earlier notice's
receipt and due date, and whoever was late by it is late. Nothing is made up for days
before the taking over: nobody is chased for them, and the ladder goes on from the level
entered, at its pace from that day on.

A date of another body that had come by the receipt holds, and the unit is late from
the receipt on, until a leader decides (` + "`decide_due`" + `) whether it or the date counted from the receipt
holds. The first period of a round, of which later rounds last half, counts the days
that a natural period rolled on to a working day. All stays of a case last ` + p.Stay.Max.String() + ` together, up
to ` + p.Stay.Together().String() + ` by leaders who granted none of them before. A correction of the notice for the same
unit keeps level and due date; the period is counted anew once, and a second correction
is another leader's.

## Bounds · 时限的上限

However a unit answers, the days from its receipt to ` + policy.L5.String() + ` are bounded, and a search finds
how many they can be made. The unit plans, reports, objects and asks for more time whenever
it gains by it. The committee answers each time on the last day of its clock and in
whatever way takes longest; it only never finds everything put right. Stays are a
leader's and do not count, nor do holidays, which come on top. The figures are those of the default policy.

| type · 类型 | a unit that does nothing · 不予理会 | the longest way · 最长 |
| --- | --- | --- |
` + boundsTable() + `
The longest way, by days after the receipt: ` + longestWay() + `.

No single account, whatever roles it holds and whatever part it took before, brings a case to its
closing, undoes an entry, or reads or draws anew the plan of a look-back: that too is searched.

## Talks and entries · 谈话与清单条目

A unit has one entry on a list in a year, and one open talk with each person who
answers for it; further cases join them. A talk is with who answered for the unit on
the day of its order, and stays with that person, whoever holds the post afterwards.
What a case had joined and lost, because the other case let it be or came to
nothing, is ordered anew in it, or joins what another case took over.

## Copies up the line · 抄送

Who reads along what goes to a unit, beside whom it is for, once its case has
reached a level. The policy lists it (` + "`copies`" + `); an empty list has nobody read along.

| from level · 自督办等级 | who · 抄送对象 |
| --- | --- |
`)
	for _, c := range p.Copied() {
		who := "the unit's " + c.Post
		if c.Role != "" {
			who = "the committee's `" + c.Role + "` " + lifecycle.Role(c.Role).ZH()
		}
		fmt.Fprintf(&b, "| %s %s | %s |\n", c.From, c.From.ZH(), who)
	}
	b.WriteString(`
## The negative lists · 负面清单

| list · 清单 | an entry ends by itself · 自动结束 |
| --- | --- |
`)
	for _, l := range policy.Lists() {
		fmt.Fprintf(&b, "| %s %s | %s |\n", l, l.ZH(), ends(p.Listing(l)))
	}
	b.WriteString(`
Before that, an entry is ended by two people: one proposes it with a reason, a
leader who is another decides. Correcting an entry, and what of it may be shown in
public, are recorded with a name and a reason too.

A listing that was waived stays, and so do a listing, a talk and a visit whose case fell
away. Another leader than who did that keeps or ends each, a listing by ` + "`settle`" + ` of its
entry, a talk or a visit by ` + "`settle_measure`" + `, within ` + p.Measures.Decision.String() + `; the leaders' daily mail names
what waits, and the committee's secretary reads of what is late.
`)
	return b.String()
}

// corrections says how long what comes back may take to correct.
func corrections(p *policy.Policy) string {
	var list []string
	for i, period := range p.Rectification.Correction {
		list = append(list, fmt.Sprintf("%s at return %d of a round", period, i+1))
	}
	return strings.Join(list, ", ") + ", none after"
}

func ends(l policy.Listing) string {
	switch l.Ends {
	case policy.EndsWithYear:
		return "with its year 当年年底"
	case policy.EndsAfter:
		return l.After.String() + " without a new entry of the unit 期间无新的列入"
	case policy.EndsByDecision:
		return "never: by decision only 不自动结束"
	default:
		return string(l.Ends)
	}
}

// mainLine lists the transitions of the diagram: those that commands make, but
// for the ones from almost everywhere, and the one that time makes.
func mainLine() []string {
	aside := []lifecycle.CommandKind{lifecycle.KindVoid, lifecycle.KindTransfer, lifecycle.KindTakeBack, lifecycle.KindMergeInto, lifecycle.KindDecideObjection, lifecycle.KindCorrectEntry}
	var list []string
	reached := walked().commands
	for _, row := range lifecycle.TableRows() {
		if slices.Contains(aside, row.Kind) {
			continue
		}
		for _, from := range row.From {
			for _, to := range row.To {
				really := slices.ContainsFunc(lifecycle.Roles(), func(r lifecycle.Role) bool {
					return reached[fmt.Sprintf("%s %s %s %s", row.Kind, r, from, to)]
				})
				if from != to && from != "" && really {
					list = append(list, fmt.Sprintf("%s --> %s : %s", from, to, row.ZH))
				}
			}
		}
	}
	return append(list, "closed --> archived : 销号后观察期满")
}

func roles(row lifecycle.TableRow) string {
	var list []string
	for _, r := range row.Who {
		list = append(list, r.ZH())
	}
	if row.Paper {
		list = append(list, "📄")
	}
	return strings.Join(list, "、")
}

func stages(list []lifecycle.Stage) string {
	var open []string
	for _, s := range list {
		if s == "" {
			return "—"
		}
		open = append(open, s.ZH())
	}
	var all []string
	for _, s := range lifecycle.Stages() {
		if !s.Settled() {
			all = append(all, s.ZH())
		}
	}
	switch {
	case len(open) == len(all):
		return "未办结的各阶段"
	case len(open) == len(all)-1 && !slices.Contains(open, lifecycle.Transferred.ZH()):
		return "未办结的各阶段（已移送除外）"
	}
	return strings.Join(open, "、")
}

func target(row lifecycle.TableRow) string {
	switch {
	case len(row.To) == 0, slices.Equal(row.From, row.To):
		return "="
	case row.Kind == lifecycle.KindTakeBack:
		return "移送前的阶段"
	case row.Kind == lifecycle.KindDecideObjection, row.Kind == lifecycle.KindCorrectEntry:
		return "= 或 " + stages(row.To)
	}
	return stages(row.To)
}

// clockNames are what people call the clocks.
var clockNames = map[policy.ClockName]string{
	policy.ClockDraft: "草稿", policy.ClockTriage: "研判", policy.ClockNoticeDrafting: "拟稿", policy.ClockNoticeApproval: "审签",
	policy.ClockReceipt: "签收", policy.ClockPlan: "报送方案", policy.ClockPlanReview: "方案审核", policy.ClockRectification: "整改",
	policy.ClockReportReview: "报告审核", policy.ClockLookBack: "回头看时段", policy.ClockDraw: "决定抽签", policy.ClockLookBackResult: "回头看结果",
	policy.ClockClosureApproval: "销号审批", policy.ClockCooling: "销号后观察期", policy.ClockCheckIn: "定期报告",
	policy.ClockSustainedReview: "持续整改年度研究", policy.ClockTransferReceipt: "移送回执", policy.ClockTransferStatus: "移送进展",
	policy.ClockObjection: "答复异议", policy.ClockExtension: "决定延期", policy.ClockStay: "中止计时", policy.ClockHandover: "接收工作交接",
	"measure": "措施", policy.ClockCorrection: "补正",
}

func clockRow(p *policy.Policy, name policy.ClockName) string {
	figures := p.Clock(name)
	within := figures.Within.String()
	var remind []string
	for _, r := range figures.Remind {
		remind = append(remind, "T-"+r.String())
	}
	then := figures.ThenEvery
	switch name { //nolint:exhaustive // the others have nothing but their figures
	case policy.ClockRectification:
		within = fmt.Sprintf("as noticed; 立行立改 %s, 限期 %s", p.Rectification.Immediate.Within, p.Rectification.ByDeadline.Within)
	case policy.ClockObjection:
		within = fmt.Sprintf("wrong unit 错送 %s, else %s", p.Objection.WrongUnitDecide, p.Objection.Decide)
	case policy.ClockStay:
		within = "its end date, at most " + p.Stay.Max.String()
	case policy.ClockLookBack:
		within = fmt.Sprintf("window %s–%s after acceptance", p.LookBack.Opens, figures.Within)
	case policy.ClockCorrection:
		within = strings.Join(strings.Fields(strings.Trim(fmt.Sprint(p.Rectification.Correction), "[]")), ", then ")
	case "measure":
		within = fmt.Sprintf("talk, visit, list %s; letter %s; 责成处理 %s; proposal %s", p.Measures.Kinds[policy.MeasureReminderTalk].Within,
			p.Measures.Kinds[policy.MeasureSupervisionLetter].Within, p.Measures.Kinds[policy.MeasurePartyGroupOrder].Within, p.Measures.Decision)
		then = p.Measures.ThenEvery
	default:
	}
	after := "ends 期满即止"
	if !then.IsZero() {
		after = "chase every " + then.String()
	}
	if figures.MaxLevel > policy.L0 {
		after += "; ladder to " + figures.MaxLevel.String()
	}
	first, later, where := ringsIn(name)
	if later != "" && later != first {
		first += " → " + later
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s |", name, clockNames[name], within, strings.Join(remind, ", "), after, first, where)
}

// ringsIn tells who was told of a clock in the walk, and in which stages.
func ringsIn(name policy.ClockName) (first, later, where string) {
	var in []lifecycle.Stage
	firsts, laters := map[string]bool{}, map[string]bool{}
	for _, s := range lifecycle.Stages() {
		for line := range walked().alarms {
			words := strings.Fields(line)
			if words[0] != string(s) || words[1] != string(name) {
				continue
			}
			if !slices.Contains(in, s) {
				in = append(in, s)
			}
			switch {
			case words[2] == string(lifecycle.StepLapse):
				firsts[zhOf(words[3:])] = true
			case words[2] == string(lifecycle.StepChase):
				laters[zhOf(words[3:])] = true
			}
		}
	}
	return joined(firsts), joined(laters), stages(in)
}

func joined(set map[string]bool) string {
	var list []string
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return strings.Join(list, "／")
}

func zhOf(names []string) string {
	other := map[string]string{"unit": "单位", "author": "登记人", "grantor": "批准人", "successor": "接任者", "-": "—"}
	list := make([]string, len(names))
	for i, name := range names {
		zh, ok := other[name]
		if !ok {
			zh = lifecycle.Role(name).ZH()
		}
		list[i] = zh
	}
	return strings.Join(list, "、")
}
