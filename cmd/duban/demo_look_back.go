package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// inspectors are those a team is drawn from.
func (p *demoPlay) inspectors() []string {
	return []string{"lead", "lead2", "inspector", "inspector2", "inspector3"}
}

// A demoTask is what the drawn were told on the morning.
type demoTask struct {
	// number says nothing of where it is.
	number string
	on     calendar.Date
	// team are those who were told.
	team []string
}

// arrive waits until lots have sent somebody, lets them go, and shows that they are
// those who were drawn.
func (p *demoPlay) arrive(ctx context.Context) error {
	if err := p.showCommitment(ctx); err != nil {
		return err
	}
	task, err := p.awaitTask(ctx)
	if err != nil {
		return fmt.Errorf("wait for the drawn day: %w", err)
	}
	var persons, names []string
	p.lead = ""
	for _, who := range task.team {
		persons, names = append(persons, p.ids[who]), append(names, demoNames(who))
		if p.lead == "" && strings.HasPrefix(who, "lead") {
			p.lead = who
		}
	}
	p.say(fmt.Sprintf("今日任务%s → %s · only they are told", task.number, strings.Join(names, "、")))
	if p.lead == "" {
		return errors.New("nobody who may lead was told of the look-back")
	}
	if err := p.recordArrival(ctx, task, persons); err != nil {
		return err
	}
	return p.checkReveals(ctx)
}

// recordArrival records it on its day. Of a day of seconds nothing may be left when the
// machine is slow: a leader answers for the late record then, as in life.
func (p *demoPlay) recordArrival(ctx context.Context, task demoTask, persons []string) error {
	arrival := object{"on": task.on.String(), "persons": persons}
	err := p.do(ctx, p.lead, "record_arrival", arrival)
	for range 5 { // the permit holds for a day of seconds as well
		refused, ok := errors.AsType[*restError](err)
		if !ok || refused.Code != "recorded_late" && refused.Code != "not_drawn" {
			return err
		}
		if err := p.do(ctx, "leader", "permit_arrival", object{"on": task.on.String(), "reason": "当日到场，未及登记"}); err != nil {
			return err
		}
		err = p.do(ctx, p.lead, "record_arrival", arrival)
	}
	return err
}

// showCommitment shows all that can be known of a draw before its day.
func (p *demoPlay) showCommitment(ctx context.Context) error {
	draws, _, err := p.draws(ctx)
	if err != nil {
		return err
	}
	if len(draws) == 0 {
		return errors.New("no lots were drawn")
	}
	p.say("已抽签，日期与人员封存，无人知晓 · drawn; nobody knows the day")
	p.say(fmt.Sprintf("密封校验码 commitment %.24s…", draws[len(draws)-1].Commitment))
	return nil
}

// awaitTask looks into the inbox of everybody who could have been drawn. A day that
// was missed, because the machine slept on it, is drawn again by two people.
func (p *demoPlay) awaitTask(ctx context.Context) (demoTask, error) {
	for {
		task, err := p.task(ctx)
		if err != nil || task.number != "" {
			return task, err
		}
		c, err := p.look(ctx)
		if err != nil {
			return demoTask{}, err
		}
		if c.Draw.Status == lifecycle.DrawMissed || c.Draw.Status == lifecycle.DrawFailed {
			if err := p.redraw(ctx); err != nil {
				return demoTask{}, err
			}
		}
		if err := p.print(ctx); err != nil {
			return demoTask{}, err
		}
		if err := p.pause(ctx, 200*time.Millisecond); err != nil {
			return demoTask{}, err
		}
	}
}

func (p *demoPlay) redraw(ctx context.Context) error {
	if err := p.do(ctx, "head", "request_redraw", object{"reason": "抽定的日期未能派出检查组"}); err != nil {
		return err
	}
	return p.do(ctx, "leader", "decide_redraw", object{"granted": true, "reason": "同意重新抽签"})
}

// task is the newest task that was not shown yet; none has a number.
func (p *demoPlay) task(ctx context.Context) (demoTask, error) {
	var task demoTask
	_, _, timeline, err := p.record.PolicyInForce(ctx)
	if err != nil {
		return task, err
	}
	for _, who := range p.inspectors() {
		var inbox struct {
			Mailings []struct {
				Subject   string    `json:"subject"`
				CreatedAt time.Time `json:"created_at"`
			} `json:"mailings"`
		}
		if _, err := p.people[who].call(ctx, http.MethodGet, "/v1/inbox", nil, nil, &inbox); err != nil {
			return task, err
		}
		for _, m := range inbox.Mailings {
			number, is := strings.CutPrefix(m.Subject, "今日任务")
			if !is || p.tasks[number] || task.number != "" && task.number != number {
				continue
			}
			task.number, task.on = number, timeline.Date(m.CreatedAt)
			task.team = append(task.team, who)
		}
	}
	if len(task.team) < 2 {
		return demoTask{}, nil // they were told together, while the inboxes were read
	}
	p.tasks[task.number] = true
	return task, nil
}

// checkReveals compares what lies open since the arrival with what was committed to,
// as anybody can.
func (p *demoPlay) checkReveals(ctx context.Context) error {
	draws, reveals, err := p.draws(ctx)
	if err != nil {
		return err
	}
	if len(reveals) == 0 {
		return errors.New("the arrival laid nothing open")
	}
	for _, r := range reveals {
		for _, d := range draws {
			if d.Number != r.Number {
				continue
			}
			commitment, err := lot.Unpack(d.Commitment)
			if err == nil {
				err = lot.Verify(commitment, r, lot.Kept{Case: p.id, Number: d.Number})
			}
			if err != nil {
				return fmt.Errorf("verify draw %d: %w", d.Number, err)
			}
			p.say(fmt.Sprintf("✓ 启封：第%d次抽签，%s，与密封校验码相符 · as committed to", r.Number, r.Date))
		}
	}
	return nil
}

// draws are the draws of the case, and what its last arrival laid open.
func (p *demoPlay) draws(ctx context.Context) (draws []lifecycle.LookBackDrawn, reveals []lot.Reveal, err error) {
	var page struct {
		Events []struct {
			Kind    lifecycle.EventKind `json:"kind"`
			Content struct {
				Data json.RawMessage `json:"data"`
			} `json:"content"`
		} `json:"events"`
	}
	if _, err := p.people["manager"].call(ctx, http.MethodGet, "/v1/cases/"+p.id+"/events?limit=200", nil, nil, &page); err != nil {
		return nil, nil, err
	}
	for _, e := range page.Events {
		switch e.Kind { //nolint:exhaustive // the others are of no draw
		case lifecycle.EventLookBackDrawn:
			var d lifecycle.LookBackDrawn
			if err := json.Unmarshal(e.Content.Data, &d); err != nil {
				return nil, nil, fmt.Errorf("read draw: %w", err)
			}
			draws = append(draws, d)
		case lifecycle.EventArrived:
			var a lifecycle.Arrived
			if err := json.Unmarshal(e.Content.Data, &a); err != nil {
				return nil, nil, fmt.Errorf("read arrival: %w", err)
			}
			reveals = a.Reveals
		}
	}
	return draws, reveals, nil
}
