package main

import (
	"fmt"
	"os"

	"duban/documents/casefile"
)

type verifyCmd struct {
	File     verifyFileCmd     `cmd:"" default:"withargs" help:"Check a case file offline: its hashes, its names, its history and its draws."`
	LookBack verifyLookBackCmd `cmd:"" name:"look-back" help:"Recompute what was drawn for a case's look-backs from the commitments."`
	Draw     verifyDrawCmd     `cmd:"" help:"Draw a campaign's inspectees again from the record of the draw."`
}

type verifyFileCmd struct {
	File string `arg:"" type:"existingfile" help:"The case file, as .zip."`
}

// Run checks the file, without the record.
func (c verifyFileCmd) Run() error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, problems := casefile.Verify(f, info.Size())
	for _, p := range problems {
		printLine(stdout, "%s", p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s: %d problems / 案卷有%d处问题", c.File, len(problems), len(problems))
	}
	printLine(stdout, "ok: 案卷完整，%s，版本%d，文件%d个", m.Number, m.Version, len(m.Files))
	return nil
}
