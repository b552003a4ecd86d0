package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-runewidth"

	"duban/calendar"
	"duban/docs/examples"
	"duban/lifecycle"
	"duban/policy"
)

func isProblem(err error, into **restError) bool { return errors.As(err, into) }

// object is a JSON object being written.
type object map[string]any

// A demoPlay is the story: the people, the case, and how much of its history
// was printed.
type demoPlay struct {
	*demoStage

	people  map[string]restClient
	ids     map[string]string
	id      string
	printed int64
	level   policy.Level
	stage   string
	// tasks are the numbers of the look-backs that were told, lead who led the last.
	tasks map[string]bool
	lead  string
}

// play tells the story from discovery to archive.
func (d *demoStage) play(ctx context.Context) error {
	p := &demoPlay{demoStage: d, people: map[string]restClient{}, ids: map[string]string{}, tasks: map[string]bool{}}
	if err := p.cast(ctx); err != nil {
		return err
	}
	fmt.Println("时间      法定日期    " + column("事项", 26) + column("阶段", 16) + "等级  谁")
	for _, scene := range []func(context.Context) error{p.serve, p.lateness, p.report, p.failedLookBack, p.secondRound, p.closing} {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	fmt.Println(p.stage)
	return nil
}

// cast makes the people and the unit.
func (p *demoPlay) cast(ctx context.Context) error {
	admin := p.client(p.admin)
	var unit struct {
		ID string `json:"id"`
	}
	if err := admin.post(ctx, "/v1/units", object{"name": "市档案局", "region": "市直"}, &unit); err != nil {
		return fmt.Errorf("add unit: %w", err)
	}
	p.ids["unit"] = unit.ID
	for who, role := range map[string]string{
		"inspector": "inspector", "officer": "officer", "head": "head", "signer": "leader", "leader": "leader",
		"lead": "lookback", "lead2": "lookback", "inspector2": "inspector", "inspector3": "inspector", "secretary": "unit_secretary", "manager": "manager",
	} {
		body := object{"name": demoNames(who), "roles": []string{role}}
		if who == "secretary" {
			body["unit"] = unit.ID
		}
		var account struct {
			ID      string `json:"id"`
			Token   string `json:"token"`
			Account struct {
				ID string `json:"id"`
			} `json:"account"`
		}
		if err := admin.post(ctx, "/v1/accounts", body, &account); err != nil {
			return fmt.Errorf("add account: %w", err)
		}
		p.people[who], p.ids[who] = p.client(account.Token), account.ID+account.Account.ID
	}
	today, err := p.today(ctx)
	if err != nil {
		return err
	}
	// A talk is held with whoever holds the post.
	post := object{"kind": demoPost, "holder": demoNames("secretary"), "account": p.ids["secretary"], "since": today.String()}
	if err := admin.post(ctx, "/v1/units/"+unit.ID+"/posts", post, nil); err != nil {
		return fmt.Errorf("add post: %w", err)
	}
	return nil
}

// demoPost is the post that the unit's secretary holds.
const demoPost = "党组书记"

// demoScan stands for a scanned paper.
const demoScan = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"

// demoNames are what the people of the story are called.
func demoNames(who string) string {
	switch who {
	case "inspector":
		return "检查员小李"
	case "officer":
		return "经办人小王"
	case "head":
		return "处长老赵"
	case "signer":
		return "副书记"
	case "leader":
		return "书记"
	case "lead":
		return "组长老陈"
	case "lead2":
		return "组长老孙"
	case "inspector2":
		return "检查员小周"
	case "inspector3":
		return "检查员小吴"
	case "secretary":
		return "档案局书记"
	default:
		return "督查专员"
	}
}

func (p *demoPlay) do(ctx context.Context, who, kind string, body any) error {
	if err := p.people[who].command(ctx, p.id, kind, body); err != nil {
		return err
	}
	return p.print(ctx)
}

// today is the legal date now, in the demonstration's time.
func (p *demoPlay) today(ctx context.Context) (calendar.Date, error) {
	_, _, timeline, err := p.record.PolicyInForce(ctx)
	return timeline.Date(time.Now()), err
}

// serve: from discovery to the notice, whose receipt the unit lets lapse.
func (p *demoPlay) serve(ctx context.Context) error {
	today, err := p.today(ctx)
	if err != nil {
		return err
	}
	finding := object{}
	if err := json.Unmarshal(examples.Finding, &finding); err != nil {
		return err
	}
	finding["unit"], finding["found_on"] = p.ids["unit"], today.String()
	var opened struct {
		Case struct {
			ID string `json:"id"`
		} `json:"case"`
	}
	if err := p.people["inspector"].post(ctx, "/v1/cases", finding, &opened); err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	p.id = opened.Case.ID
	for _, step := range []struct {
		who, kind string
		body      any
	}{
		{"inspector", "submit_draft", object{}},
		{"head", "accept_finding", object{
			"category": "C03", "dimension": "D4", "severity": "serious", "basis": "机关党组织书记责任清单第三项", "root_cause": "R2",
			"type": "immediate", "officer": p.ids["officer"],
		}},
		{"officer", "submit_notice", object{"text": "请市档案局党组立行立改，按期报送整改报告。"}},
		{"signer", "approve_notice", object{}},
	} {
		if err := p.do(ctx, step.who, step.kind, step.body); err != nil {
			return err
		}
	}
	if err := p.await(ctx, "the receipt to lapse", func(c demoCase) bool { return c.passed("receipt") }); err != nil {
		return err
	}
	if today, err = p.today(ctx); err != nil {
		return err
	}
	return p.do(ctx, "officer", "record_receipt", object{"manner": "alternative", "on": today.String(), "reason": "逾期未签收，派员直接送达"})
}

// lateness: the unit lets its time run out, and the ladder climbs to the
// reminder talk. Worker and engine are killed on the way.
func (p *demoPlay) lateness(ctx context.Context) error {
	p.say("✗ kill -9 worker " + fmt.Sprint(p.worker.cmd.Process.Pid))
	p.worker.end(syscall.SIGKILL)
	if err := p.pause(ctx, 2*time.Second); err != nil {
		return err
	}
	worker, err := p.start(ctx, "worker")
	if err != nil {
		return err
	}
	p.worker = worker
	p.say("✓ worker 已重新启动 · the worker runs again")
	if err := p.await(ctx, "level L2", func(c demoCase) bool {
		return c.Level >= policy.L2 && c.measure("supervision_letter", lifecycle.Ordered) > 0
	}); err != nil {
		return err
	}
	if err := p.recordMeasure(ctx, "officer", "supervision_letter", object{}); err != nil {
		return err
	}
	if err := p.visit(ctx); err != nil {
		return err
	}
	pid := p.engine.PID()
	p.say("✗ kill -9 engine " + fmt.Sprint(pid))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill engine: %w", err)
	}
	if err := p.await(ctx, "the reminder talk", func(c demoCase) bool {
		return c.Level >= policy.L4 && c.measure("reminder_talk", lifecycle.Ordered) > 0
	}); err != nil {
		return err
	}
	if err := p.fixTalk(ctx); err != nil {
		return err
	}
	return p.recordMeasure(ctx, "leader", "reminder_talk", object{
		"place": "市直机关工委会议室", "held_by": p.ids["leader"], "with": []object{{"post": demoPost, "person": demoNames("secretary")}},
		"reason": "逾期未整改", "requirements": "五日内报送整改报告",
		"response": "诚恳接受，立即整改", "signed": true,
	})
}

// fixTalk: the ladder opened the talk as a task; its notice leaves when a leader has
// fixed time and place.
func (p *demoPlay) fixTalk(ctx context.Context) error {
	c, err := p.look(ctx)
	if err != nil {
		return err
	}
	today, err := p.today(ctx)
	if err != nil {
		return err
	}
	return p.do(ctx, "leader", "fix_talk", object{
		"no": c.measure("reminder_talk", lifecycle.Ordered), "talk": object{"on": today.AddDays(1).String(), "time": "09:30", "place": "市直机关工委会议室"},
	})
}

// visit: at L3 a visit is proposed; the secretary orders it and goes.
func (p *demoPlay) visit(ctx context.Context) error {
	if err := p.await(ctx, "the proposed visit", func(c demoCase) bool { return c.measure("on_site", lifecycle.Proposed) > 0 }); err != nil {
		return err
	}
	c, err := p.look(ctx)
	if err != nil {
		return err
	}
	order := object{"kind": "on_site", "basis": "逾期十个工作日未整改", "proposal": c.measure("on_site", lifecycle.Proposed)}
	if err := p.do(ctx, "leader", "order_measure", order); err != nil {
		return err
	}
	return p.recordMeasure(ctx, "leader", "on_site", object{
		"place": "市档案局", "persons": []string{"市档案局党组书记"}, "requirements": "立即补齐组织生活记录，月底前报送整改报告",
	})
}

// recordMeasure records what was done about an open measure of a kind.
func (p *demoPlay) recordMeasure(ctx context.Context, who string, kind policy.MeasureKind, body object) error {
	c, err := p.look(ctx)
	if err != nil {
		return err
	}
	today, err := p.today(ctx)
	if err != nil {
		return err
	}
	body["no"], body["on"] = c.measure(kind, lifecycle.Ordered), today.String()
	return p.do(ctx, who, "record_measure", body)
}

// report: it comes late, is returned, comes again and is accepted.
func (p *demoPlay) report(ctx context.Context) error {
	report := object{"items": []object{{"no": 1, "done": true, "account": "已补齐会议记录，建立“三会一课”台账。", "evidence": []string{"台账"}}}}
	if err := p.do(ctx, "secretary", "submit_report", report); err != nil {
		return err
	}
	if err := p.do(ctx, "officer", "return_report", object{"reasons": []object{{"no": 1, "reason": "缺少5月党课的签到表"}}}); err != nil {
		return err
	}
	if err := p.do(ctx, "secretary", "submit_report", report); err != nil {
		return err
	}
	return p.do(ctx, "officer", "accept_report", object{})
}

// failedLookBack: what was reported is not in place.
func (p *demoPlay) failedLookBack(ctx context.Context) error {
	if err := p.arrive(ctx); err != nil {
		return err
	}
	today, err := p.today(ctx)
	if err != nil {
		return err
	}
	slip, err := p.people[p.lead].upload(ctx, p.id, "现场签收单.pdf", []byte(demoScan))
	if err != nil {
		return fmt.Errorf("upload scan: %w", err)
	}
	err = p.do(ctx, p.lead, "record_look_back", object{
		"result": "not_in_place", "findings": []object{{"no": 1, "in_place": false, "account": "7月党课仍无记录"}},
		"feedback": "回头看发现整改未到位，请重新整改。",
	})
	if err == nil { // nothing is served that no leader signed
		err = p.do(ctx, "leader", "approve_notice", object{})
	}
	if err != nil {
		return err
	}
	return p.do(ctx, "officer", "record_receipt", object{"manner": "paper", "on": today.String(), "scan": slip})
}

// secondRound: reported in time and found in place.
func (p *demoPlay) secondRound(ctx context.Context) error {
	report := object{"items": []object{{"no": 1, "done": true, "account": "三季度“三会一课”全部落实并有记录。", "evidence": []string{"记录本"}}}}
	if err := p.do(ctx, "secretary", "submit_report", report); err != nil {
		return err
	}
	if err := p.do(ctx, "officer", "accept_report", object{}); err != nil {
		return err
	}
	if err := p.arrive(ctx); err != nil {
		return err
	}
	return p.do(ctx, p.lead, "record_look_back", object{
		"result": "in_place", "findings": []object{{"no": 1, "in_place": true, "account": "抽查三个支部，记录齐全"}},
	})
}

// closing: closed, cooled and archived. While it cools the next campaign
// comes in.
func (p *demoPlay) closing(ctx context.Context) error {
	if err := p.do(ctx, "leader", "approve_closure", object{}); err != nil {
		return err
	}
	if err := p.campaign(ctx); err != nil {
		return err
	}
	return p.await(ctx, "the archive", func(c demoCase) bool { return c.Stage == string(lifecycle.Archived) })
}

// A demoCase is what the story looks at.
type demoCase struct {
	Stage string       `json:"stage"`
	Level policy.Level `json:"level"`
	Draw  struct {
		Status lifecycle.DrawStatus `json:"status"`
	} `json:"draw"`
	Measures []struct {
		No     int                     `json:"no"`
		Kind   policy.MeasureKind      `json:"kind"`
		Status lifecycle.MeasureStatus `json:"status"`
	} `json:"measures"`
	Clocks []struct {
		Name   string `json:"name"`
		Passed bool   `json:"passed"`
	} `json:"clocks"`
}

// passed reports whether a clock ran out.
func (c demoCase) passed(clock string) bool {
	for _, k := range c.Clocks {
		if k.Name == clock {
			return k.Passed
		}
	}
	return false
}

// measure returns the number of a measure of a kind in a status, 0 when there
// is none.
func (c demoCase) measure(kind policy.MeasureKind, status lifecycle.MeasureStatus) int {
	for _, m := range c.Measures {
		if m.Kind == kind && m.Status == status {
			return m.No
		}
	}
	return 0
}

func (p *demoPlay) look(ctx context.Context) (demoCase, error) {
	var answer struct {
		Case demoCase `json:"case"`
	}
	_, err := p.people["manager"].call(ctx, http.MethodGet, "/v1/cases/"+p.id, nil, nil, &answer)
	return answer.Case, err
}

// await watches the case until something is so.
func (p *demoPlay) await(ctx context.Context, what string, so func(demoCase) bool) error {
	for {
		if err := p.print(ctx); err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		c, err := p.look(ctx)
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if so(c) {
			return p.print(ctx)
		}
		if err := p.pause(ctx, 200*time.Millisecond); err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
	}
}

func (p *demoPlay) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// print prints the events that came since.
func (p *demoPlay) print(ctx context.Context) error {
	var page struct {
		Events []struct {
			Seq   int64               `json:"seq"`
			At    time.Time           `json:"at"`
			On    calendar.Date       `json:"legal"`
			Kind  lifecycle.EventKind `json:"kind"`
			Stage string              `json:"stage"`
			Level *policy.Level       `json:"level"`
			Actor string              `json:"actor_name"`
			// Content is what the event says.
			Content struct {
				Data struct {
					Kind policy.MeasureKind `json:"kind"`
				} `json:"data"`
			} `json:"content"`
		} `json:"events"`
	}
	path := fmt.Sprintf("/v1/cases/%s/events?after=%d", p.id, p.printed)
	if _, err := p.people["manager"].call(ctx, http.MethodGet, path, nil, nil, &page); err != nil {
		return err
	}
	for _, e := range page.Events {
		p.printed = e.Seq
		if e.Stage != "" {
			p.stage = e.Stage
		}
		if e.Level != nil {
			p.level = *e.Level
		}
		what := e.Kind.ZH()
		if e.Kind == lifecycle.EventMeasureOrdered {
			what += "：" + e.Content.Data.Kind.ZH()
		}
		who := e.Actor
		if who == "" {
			who = "（计时）"
		}
		fmt.Printf("%s  %s  %s%s%-4s  %s\n", e.At.In(calendar.Zone()).Format("15:04:05"), e.On, column(what, 26),
			column(lifecycle.Stage(p.stage).ZH(), 16), p.level, who)
	}
	return nil
}

// column pads a text to a width in terminal cells; a Chinese character has two.
func column(s string, width int) string {
	return s + strings.Repeat(" ", max(1, width-runewidth.StringWidth(s)))
}
