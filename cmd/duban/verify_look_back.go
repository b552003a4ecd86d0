package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"duban/documents/casefile"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

type verifyLookBackCmd struct {
	Case    string `arg:"" help:"A case file (.zip) or its events (.jsonl, .json), which are checked offline; or the id or number of a case in the record, which is checked with the rosters."`
	Rosters string `help:"A file of the case's rosters, to check a file with: the answer of /v1/look-backs/{id}/rosters."`
}

var errNoDraw = errors.New("记录中没有抽签，无可核验 / there is no draw in the record, so nothing can be checked")

// Run recomputes the draws of one case.
func (c verifyLookBackCmd) Run(ctx context.Context, s *settings) error {
	name := strings.ToLower(c.Case)
	switch {
	case strings.HasSuffix(name, ".zip"):
		return c.archive(stdout)
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".json"):
		return c.events(stdout)
	default:
		return c.record(ctx, s, stdout)
	}
}

// archive checks a case file, the whole of it first: of one that was altered
// anywhere nothing is said to be right.
func (c verifyLookBackCmd) archive(out io.Writer) error {
	f, err := os.Open(c.Case)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, events, problems := casefile.Open(f, info.Size())
	for _, p := range problems {
		printLine(out, "%s", p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s：案卷有%d处问题 / %d problems", c.Case, len(problems), len(problems))
	}
	draws := lifecycle.DrawsOf(events)
	rosters, err := c.rosters(draws)
	if err != nil {
		return err
	}
	return c.tell(out, m.Number, draws, lifecycle.CheckDraws(m.Case, draws, rosters))
}

// events checks the history alone.
func (c verifyLookBackCmd) events(out io.Writer) error {
	text, err := os.ReadFile(c.Case)
	if err != nil {
		return err
	}
	events, err := casefile.Events("", text)
	if err != nil {
		return fmt.Errorf("%s：办理经过无法读取 / the events cannot be read: %w", c.Case, err)
	}
	number := c.Case
	if len(events) > 0 {
		if opened, ok := events[0].Body.(*lifecycle.CaseOpened); ok {
			number = opened.Number
		}
	}
	draws := lifecycle.DrawsOf(events)
	rosters, err := c.rosters(draws)
	if err != nil {
		return err
	}
	return c.tell(out, number, draws, lifecycle.CheckDraws("", draws, rosters))
}

// rosters reads the rosters at hand, none when there is no file. A draw that is not
// in it is one whose roster could not be shown.
func (c verifyLookBackCmd) rosters(draws []lifecycle.DrawRecord) (rosters map[int]*lot.ShownRoster, err error) {
	if c.Rosters == "" {
		return rosters, nil
	}
	text, err := os.ReadFile(c.Rosters)
	if err != nil {
		return nil, err
	}
	var list struct {
		Rosters []store.DrawnRoster `json:"rosters"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("%s: the rosters cannot be read / 名册无法读取: %w", c.Rosters, err)
	}
	rosters = map[int]*lot.ShownRoster{}
	for _, d := range draws {
		rosters[d.Number] = nil
	}
	for _, r := range list.Rosters {
		rosters[r.Number] = &r.ShownRoster
	}
	return rosters, nil
}

var caseID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// record checks a case of the record, with the rosters.
func (c verifyLookBackCmd) record(ctx context.Context, s *settings, out io.Writer) error {
	if !caseID.MatchString(c.Case) && (lifecycle.Case{Number: c.Case}).NumberKey() == 0 {
		return fmt.Errorf("%q不是案卷文件，也不是事项编号 / no case file, no id and no number of a case", c.Case)
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	record, err := s.record(ctx, keys...)
	if err != nil {
		return err
	}
	defer record.Close()
	id := strings.ToLower(c.Case)
	if !caseID.MatchString(id) {
		found, err := record.CaseByNumber(ctx, c.Case)
		if err != nil {
			return c.unknown(err)
		}
		id = found.Case.ID
	}
	draws, checks, err := record.CheckedDraws(ctx, lifecycle.Actor{}, id)
	if err != nil {
		return c.unknown(err)
	}
	return c.tell(out, c.Case, draws, checks)
}

func (c verifyLookBackCmd) unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("没有这个事项：%s / there is no such case", c.Case)
	}
	return err
}

// tell prints what recomputing came to, and fails when anything is not as it
// should be.
func (c verifyLookBackCmd) tell(out io.Writer, number string, draws []lifecycle.DrawRecord, checks []lifecycle.DrawCheck) error {
	if len(checks) == 0 {
		return fmt.Errorf("%s：%w", c.Case, errNoDraw)
	}
	report := newDrawReport(out, draws)
	open, wrong := 0, 0
	for i, d := range checks {
		report.draw(draws[i], d)
		wrong += len(d.Mismatches)
		if d.OK {
			open++
		}
	}
	switch {
	case wrong > 0:
		return fmt.Errorf("%s：抽签核验有%d处问题 / %d problems", c.Case, wrong, wrong)
	case open == 0:
		report.line(0, fmt.Sprintf("%s，抽签记录%d条，尚未启封，无可核对", number, len(checks)))
	default:
		report.line(0, "未核对：姓名和理由的文字；申请、决定和准许的是哪一人（须由二人办理的已核对）。")
		report.line(0, fmt.Sprintf("ok: %s，抽签记录%d条，启封%d次，均与密封校验码相符", number, len(checks), open))
	}
	return nil
}
