package main

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"syscall"
	"time"

	"duban/docs/examples"
	"duban/documents/findings"
)

// A demoCampaign is the sample campaign on its way into the record.
type demoCampaign struct {
	examples.Sample

	// id is the campaign's, job the import's.
	id, job string
}

// campaign: while the first case cools, a whole campaign is imported from a
// workbook, and the worker is killed in the middle of it.
func (p *demoPlay) campaign(ctx context.Context) error {
	sample, err := examples.ReadCampaign()
	if err != nil {
		return err
	}
	c := &demoCampaign{Sample: sample}
	p.say("归档之前，导入一个批次 · until it is archived, a campaign is imported")
	if err := p.plan(ctx, c); err != nil {
		return err
	}
	if err := p.sendWorkbook(ctx, c); err != nil {
		return err
	}
	if err := p.opening(ctx, c, len(c.Rows)/3); err != nil {
		return err
	}
	p.say("✗ kill -9 worker " + fmt.Sprint(p.worker.cmd.Process.Pid))
	p.worker.end(syscall.SIGKILL)
	if p.worker, err = p.start(ctx, "worker"); err != nil {
		return err
	}
	p.say("✓ worker 已重新启动，稍后接着登记 · it runs again and will go on")
	if err := p.opening(ctx, c, len(c.Rows)); err != nil {
		return err
	}
	return p.sum(ctx, c)
}

// plan makes the units that are not there yet, and the campaign over all.
func (p *demoPlay) plan(ctx context.Context, c *demoCampaign) error {
	units, err := p.record.UnitNames(ctx)
	if err != nil {
		return err
	}
	today, err := p.today(ctx)
	if err != nil {
		return err
	}
	var scope []string
	for _, name := range c.Units {
		if units[name] == "" {
			var unit struct {
				ID string `json:"id"`
			}
			if err := p.client(p.admin).post(ctx, "/v1/units", object{"name": name, "region": "市直"}, &unit); err != nil {
				return fmt.Errorf("add unit: %w", err)
			}
			units[name] = unit.ID
		}
		scope = append(scope, units[name])
	}
	var planned struct {
		ID string `json:"id"`
	}
	if err := p.people["head"].post(ctx, "/v1/campaigns", object{
		"name": "第一批督查", "year": today.Year(), "method": "inspection", "starts_on": today.String(), "ends_on": today.String(), "scope": scope,
	}, &planned); err != nil {
		return fmt.Errorf("plan campaign: %w", err)
	}
	c.id = planned.ID
	return nil
}

// sendWorkbook fills the template as the inspectors would, sends it, and orders
// that its cases be opened.
func (p *demoPlay) sendWorkbook(ctx context.Context, c *demoCampaign) error {
	units, err := p.record.UnitNames(ctx)
	if err != nil {
		return err
	}
	rules, _, _, err := p.record.PolicyInForce(ctx)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("campaign", c.id); err != nil {
		return err
	}
	file, err := form.CreateFormFile("file", "问题清单.xlsx")
	if err != nil {
		return err
	}
	if err := findings.Filled(file, findings.Tables{Codes: rules.Codes, Units: units}, c.Heads, c.Rows); err != nil {
		return fmt.Errorf("fill workbook: %w", err)
	}
	if err := form.Close(); err != nil {
		return err
	}
	var checked struct {
		ID   string `json:"id"`
		Rows int    `json:"rows"`
	}
	inspector := p.people["inspector"]
	if _, err := inspector.once(ctx, http.MethodPost, "/v1/imports", map[string]string{"Content-Type": form.FormDataContentType()}, body.Bytes(), &checked); err != nil {
		return fmt.Errorf("send workbook: %w", err)
	}
	p.say(fmt.Sprintf("问题清单.xlsx：%d个单位，%d个问题，检查无误 · checked, no errors", len(c.Units), checked.Rows))
	c.job = checked.ID
	return inspector.post(ctx, "/v1/imports/"+c.job+"/open", object{}, nil)
}

// opening shows how many cases are open, until so many are.
func (p *demoPlay) opening(ctx context.Context, c *demoCampaign, until int) error {
	const cells, step = 30, 20
	for next := step; ; {
		var one struct {
			ByStage map[string]int `json:"by_stage"`
		}
		if _, err := p.people["manager"].call(ctx, http.MethodGet, "/v1/campaigns/"+c.id, nil, nil, &one); err != nil {
			return err
		}
		open := 0
		for _, n := range one.ByStage {
			open += n
		}
		if open >= next || open >= until {
			filled := cells * open / len(c.Rows)
			p.say(fmt.Sprintf("登记 [%s%s] %3d/%d", strings.Repeat("#", filled), strings.Repeat("-", cells-filled), open, len(c.Rows)))
			next = open + step
		}
		if open >= until {
			return nil
		}
		if err := p.pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("wait for the import: %w", err)
		}
	}
}

// sum shows that each finding is a case, and what they are about.
func (p *demoPlay) sum(ctx context.Context, c *demoCampaign) error {
	var list struct {
		Cases []struct {
			Category string `json:"category"`
		} `json:"cases"`
	}
	if _, err := p.people["manager"].call(ctx, http.MethodGet, "/v1/cases?limit=200&campaign="+c.id, nil, nil, &list); err != nil {
		return err
	}
	if len(list.Cases) != len(c.Rows) {
		return fmt.Errorf("%d findings became %d cases", len(c.Rows), len(list.Cases))
	}
	p.say(fmt.Sprintf("✓ %d个问题各立一案，不重不漏 · each finding is one case, none twice", len(list.Cases)))
	rules, _, _, err := p.record.PolicyInForce(ctx)
	if err != nil {
		return err
	}
	byCategory := map[string]int{}
	for _, one := range list.Cases {
		byCategory[one.Category]++
	}
	for _, category := range rules.Codes.Categories {
		if n := byCategory[category.Code]; n > 0 {
			fmt.Printf("          %s  %s%3d %s\n", category.Code, column(category.ZH, 44), n, strings.Repeat("#", (n+1)/2))
		}
	}
	return nil
}
