package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"duban/lifecycle"
	"duban/lot"
)

type verifyDrawCmd struct {
	File string `arg:"" type:"existingfile" help:"The draw, as GET /v1/draws/{id} answers it."`
}

// Run draws again from the record, without the database.
func (c verifyDrawCmd) Run() error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	number, drawn, err := replayDraw(text)
	if err != nil {
		problem := err.Error()
		var said interface{ ZH() string }
		if errors.As(err, &said) {
			problem = said.ZH()
		}
		printLine(stdout, "%s", problem)
		return fmt.Errorf("%s: the draw does not replay / 抽取记录复核不符: %w", c.File, err)
	}
	printLine(stdout, "ok: 抽取记录相符，第%d次抽取，名册%d个单位，抽取%d个：", number, len(drawn.Roster), len(drawn.Drawn))
	for _, unit := range drawn.Drawn {
		printLine(stdout, "%s", unit)
	}
	return nil
}

// replayDraw reads a draw as the API shows it, and draws again.
func replayDraw(text []byte) (number int, drawn lot.Draw, err error) {
	var shown struct {
		Number int             `json:"number"`
		Record json.RawMessage `json:"record"`
		Digest lot.Digest      `json:"digest"`
	}
	if err := json.Unmarshal(text, &shown); err != nil {
		return 0, lot.Draw{}, fmt.Errorf("not a draw: %w", err)
	}
	if drawn, err = lifecycle.ReadDraw(shown.Record); err != nil {
		return 0, lot.Draw{}, err
	}
	return shown.Number, drawn, drawn.Replay(shown.Digest)
}
