package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents/casefile"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
	"duban/store"
)

const drawnCase = "0190a000-0000-7000-8000-000000000001"

// drawnPlan is the plan of a draw.
func drawnPlan(t *testing.T, number int) lot.Plan {
	t.Helper()
	nonce, err := lot.NewNonce(lot.NewStream(lot.Seed{}, "nonce "+string(rune('0'+number))))
	require.NoError(t, err)
	roster := lot.Roster{{ID: "lead", Lead: true}, {ID: "inspector"}, {ID: "another"}}
	return lot.Plan{
		Case: drawnCase, Number: number, Window: lot.Window{Opens: calendar.On(2026, 4, 1), Closes: calendar.On(2026, 4, 30)},
		Date: calendar.On(2026, 4, 9+number), Team: lot.Team{Lead: "lead", Others: []string{"inspector"}}, Roster: roster.Digest(), Nonce: nonce,
	}
}

// drawnEvents is the history of a case that was drawn twice and looked back on.
func drawnEvents(t *testing.T) []lifecycle.Event {
	t.Helper()
	var events []lifecycle.Event
	add := func(on calendar.Date, kind lifecycle.EventKind, stage lifecycle.Stage, who string, body lifecycle.Body) {
		at := time.Date(on.Year(), on.Month(), on.Day(), 1, len(events), 0, 0, time.UTC)
		events = append(events, lifecycle.Event{
			Case: drawnCase, Seq: int64(len(events)) + 1, At: at, Legal: on, Kind: kind, Stage: stage, Body: body, Actor: lifecycle.Actor{Account: who, Name: who},
		})
	}
	drawn := func(on calendar.Date, number int) {
		p := drawnPlan(t, number)
		c, err := lot.Commit(p)
		require.NoError(t, err)
		add(on, lifecycle.EventLookBackDrawn, "", "", &lifecycle.LookBackDrawn{Number: number, Opens: p.Window.Opens, Closes: p.Window.Closes, Commitment: c.Packed(), Key: "k"})
	}
	first, second := drawnPlan(t, 1), drawnPlan(t, 2)
	march := calendar.On(2026, 3, 2)
	add(march, lifecycle.EventCaseOpened, lifecycle.Draft, "inspector", &lifecycle.CaseOpened{
		OpenCase: lifecycle.OpenCase{Unit: "u1", Title: "制度落实不严", Facts: "记录缺失。", FoundOn: march, Category: "C03"}, Number: "督〔2026〕0001", Year: 2026,
	})
	add(march, lifecycle.EventNoted, lifecycle.LookBackPending, "officer", &lifecycle.Noted{})
	drawn(march, 1)
	add(march, lifecycle.EventRedrawAsked, "", "lead", &lifecycle.RedrawAsked{RequestRedraw: lifecycle.RequestRedraw{Reason: "出差"}})
	add(march, lifecycle.EventRedrawDecided, "", "leader", &lifecycle.RedrawDecided{DecideRedraw: lifecycle.DecideRedraw{Granted: true, Reason: "同意"}})
	drawn(march, 2)
	add(second.Date, lifecycle.EventLookBackDispatched, "", "lead", &lifecycle.LookBackDispatched{
		Number: 2, Task: "T-1", ToldAt: calendar.Real().At(second.Date, 7*time.Hour), Told: []string{"lead", "inspector"},
	})
	add(second.Date, lifecycle.EventArrived, lifecycle.LookBackActive, "lead", &lifecycle.Arrived{
		RecordArrival: lifecycle.RecordArrival{On: second.Date, Persons: []string{"lead", "inspector"}}, Names: []string{"组长", "检查员"},
		Reveals: []lot.Reveal{first.Reveal(), second.Reveal()},
	})
	return events
}

// drawnArchive is the whole new archive that somebody writes who can write one:
// every hash in it fits.
func drawnArchive(t *testing.T, events []lifecycle.Event) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, casefile.Write(&out, casefile.Record{UnitName: "市档案局", Codes: policy.Default().Codes, Events: events}))
	return out.Bytes()
}

// A forgery changes a history in one way, with chance where there is choice.
type forgery struct {
	name string
	do   func(events []lifecycle.Event, dice *rand.Rand) []lifecycle.Event
}

// forgeries are all the ways in which a test alters what is recorded of draws.
func forgeries() []forgery {
	var all []forgery
	arrived := func(events []lifecycle.Event) *lifecycle.Arrived {
		return events[len(events)-1].Body.(*lifecycle.Arrived) //nolint:forcetypeassert // as drawnEvents made it
	}
	flip := func(d *lot.Digest, dice *rand.Rand) { d[dice.IntN(32)] ^= 1 << dice.IntN(8) }
	other := func(dice *rand.Rand) string {
		return []string{"another", "nobody", "Lead", "inspector "}[dice.IntN(4)]
	}
	days := func(dice *rand.Rand) int { return (1 + dice.IntN(40)) * []int{-1, 1}[dice.IntN(2)] }
	for i, which := range []string{"first", "second"} {
		reveal := func(name string, do func(r *lot.Reveal, dice *rand.Rand)) {
			all = append(all, forgery{which + " reveal's " + name, func(events []lifecycle.Event, dice *rand.Rand) []lifecycle.Event {
				do(&arrived(events).Reveals[i], dice)
				return events
			}})
		}
		reveal("nonce", func(r *lot.Reveal, dice *rand.Rand) { flip(&r.Nonce, dice) })
		reveal("roster", func(r *lot.Reveal, dice *rand.Rand) { flip(&r.Roster, dice) })
		reveal("date", func(r *lot.Reveal, dice *rand.Rand) { r.Date = r.Date.AddDays(days(dice)) })
		reveal("opening day", func(r *lot.Reveal, dice *rand.Rand) { r.Window.Opens = r.Window.Opens.AddDays(days(dice)) })
		reveal("closing day", func(r *lot.Reveal, dice *rand.Rand) { r.Window.Closes = r.Window.Closes.AddDays(days(dice)) })
		reveal("lead", func(r *lot.Reveal, dice *rand.Rand) { r.Team.Lead = other(dice) })
		reveal("other", func(r *lot.Reveal, dice *rand.Rand) { r.Team.Others[0] = other(dice) })
		reveal("one more", func(r *lot.Reveal, dice *rand.Rand) { r.Team.Others = append(r.Team.Others, other(dice)) })
		reveal("one less", func(r *lot.Reveal, _ *rand.Rand) { r.Team.Others = nil })
		reveal("lead for other", func(r *lot.Reveal, _ *rand.Rand) { r.Team.Lead, r.Team.Others[0] = r.Team.Others[0], r.Team.Lead })
		reveal("case", func(r *lot.Reveal, dice *rand.Rand) { r.Case += string(rune('0' + dice.IntN(10))) })
		reveal("number", func(r *lot.Reveal, dice *rand.Rand) { r.Number += 2 + dice.IntN(9) })
		drawn := func(name string, do func(b *lifecycle.LookBackDrawn, dice *rand.Rand)) {
			all = append(all, forgery{which + " draw's " + name, func(events []lifecycle.Event, dice *rand.Rand) []lifecycle.Event {
				b, _ := events[[]int{2, 5}[i]].Body.(*lifecycle.LookBackDrawn)
				do(b, dice)
				return events
			}})
		}
		for p, part := range []string{"nonce", "case", "number", "window", "date", "team", "roster"} {
			drawn("commitment to the "+part, func(b *lifecycle.LookBackDrawn, dice *rand.Rand) {
				c, _ := lot.Unpack(b.Commitment)
				flip([]*lot.Digest{&c.Parts.Nonce, &c.Parts.Case, &c.Parts.Number, &c.Parts.Window, &c.Parts.Date, &c.Parts.Team, &c.Parts.Roster}[p], dice)
				b.Commitment = c.Packed()
			})
		}
		drawn("commitment cut", func(b *lifecycle.LookBackDrawn, dice *rand.Rand) {
			b.Commitment = b.Commitment[:len(b.Commitment)-1-dice.IntN(200)]
		})
		drawn("commitment gone", func(b *lifecycle.LookBackDrawn, _ *rand.Rand) { b.Commitment = "" })
		drawn("commitment in another version", func(b *lifecycle.LookBackDrawn, dice *rand.Rand) {
			b.Commitment = string(rune('2'+dice.IntN(8))) + b.Commitment[1:]
		})
		drawn("letter", func(b *lifecycle.LookBackDrawn, dice *rand.Rand) {
			at := 2 + dice.IntN(len(b.Commitment)-2)
			b.Commitment = b.Commitment[:at] + "*" + b.Commitment[at+1:]
		})
		drawn("opening day", func(b *lifecycle.LookBackDrawn, dice *rand.Rand) { b.Opens = b.Opens.AddDays(days(dice)) })
		drawn("closing day", func(b *lifecycle.LookBackDrawn, dice *rand.Rand) { b.Closes = b.Closes.AddDays(days(dice)) })
		drawn("number", func(b *lifecycle.LookBackDrawn, dice *rand.Rand) { b.Number += 2 + dice.IntN(9) })
		all = append(all,
			forgery{which + " reveal left out", func(events []lifecycle.Event, _ *rand.Rand) []lifecycle.Event {
				arrived(events).Reveals = slices.Delete(arrived(events).Reveals, i, i+1)
				return events
			}},
			forgery{which + " reveal twice", func(events []lifecycle.Event, _ *rand.Rand) []lifecycle.Event {
				arrived(events).Reveals = append(arrived(events).Reveals, arrived(events).Reveals[i])
				return events
			}},
			forgery{which + " draw left out", func(events []lifecycle.Event, _ *rand.Rand) []lifecycle.Event {
				return renumbered(slices.Delete(events, []int{2, 5}[i], []int{3, 6}[i]))
			}},
			forgery{which + " draw and its reveal left out", func(events []lifecycle.Event, _ *rand.Rand) []lifecycle.Event {
				arrived(events).Reveals = slices.Delete(arrived(events).Reveals, i, i+1)
				return renumbered(slices.Delete(events, []int{2, 5}[i], []int{3, 6}[i]))
			}},
		)
	}
	arrival := func(name string, do func(b *lifecycle.Arrived, dice *rand.Rand)) {
		all = append(all, forgery{name, func(events []lifecycle.Event, dice *rand.Rand) []lifecycle.Event {
			do(arrived(events), dice)
			return events
		}})
	}
	arrival("arrived on another day", func(b *lifecycle.Arrived, dice *rand.Rand) { b.On = b.On.AddDays(days(dice)) })
	arrival("permitted by nobody", func(b *lifecycle.Arrived, _ *rand.Rand) { b.Permitted = true })
	arrival("announced by nobody", func(b *lifecycle.Arrived, _ *rand.Rand) { b.Announced = true })
	arrival("no reveals", func(b *lifecycle.Arrived, _ *rand.Rand) { b.Reveals = nil })
	arrival("numbers exchanged", func(b *lifecycle.Arrived, _ *rand.Rand) { b.Reveals[0].Number, b.Reveals[1].Number = 2, 1 })
	arrival("nonces exchanged", func(b *lifecycle.Arrived, _ *rand.Rand) {
		b.Reveals[0].Nonce, b.Reveals[1].Nonce = b.Reveals[1].Nonce, b.Reveals[0].Nonce
	})
	arrival("dates exchanged", func(b *lifecycle.Arrived, _ *rand.Rand) {
		b.Reveals[0].Date, b.Reveals[1].Date = b.Reveals[1].Date, b.Reveals[0].Date
	})
	all = append(all, decisionForgeries()...)
	all = append(all,
		forgery{"recorded by somebody else", func(events []lifecycle.Event, dice *rand.Rand) []lifecycle.Event {
			events[len(events)-1].Actor.Account = other(dice)
			return events
		}},
		forgery{"commitments exchanged", func(events []lifecycle.Event, _ *rand.Rand) []lifecycle.Event {
			a, _ := events[2].Body.(*lifecycle.LookBackDrawn)
			b, _ := events[5].Body.(*lifecycle.LookBackDrawn)
			a.Commitment, b.Commitment = b.Commitment, a.Commitment
			return events
		}},
		forgery{"draws in another order", func(events []lifecycle.Event, _ *rand.Rand) []lifecycle.Event {
			events[2].Body, events[5].Body = events[5].Body, events[2].Body
			return events
		}},
	)
	return all
}

// decisionForgeries alter who asked and decided, who was told, and who came.
func decisionForgeries() []forgery {
	type ev = []lifecycle.Event
	arrived := func(e ev) *lifecycle.Arrived { return e[7].Body.(*lifecycle.Arrived) }                    //nolint:forcetypeassert // as drawnEvents made it
	told := func(e ev) *lifecycle.LookBackDispatched { return e[6].Body.(*lifecycle.LookBackDispatched) } //nolint:forcetypeassert // as above
	insert := func(e ev, kind lifecycle.EventKind, who string, body lifecycle.Body) ev {
		one := e[6]
		one.Kind, one.Body, one.Actor = kind, body, lifecycle.Actor{Account: who, Name: who}
		return renumbered(slices.Insert(e, 6, one))
	}
	altered := func(name string, do func(e ev)) forgery {
		return forgery{name, func(e ev, _ *rand.Rand) ev { do(e); return e }}
	}
	return []forgery{
		{"redraw left out", func(e ev, _ *rand.Rand) ev { return renumbered(slices.Delete(e, 3, 5)) }},
		{"decision of the redraw left out", func(e ev, _ *rand.Rand) ev { return renumbered(slices.Delete(e, 4, 5)) }},
		{"request of the redraw left out", func(e ev, _ *rand.Rand) ev { return renumbered(slices.Delete(e, 3, 4)) }},
		altered("redraw granted by who asked", func(e ev) { e[4].Actor = e[3].Actor }),
		altered("redraw refused", func(e ev) {
			e[4].Body = &lifecycle.RedrawDecided{DecideRedraw: lifecycle.DecideRedraw{Reason: "不同意"}}
		}),
		altered("others told", func(e ev) { told(e).Told = []string{"another", "nobody"} }),
		altered("told three weeks early", func(e ev) { told(e).ToldAt = told(e).ToldAt.AddDate(0, 0, -21) }),
		altered("told of another draw", func(e ev) { told(e).Number = 1 }),
		{"that they were told left out", func(e ev, _ *rand.Rand) ev { return renumbered(slices.Delete(e, 6, 7)) }},
		altered("another came", func(e ev) { arrived(e).Persons[1], arrived(e).Names[1] = "another", "别人" }),
		altered("one came", func(e ev) { arrived(e).Persons, arrived(e).Names = arrived(e).Persons[:1], arrived(e).Names[:1] }),
		altered("drawn on the day of the arrival", func(e ev) {
			for i := 2; i < 6; i++ {
				e[i].Legal, e[i].At = e[7].Legal, told(e).ToldAt.Add(-time.Duration(10-i)*time.Second)
			}
		}),
		{"a key that was away, and no reveal", func(e ev, _ *rand.Rand) ev {
			arrived(e).Reveals = arrived(e).Reveals[:1]
			return insert(e, lifecycle.EventSealBroken, "", &lifecycle.SealBroken{Number: 2, Fault: lifecycle.DrawFault{Code: "seal", ZH: "没有封存密钥。", EN: "no key"}})
		}},
		{"permitted by who came", func(e ev, _ *rand.Rand) ev {
			a := arrived(e)
			a.On, a.Permitted = a.On.AddDays(3), true
			for i := 6; i < 8; i++ {
				e[i].Legal, e[i].At = a.On, e[i].At.AddDate(0, 0, 3)
			}
			return insert(e, lifecycle.EventArrivalPermitted, "lead", &lifecycle.ArrivalPermitted{PermitArrival: lifecycle.PermitArrival{On: a.On, Reason: "方便"}})
		}},
		altered("recorded three weeks later", func(e ev) { e[7].Legal, e[7].At = e[7].Legal.AddDays(21), e[7].At.AddDate(0, 0, 21) }),
	}
}

func renumbered(events []lifecycle.Event) []lifecycle.Event {
	for i := range events {
		events[i].Seq = int64(i) + 1
	}
	return events
}

// history is the events as they are exported.
func history(t *testing.T, archive []byte) []byte {
	t.Helper()
	var lines []byte
	changed(t, archive, func(name string, content []byte) []byte {
		if strings.HasSuffix(name, ".jsonl") {
			lines = content
		}
		return content
	})
	require.NotEmpty(t, lines)
	return lines
}

// Issue 5: of 1,000 alterations of reveal, date, team, roster and commitment each
// is found, in an archive whose hashes all fit and in the events alone, and the
// unaltered stand the check.
func TestEveryAlterationOfAnExportedDrawIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check := func(name string, content []byte) error {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		c := verifyLookBackCmd{Case: path}
		if strings.HasSuffix(name, ".zip") {
			return c.archive(io.Discard)
		}
		return c.events(io.Discard)
	}
	whole := drawnArchive(t, drawnEvents(t))
	require.NoError(t, check("whole.zip", whole))
	require.NoError(t, check("whole.jsonl", history(t, whole)))

	dice, kinds := rand.New(rand.NewPCG(5, 4)), forgeries()
	require.GreaterOrEqual(t, 2*len(kinds), 100) // each of the archive and of the events
	for n := range 1000 {
		f := kinds[n%len(kinds)]
		forged := drawnArchive(t, f.do(drawnEvents(t), dice))
		if n/len(kinds)%2 == 0 {
			require.Error(t, check("forged.zip", forged), "%d: %s", n, f.name)
		} else {
			require.Error(t, check("forged.jsonl", history(t, forged)), "%d: %s", n, f.name)
		}
	}
	// The very bytes of the lines, changed by somebody who knows no format.
	lines := history(t, whole)
	from := bytes.Index(lines, []byte(`"reveals"`))
	for range 200 {
		at := from + dice.IntN(len(lines)-from-20)
		forged := bytes.Clone(lines)
		if forged[at] < '0' || forged[at] > '9' {
			continue
		}
		forged[at] = '0' + (forged[at]-'0'+1+byte(dice.IntN(9)))%10
		require.Error(t, check("bytes.jsonl", forged), "byte %d: %s", at, forged[max(from, at-20):at+10])
	}
}

// duban verify look-back ends with 0 when every draw is as it was committed to, and
// says what is not in a sentence.
func TestVerifyLookBackOffline(t *testing.T) {
	t.Parallel()
	whole := drawnArchive(t, drawnEvents(t))
	pending := drawnArchive(t, drawnEvents(t)[:6])
	other := drawnEvents(t)
	forged, _ := other[len(other)-1].Body.(*lifecycle.Arrived)
	forged.Reveals[1].Date = forged.Reveals[1].Date.AddDays(1)
	var list struct {
		Events []json.RawMessage `json:"events"`
	}
	for line := range bytes.Lines(history(t, whole)) {
		list.Events = append(list.Events, line)
	}
	answered, err := json.Marshal(list)
	require.NoError(t, err)
	for name, one := range map[string]struct {
		file    string
		content []byte
		code    int
		says    []string
	}{
		"whole":  {"a.zip", whole, 0, []string{"第1次抽签：已启封，日期2026-04-10，与密封校验码相符，名册仅核对摘要\n  检查组：组长（lead）带队，检查员（inspector）\n  重新抽签：组长（lead）申请（出差），leader准许（同意）\n", "  派出：2026-04-11 07:00通知组长（lead）、检查员（inspector），任务T-1\n  到场：2026-04-11，组长（lead）、检查员（inspector），组长（lead）登记\n未核对：", "ok: 督〔2026〕0001，抽签记录2条，启封2次"}},
		"events": {"a.jsonl", history(t, whole), 0, []string{"ok: 督〔2026〕0001"}},
		"answer": {"a.json", answered, 0, []string{"ok: 督〔2026〕0001"}},
		"sealed": {"a.zip", pending, 0, []string{"第2次抽签：封存中", "督〔2026〕0001，抽签记录2条，尚未启封，无可核对"}},
		"decided": {"a.jsonl", jsonLines(t, exported(t, lookBacks(t)["decided"])), 0, []string{
			"第1次抽签：未抽签：没有封存密钥。\n", "第3次抽签：无法启封：没有封存密钥。\n", "  未能照办：没有封存密钥。\n", "  提前启封：head申请（安排车辆），leader不准许（已知悉）\n",
			"  不同（检查组）：到场人员与抽定的检查组不同。leader准许：组员突发疾病，次日补\n    记\n", "  不同（到场）：2026-04-14到场，2026-04-15才登记。", "启封3次",
			"  准许变更：leader于2026-04-15，2026-04-14到场，可由another、nobody参加（组员\n    突发疾病，次日补记）\n",
		}},
		"announced":      {"a.jsonl", jsonLines(t, exported(t, lookBacks(t)["announced"])), 0, []string{"  事先告知的“回头看”：leader决定，2026-04-14，lead、another、nobody：统一安排\n"}},
		"forged archive": {"a.zip", drawnArchive(t, other), 1, []string{"第2次抽签：日期与密封校验码不符。"}},
		"forged events":  {"a.jsonl", history(t, drawnArchive(t, other)), 1, []string{"  不符（日期）：日期与密封校验码不符。\n    date: the date is not the committed one.\n"}},
		"no draw":        {"a.zip", caseFile(t), 1, nil},
		"no archive":     {"a.zip", []byte("案卷"), 1, []string{"不是完整的压缩包"}},
		"no events":      {"a.jsonl", []byte("案卷"), 1, nil},
		"half":           {"a.jsonl", history(t, whole)[200:], 1, nil},
		"a page":         {"a.json", append(bytes.TrimSuffix(bytes.Clone(answered), []byte("}")), `,"next":8}`...), 1, nil},
		"empty":          {"a.json", []byte("{}"), 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), one.file)
			require.NoError(t, os.WriteFile(path, one.content, 0o600))
			code, stdout, stderr := duban(t, "verify", "look-back", path)
			require.Equal(t, one.code, code, "%s%s", stdout, stderr)
			for _, says := range one.says {
				require.Contains(t, stdout, says)
			}
			for line := range strings.Lines(stdout) {
				require.LessOrEqual(t, runewidth.StringWidth(strings.TrimSuffix(line, "\n")), columns, line)
			}
			if one.code != 0 {
				require.NotContains(t, stdout, "ok: ")
				require.Regexp(t, `^duban: .*\p{Han}.* / [a-z0-9]`, stderr)
			}
		})
	}
	code, _, stderr := duban(t, "verify", "look-back", filepath.Join(t.TempDir(), "none.zip"))
	require.NotZero(t, code)
	require.Contains(t, stderr, "none.zip")
	code, _, stderr = duban(t, "verify", "look-back", "第17号", "--database-url", "postgres://127.0.0.1:1/none")
	require.NotZero(t, code)
	require.Contains(t, stderr, "不是案卷文件，也不是事项编号")
}

// With the record, a case is named by its id or by its number.
func TestVerifyLookBackInTheRecord(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.Copy(t, "migrated", migrated)
	s, err := store.Open(ctx, store.Options{URL: url, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	p := casetest.NewPeople(ctx, t, s)
	l := &casetest.Life{Doer: s, Key: "look-back"}
	c := l.Must(ctx, t, append(append([]casetest.Step{p.Finding("党费收缴不及时", p.Today())}, p.UpToReview()...), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})...)
	for _, name := range []string{c.ID, strings.ToUpper(c.ID), c.Number} {
		code, stdout, stderr := duban(t, "verify", "look-back", name, "--database-url", url)
		require.Zero(t, code, "%s%s", stdout, stderr)
		require.Contains(t, stdout, "第1次抽签：封存中")
	}
	for _, name := range []string{"督〔2026〕9999", "00000000-0000-4000-8000-000000000000"} {
		code, _, stderr := duban(t, "verify", "look-back", name, "--database-url", url)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "没有这个事项")
	}
}
