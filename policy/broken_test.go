package policy_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/policy"
)

// A brokenFile is the default policy with one passage replaced, and the error
// that must name the place.
type brokenFile struct {
	name     string
	old, new string
	// below is how many lines under the beginning of the passage the error is.
	below  int
	field  string
	reason string
	// also are the fields of further errors that must be reported.
	also []string
}

// text returns the file; "" as the old passage stands for all of it.
func (b brokenFile) text(t testing.TB) string {
	t.Helper()
	if b.old == "" {
		return b.new
	}
	text := string(policy.DefaultText())
	require.Equal(t, 1, strings.Count(text, b.old), "%s: the passage must be there once: %q", b.name, b.old)
	return strings.Replace(text, b.old, b.new, 1)
}

func (b brokenFile) line() int {
	before, _, _ := strings.Cut(string(policy.DefaultText()), b.old)
	return strings.Count(before, "\n") + 1 + b.below
}

const (
	timeBlock  = "time:\n  day_length: 24h\n  papers_leave_at: 8h30m\n  spread_from: 2m\n  spread_to: 30m\n  outage_from: 15m\n  outage_before: 2h\n  source: assumed\n"
	draftLine  = "  draft: {within: 10WD, then_every: 5WD, source: assumed}\n"
	stepL2     = "  - {level: L2, after: 5WD, measure: supervision_letter, gate: automatic, source: assumed}\n"
	letterLine = "    supervision_letter: {within: 3WD, source: assumed}\n"
	ruleDues   = "{matter: M0302, measure: reminder_talk,"
	planClock  = "plan: {within: 30D, remind: [5WD, 1WD], then_every: 3WD, max_level: L2,"
	stayClock  = "stay: {source:"
	checkIn    = "check_in: {within: 3M, remind: [5WD, 1WD], then_every: 3WD, max_level: L2,"
)

func broken() []brokenFile {
	return []brokenFile{
		// The form of the file.
		{name: "empty", new: "", field: "", reason: "the file is empty"},
		{name: "only comments", new: "# a policy\n", field: "", reason: "the file is empty"},
		{name: "only an end", new: "---\n", field: "", reason: "the file is empty"},
		{name: "a list", new: "- a\n- b\n", field: "", reason: "expected fields (name: value), got a list"},
		{name: "a text", new: "policy\n", field: "", reason: `expected fields (name: value), got "policy"`},
		{name: "unclosed brace", old: "draft: {within: 10WD, then_every: 5WD, source: assumed}", new: "draft: {within: 10WD, then_every: 5WD, source: assumed", below: 1, reason: "not YAML: did not find expected ',' or '}'"},
		{name: "tab", old: "  spread_to: 30m", new: "\tspread_to: 30m", reason: "not YAML: found a tab character"},
		{name: "two colons", old: "name: 市直", new: "name: a: 市直", reason: "not YAML: mapping values are not allowed"},
		{name: "unknown alias", old: "extension: {ask_before: 3WD", new: "extension: {ask_before: *three", reason: "not YAML: unknown anchor"},
		{name: "two documents", old: "codes:\n", new: "---\ncodes:\n", reason: "expected one document"},
		{name: "not UTF-8", old: "en: minor}", new: "en: min\xd6r}", reason: "expected UTF-8"},
		{name: "invisible character", old: "en: minor}", new: "en: min\x01or}", reason: "invisible character U+0001"},
		{name: "byte order mark inside", old: "en: minor}", new: "en: min\ufeffor}", reason: "invisible character U+FEFF"},
		{name: "YAML's own line break", old: "en: minor}", new: "en: min\u2028or}", reason: "invisible character U+2028"},
		{name: "anchor", old: "stay: {max: 60D", new: "stay: {max: &max 60D", field: "stay.max", reason: "anchors (&) and aliases (*) are not allowed"},
		{name: "alias", old: "papers_leave_at: 8h30m\n  spread_from: 2m", new: "papers_leave_at: &x 2m\n  spread_from: *x", field: "time.papers_leave_at", reason: "anchors (&)", also: []string{"time.spread_from"}},
		{name: "merge key", old: stayClock, new: "stay: {<<: {max_level: L1}, source:", field: "clocks.stay", reason: `expected the name of a field, got "<<"`},
		{name: "tag", old: "stay: {max: 60D", new: "stay: {max: !!str 60D", field: "stay.max", reason: "tags (!) are not allowed"},
		{name: "key that is no name", old: "codes:\n", new: "12: x\ncodes:\n", field: "", reason: `expected the name of a field, got "12"`},

		// Fields.
		{name: "unknown field", old: "  spread_to: 30m", new: "  spread_to: 30m\n  spraed: 1m", below: 1, field: "time.spraed", reason: "unknown field: expected one of day_length, papers_leave_at"},
		{name: "unknown section", old: "codes:\n", new: "colour: red\ncodes:\n", field: "colour", reason: "unknown field: expected one of name, time"},
		{name: "missing field", old: "  outage_from: 15m\n", new: "", below: -5, field: "time.outage_from", reason: "missing"},
		{name: "missing section", old: timeBlock, new: "", below: -2, field: "time", reason: "missing"},
		{name: "missing source", old: "impossible_to_leader: 3, source: 特种设备安全监督检查办法第十九条（二人以上，参照）；时段与时刻 assumed", new: "impossible_to_leader: 3", field: "look_back.source", reason: "missing"},
		{name: "empty source", old: "handover: {within: 5WD, then_every: 3WD, source: assumed}", new: "handover: {within: 5WD, then_every: 3WD, source: }", field: "clocks.handover.source", reason: "expected text, got nothing"},
		{name: "blank source", old: "handover: {within: 5WD, then_every: 3WD, source: assumed}", new: `handover: {within: 5WD, then_every: 3WD, source: "  "}`, field: "clocks.handover.source", reason: "expected text, got nothing"},
		{name: "number for text", old: "en: minor}", new: "en: 5}", field: "codes.severities[0].en", reason: `expected text, got "5": put it in quotes`},
		{name: "date for text", old: "en: minor}", new: "en: 2026-01-01}", field: "codes.severities[0].en", reason: "put it in quotes"},
		{name: "list for text", old: "en: minor}", new: "en: [minor]}", field: "codes.severities[0].en", reason: "expected text, got a list"},
		{name: "text for number", old: "per_round: 1", new: "per_round: once", field: "extension.per_round", reason: `expected a whole number, got "once"`},
		{name: "quoted number", old: "per_round: 1", new: `per_round: "1"`, field: "extension.per_round", reason: "expected a whole number"},
		{name: "octal number", old: "per_round: 1", new: "per_round: 01", field: "extension.per_round", reason: "expected a whole number"},
		{name: "fraction", old: "min_persons: 2", new: "min_persons: 2.5", field: "look_back.min_persons", reason: "expected a whole number"},
		{name: "huge number", old: "min_persons: 2", new: "min_persons: 99999999999", field: "look_back.min_persons", reason: "expected a whole number"},
		{name: "text for a list", old: "remind: [10WD, 5WD, 1WD]", new: "remind: 10WD", field: "clocks.rectification.remind", reason: `expected a list, got "10WD"`},
		{name: "list for fields", old: "stay: {max: 60D, in_all: 180D, source: assumed}", new: "stay: [60D]", field: "stay", reason: "expected fields (name: value), got a list"},
		{name: "nothing for fields", old: timeBlock, new: "time:\n", field: "time", reason: "expected fields (name: value), got nothing"},
		{name: "duplicate field", old: "  spread_to: 30m", new: "  spread_to: 30m\n  spread_to: 31m", below: 1, field: "time.spread_to", reason: "given twice: first on line"},
		{name: "duplicate clock", old: draftLine, new: draftLine + draftLine, below: 1, field: "clocks.draft", reason: "given twice"},

		// Figures.
		{name: "period without unit", old: "stay: {max: 60D", new: "stay: {max: 60", field: "stay.max", reason: `expected a period: a number with WD (working days), D (natural days) or M (months), such as 15WD, got "60"`},
		{name: "unknown unit", old: "stay: {max: 60D", new: "stay: {max: 2Y", field: "stay.max", reason: "expected a period"},
		{name: "negative period", old: "stay: {max: 60D", new: "stay: {max: -60D", field: "stay.max", reason: "expected a period"},
		{name: "period of nothing", old: "stay: {max: 60D", new: "stay: {max: ", field: "stay.max", reason: "expected a period"},
		{name: "no days", old: "stay: {max: 60D", new: "stay: {max: 0D", field: "stay.max", reason: "expected a period from one day to ten years"},
		{name: "more than ten years", old: "stay: {max: 60D", new: "stay: {max: 200M", field: "stay.max", reason: "expected a period from one day to ten years"},
		{name: "folded period", old: "  rest: 10WD", new: "  rest: >-\n    10WD", field: "rectification.rest", reason: "expected a period", below: 0},
		{name: "wrong reminder", old: "remind: [10WD, 5WD, 1WD]", new: "remind: [10WD, soon, 1WD]", field: "clocks.rectification.remind[1]", reason: "expected a period"},
		{name: "duration in days", old: "day_length: 24h", new: "day_length: 1d", field: "time.day_length", reason: "expected a duration: a number with its unit"},
		{name: "duration without unit", old: "spread_to: 30m", new: "spread_to: 30", field: "time.spread_to", reason: "expected a duration"},
		{name: "unknown level", old: "later_level: L2", new: "later_level: L6", field: "rectification.later_level", reason: "expected a level: L0 to L5"},

		// Time.
		{name: "day too short", old: "day_length: 24h", new: "day_length: 9ms", field: "time.day_length", reason: "expected 10ms to 24h"},
		{name: "day too long", old: "day_length: 24h", new: "day_length: 24h1s", field: "time.day_length", reason: "expected 10ms to 24h"},
		{name: "papers tomorrow", old: "papers_leave_at: 8h30m", new: "papers_leave_at: 24h", field: "time.papers_leave_at", reason: "less than 24h"},
		{name: "spread backwards", old: "spread_from: 2m", new: "spread_from: 31m", field: "time.spread_from", reason: "no more than spread_to"},
		{name: "spread too wide", old: "spread_to: 30m", new: "spread_to: 5h", field: "time.spread_to", reason: "at most 4h"},
		{name: "outage too short", old: "outage_from: 15m", new: "outage_from: 59s", field: "time.outage_from", reason: "at least 1m"},
		{name: "outage window too long", old: "outage_before: 2h", new: "outage_before: 25h", field: "time.outage_before", reason: "at most 24h"},

		// Clocks.
		{name: "missing clock", old: draftLine, new: "", below: -2, field: "clocks.draft", reason: "missing"},
		{name: "unknown clock", old: draftLine, new: draftLine + "  lunch: {within: 1WD, then_every: 1WD, source: assumed}\n", below: 1, field: "clocks.lunch", reason: "unknown: expected one of draft, triage"},
		{name: "misspelt clock", old: "  draft: {", new: "  draught: {", field: "clocks.draught", reason: "unknown", also: []string{"clocks.draft"}},
		{name: "clock without within", old: planClock, new: "plan: {remind: [5WD, 1WD], then_every: 3WD, max_level: L2,", field: "clocks.plan.within", reason: "missing"},
		{name: "within on the stay", old: stayClock, new: "stay: {within: 60D, source:", field: "clocks.stay.within", reason: "not allowed here: the case itself says how long"},
		{name: "within on the rectification", old: "rectification: {remind:", new: "rectification: {within: 2M, remind:", field: "clocks.rectification.within", reason: "not allowed here"},
		{name: "clock without chase", old: planClock, new: "plan: {within: 30D, remind: [5WD, 1WD], max_level: L2,", field: "clocks.plan.then_every", reason: "missing"},
		{name: "chase on the stay", old: stayClock, new: "stay: {then_every: 3WD, source:", field: "clocks.stay.then_every", reason: "not allowed here: this clock ends by itself"},
		{name: "chase on the cooling", old: "cooling: {within: 30D,", new: "cooling: {within: 30D, then_every: 3WD,", field: "clocks.cooling.then_every", reason: "not allowed here"},
		{name: "level for the committee's lateness", old: "triage: {within: 5WD,", new: "triage: {max_level: L1, within: 5WD,", field: "clocks.triage.max_level", reason: "only plan, rectification and check_in count against the unit"},
		{name: "reminder to the committee", old: "triage: {within: 5WD,", new: "triage: {remind: [1WD], within: 5WD,", field: "clocks.triage.remind", reason: "not allowed without a max_level above L0"},
		{name: "reminder without level", old: checkIn, new: "check_in: {within: 3M, remind: [5WD, 1WD], then_every: 3WD,", field: "clocks.check_in.remind", reason: "not allowed without a max_level"},
		{name: "reminder in natural days", old: checkIn, new: "check_in: {within: 3M, remind: [5WD, 1D], then_every: 3WD, max_level: L2,", field: "clocks.check_in.remind[1]", reason: "expected working days"},
		{name: "reminders backwards", old: checkIn, new: "check_in: {within: 3M, remind: [1WD, 5WD], then_every: 3WD, max_level: L2,", field: "clocks.check_in.remind[1]", reason: "expected shorter than the reminder before it"},
		{name: "reminder twice", old: checkIn, new: "check_in: {within: 3M, remind: [5WD, 5WD], then_every: 3WD, max_level: L2,", field: "clocks.check_in.remind[1]", reason: "expected shorter"},

		// Rectification.
		{name: "cap below the period", old: "immediate: {within: 15WD, cap: 60D", new: "immediate: {within: 15WD, cap: 20D", field: "rectification.immediate.cap", reason: "at least as long as within"},
		{name: "no time to correct", old: "correction: [5WD, 3WD]", new: "correction: []", field: "rectification.correction", reason: "one to five periods"},
		{name: "more time at the second return", old: "correction: [5WD, 3WD]", new: "correction: [5WD, 6WD]", field: "rectification.correction[1]", reason: "no longer than the period before it"},
		{name: "correction that is no period", old: "correction: [5WD, 3WD]", new: "correction: soon", field: "rectification.correction", reason: "a period"},
		{name: "no return to a level", old: "returns_to_level: 3", new: "returns_to_level: 0", field: "rectification.returns_to_level", reason: "at least 1"},
		{name: "return to no level", old: "returns_level: L2", new: "returns_level: L0", field: "rectification.returns_level", reason: "expected L1 to L5"},

		// Ladder.
		{name: "step left out", old: stepL2, new: "", below: -2, field: "ladder", reason: "expected five steps, L1 to L5, got 4", also: []string{"ladder[1].level", "ladder[2].level", "ladder[3].level"}},
		{name: "step twice", old: stepL2, new: strings.Replace(stepL2, "L2", "L1", 1), field: "ladder[1].level", reason: "expected L2"},
		{name: "step too many", old: stepL2, new: stepL2 + stepL2, below: -2, field: "ladder", reason: "expected five steps, L1 to L5, got 6", also: []string{"ladder[2].level", "ladder[2].after", "ladder[3].level", "ladder[4].level"}},
		{name: "step in natural days", old: "level: L2, after: 5WD", new: "level: L2, after: 7D", field: "ladder[1].after", reason: "expected working days"},
		{name: "step before its time", old: "level: L2, after: 5WD", new: "level: L2, after: 1WD", field: "ladder[1].after", reason: "expected later than the step before it"},
		{name: "unknown measure on the ladder", old: "after: 5WD, measure: supervision_letter", new: "after: 5WD, measure: phone_call", field: "ladder[1].measure", reason: "expected one of urge, supervision_letter"},
		{name: "unknown gate", old: "measure: on_site, gate: approval", new: "measure: on_site, gate: perhaps", field: "ladder[2].gate", reason: "expected automatic or approval"},
		{name: "visit that nobody decides", old: "measure: on_site, gate: approval", new: "measure: on_site, gate: automatic", field: "ladder[2].gate", reason: "expected approval"},
		{name: "order to the Party group that nobody decides", old: "measure: reminder_talk, gate: automatic", new: "measure: party_group_order, gate: automatic", field: "ladder[3].gate", reason: "expected approval"},
		{name: "circular that nobody decides", old: stepL2, new: strings.Replace(stepL2, "supervision_letter", "circular", 1), field: "ladder[1].gate", reason: "expected approval"},
		{name: "urging on approval", old: "measure: urge, gate: automatic", new: "measure: urge, gate: approval", field: "ladder[0].gate", reason: "urging needs nobody's approval"},

		// Measures and rules.
		{name: "measure without clock", old: letterLine, new: "", below: -1, field: "measures.kinds.supervision_letter", reason: "missing"},
		{name: "clock for urging", old: letterLine, new: letterLine + "    urge: {within: 1WD, source: assumed}\n", below: 1, field: "measures.kinds.urge", reason: "unknown: expected one of supervision_letter"},
		{name: "rule for nothing", old: ruleDues, new: "{measure: reminder_talk,", field: "type_rules[0]", reason: "expected a category or a matter"},
		{name: "rule for an unknown matter", old: ruleDues, new: "{matter: M9999, measure: reminder_talk,", field: "type_rules[0].matter", reason: "expected a code from codes.matters"},
		{name: "rule for an unknown category", old: ruleDues, new: "{category: M0302, measure: reminder_talk,", field: "type_rules[0].category", reason: "expected a code from codes.categories"},
		{name: "rule that never matches", old: ruleDues, new: "{category: C04, matter: M0302, measure: reminder_talk,", field: "type_rules[0].category", reason: "could never match"},
		{name: "rule that urges", old: ruleDues, new: "{matter: M0302, measure: urge,", field: "type_rules[0].measure", reason: "expected one of supervision_letter"},
		{name: "rule with an empty code", old: ruleDues, new: "{matter: , measure: reminder_talk,", field: "type_rules[0].matter", reason: "expected text, got nothing"},

		// Requests and look-back.
		{name: "extensions without end", old: "per_round: 1", new: "per_round: 4", field: "extension.per_round", reason: "expected 0 to 3"},
		{name: "negative extensions", old: "per_round: 1", new: "per_round: -1", field: "extension.per_round", reason: "expected 0 to 3"},
		{name: "extension in months", old: "ask_before: 3WD, max: 30D", new: "ask_before: 3WD, max: 1M", field: "extension.max", reason: "expected days: WD or D"},
		{name: "stay in working days", old: "stay: {max: 60D, in_all: 180D", new: "stay: {max: 60WD, in_all: 180D", field: "stay.max", reason: "natural days"},
		{name: "stays in all shorter than one", old: "stay: {max: 60D, in_all: 180D", new: "stay: {max: 60D, in_all: 59D", field: "stay.in_all", reason: "at least as many as stay.max"},
		{name: "check-in bound too short", old: "check_in_max: 6M", new: "check_in_max: 60D", field: "sustained.check_in_max", reason: "at least as long as clocks.check_in.within"},
		{name: "limit before the review", old: "limit: 60M", new: "limit: 11M", field: "sustained.limit", reason: "at least as long as clocks.sustained_review.within"},
		{name: "window closed before it opens", old: "opens: 30D", new: "opens: 90D", field: "look_back.opens", reason: "expected shorter than clocks.look_back.within"},
		{name: "one inspector", old: "min_persons: 2", new: "min_persons: 1", field: "look_back.min_persons", reason: "at least 2"},
		{name: "told before it is told", old: "tell_until: 16h", new: "tell_until: 7h", field: "look_back.tell_until", reason: "after tell_at"},
		{name: "told after midnight", old: "tell_until: 16h", new: "tell_until: 25h", field: "look_back.tell_until", reason: "at most 24h"},
		{name: "no attempts", old: "impossible_to_leader: 3", new: "impossible_to_leader: 0", field: "look_back.impossible_to_leader", reason: "at least 1"},

		// The draw of inspectees.
		{name: "a unit that never comes up", old: "draw: {ordinary: 1, listed: 3", new: "draw: {ordinary: 0, listed: 3", field: "draw.ordinary", reason: "expected 1 to 1000000"},
		{name: "listed units weigh less", old: "draw: {ordinary: 1, listed: 3", new: "draw: {ordinary: 4, listed: 3", field: "draw.listed", reason: "expected ordinary to 1000000"},
		{name: "too heavy", old: "draw: {ordinary: 1, listed: 3", new: "draw: {ordinary: 1, listed: 1000001", field: "draw.listed", reason: "expected ordinary to 1000000"},
		{name: "draw without a weight", old: "draw: {ordinary: 1, listed: 3", new: "draw: {listed: 3", field: "draw.ordinary", reason: "missing"},

		// Papers.
		{name: "paper without a mark", old: "    closure: 工委督销\n", new: "", below: -5, field: "papers.marks.closure", reason: "missing"},
		{name: "unknown paper", old: "    closure: 工委督销", new: "    closing: 工委督销", field: "papers.marks.closing", also: []string{"papers.marks.closure"}, reason: "unknown: expected one of"},
		{name: "mark with a year", old: "closure: 工委督销", new: "closure: 工委督销〔2026〕", field: "papers.marks.closure", reason: "expected 2 to 12 Chinese characters"},

		// Codes.
		{name: "code twice", old: "{code: D2,", new: "{code: D1,", field: "codes.dimensions[1].code", reason: "given twice: first on line"},
		{name: "code with a space", old: "{code: D2,", new: "{code: D 2,", field: "codes.dimensions[1].code", reason: "expected 1 to 32 letters"},
		{name: "Chinese code", old: "{code: D2,", new: "{code: 二,", field: "codes.dimensions[1].code", reason: "expected 1 to 32 letters"},
		{name: "long code", old: "{code: D2,", new: "{code: " + strings.Repeat("D", 33) + ",", field: "codes.dimensions[1].code", reason: "expected 1 to 32 letters"},
		{name: "code without Chinese", old: "{code: D2, zh: 组织设置,", new: "{code: D2,", field: "codes.dimensions[1].zh", reason: "missing"},
		{name: "matter of an unknown category", old: "{code: M0401, category: C04,", new: "{code: M0401, category: C44,", field: "codes.matters[3].category", reason: "expected a code from codes.categories"},
		// What mailings say.
		{name: "unknown field of a mailing", old: "    subject: 今日任务{{.Task}}", new: "    subject: 今日任务{{.Unit}}", field: "wording.task.subject", reason: "asks for .Unit, which there is not: expected one of .Task"},
		{name: "unknown field in a list", old: "第{{.Measure}}项", new: "第{{.Measures}}项", below: -4, field: "wording.digest.text", reason: "asks for .Measures, which there is not: expected one of .No, .Number, .Title, .What, .Measure, .Kind, .Due, .Overdue, .Late, .Level, .Copy"},
		{name: "a mailing that leaves out what it is about", old: "办理情况：{{.About}}", new: "办理情况：如系统所示", below: -3, field: "wording.paper.text", reason: "must ask for .About"},
		{name: "a mailing that cannot be read", old: "以书面形式办理。{{end}}\n  # What a person", new: "以书面形式办理。\n  # What a person", below: -4, field: "wording.paper.text", reason: "cannot be read, at its line 4: unexpected EOF"},
		{name: "unknown mailing", old: "  task:\n    subject", new: "  reminder: {subject: x, text: x}\n  task:\n    subject", field: "wording.reminder", reason: "unknown field: expected one of paper, digest, figures, group, task"},
		{name: "missing mailing", old: "  figures:\n    subject: 督办情况（{{.Day}}）：逾期{{.Late}}件，工委超期{{.Committee}}项\n    text: \"{{.Figures}}\"\n", new: "", below: -35, field: "wording.figures", reason: "missing"},
		{name: "subject of two lines in one", old: "    subject: 今日任务{{.Task}}", new: "    subject: \"今日任务\\n{{.Task}}\"", field: "wording.task.subject", reason: "expected one line of at most 200 characters"},

		{name: "empty table", old: "  severities:\n    - {code: minor, zh: 一般, en: minor}\n    - {code: serious, zh: 较重, en: serious}\n    - {code: grave, zh: 严重, en: grave}\n", new: "  severities: []\n", field: "codes.severities", reason: "expected at least one code"},
	}
}

func TestReadNamesThePlaceAndWhatWasExpected(t *testing.T) {
	t.Parallel()
	for _, b := range broken() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			p, err := policy.Read(strings.NewReader(b.text(t)))
			require.Nil(t, p)
			var all policy.Errors
			require.ErrorAs(t, err, &all)

			var fields []string
			for _, one := range all {
				fields = append(fields, one.Field)
			}
			require.ElementsMatch(t, append(b.also, b.field), fields, "%v", err)
			one := all[slices.Index(fields, b.field)]
			require.Contains(t, one.Reason, b.reason)
			require.Equal(t, b.line(), one.Line, "%v", err)
		})
	}
}

func TestReadReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	for old, broken := range map[string]string{
		"name: 市":            "title: 市",
		"spread_to: 30m":     "spread_to: soon",
		"triage: {within":    "triage: {max_level: L9, within",
		"level: L3, after":   "level: L4, after",
		"matter: M0301, mea": "matter: M0309, mea",
		"min_persons: 2":     "min_persons: 1",
		"{code: R4,":         "{code: R3,",
	} {
		require.Contains(t, text, old)
		text = strings.Replace(text, old, broken, 1)
	}
	_, err := policy.Read(strings.NewReader(text))
	line := func(of string) string {
		before, _, _ := strings.Cut(text, of)
		return fmt.Sprintf("line %d: ", strings.Count(before, "\n")+1)
	}
	require.EqualError(t, err, strings.Join([]string{
		line("title: 市") + `name: missing`,
		line("title: 市") + `title: unknown field: expected one of name, time, clocks, rectification, ladder, measures, type_rules, extension, objection, stay, sustained, look_back, recusal, burden, draw, lists, copies, papers, wording, codes`,
		line("spread_to: soon") + `time.spread_to: expected a duration: a number with its unit, such as 24h, 15m or 500ms, got "soon"`,
		line("triage: {max_level") + `clocks.triage.max_level: expected a level: L0 to L5, got "L9"`,
		line("level: L4, after: 10WD") + `ladder[2].level: expected L3: the steps go from L1 to L5 in order`,
		line("matter: M0309") + `type_rules[1].matter: expected a code from codes.matters`,
		line("min_persons: 1") + `look_back.min_persons: expected at least 2`,
		line("{code: R3, zh: 思路") + `codes.root_causes[3].code: given twice: first on ` + strings.TrimSuffix(line("{code: R3, zh: 职责"), ": "),
	}, "\n"))

	var one *policy.Error
	require.ErrorAs(t, err, &one)
	require.Equal(t, "name", one.Field)
	require.Equal(t, "missing", one.Reason)
}

// What depends on a value that could not be read is not guessed at.
func TestReadSaysNothingOfWhatItCouldNotRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"clocks":          "clocks: none\n",
		"codes":           "codes: [none]\n",
		"look_back":       "look_back:\n",
		"ladder[0].after": "ladder: [{level: L1, after: x, measure: urge, gate: automatic, source: a}]\n",
	} {
		_, err := policy.Read(strings.NewReader(text))
		var all policy.Errors
		require.ErrorAs(t, err, &all)
		for _, one := range all {
			if one.Field != name {
				require.Equal(t, "missing", one.Reason, "%v", one)
				require.NotContains(t, one.Field, ".", "%v", one)
			}
		}
	}
}

// One period is a list of one.
func TestASingleTimeToCorrect(t *testing.T) {
	t.Parallel()
	p, err := policy.Read(strings.NewReader(strings.Replace(string(policy.Default().Text()), "correction: [5WD, 3WD]", "correction: 4WD", 1)))
	require.NoError(t, err)
	require.Equal(t, policy.Corrections{{N: 4, Unit: calendar.WorkingDays}}, p.Rectification.Correction)
	p, err = policy.Read(strings.NewReader(strings.Replace(string(policy.Default().Text()), "stay: {max: 60D, in_all: 180D,", "stay: {max: 45D,", 1)))
	require.NoError(t, err)
	require.Equal(t, "45D", p.Stay.Together().String(), "no leader grants more where the policy does not say how much")
}

func TestReadTakesWhatEditorsLeaveBehind(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	for name, text := range map[string]string{
		"Windows line ends": strings.ReplaceAll(text, "\n", "\r\n"),
		"byte order mark":   "\ufeff" + text,
		"no last line end":  strings.TrimRight(text, "\n"),
		"document markers":  "---\n" + text + "...\n",
	} {
		p, err := policy.Read(strings.NewReader(text))
		require.NoError(t, err, name)
		requireSame(t, policy.Default(), p)
	}
}

func TestReadBoundsTheFile(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	fits := text + "#" + strings.Repeat("x", 256<<10-len(text)-1)
	_, err := policy.Read(strings.NewReader(fits))
	require.NoError(t, err)
	_, err = policy.Read(io.MultiReader(strings.NewReader(fits), strings.NewReader("x")))
	require.EqualError(t, err, "the file is larger than 256 KiB")
}

func TestReadPassesOnTheReadersError(t *testing.T) {
	t.Parallel()
	_, err := policy.Read(iotest.ErrReader(io.ErrNoProgress))
	require.ErrorIs(t, err, io.ErrNoProgress)
	var all policy.Errors
	require.NotErrorAs(t, err, &all)
}
