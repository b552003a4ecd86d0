package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"

	"duban/api"
	"duban/calendar"
	"duban/documents/findings"
	"duban/internal/heap"
	"duban/store"
)

// maxGrowth is by how many MiB the process may grow while it imports.
const maxGrowth = 64

// imports measures workbooks of 800 and of 20,000 findings, from the file to
// the last opened case.
func imports(ctx context.Context, b *bench, _ options) error {
	r, err := b.record(ctx, store.Options{}, nil)
	if err != nil {
		return err
	}
	defer r.close()
	for _, rows := range []int{800, findings.MaxRows} {
		if err := importRows(ctx, r, rows); err != nil {
			return err
		}
	}
	return nil
}

func importRows(ctx context.Context, r *record, rows int) error {
	file, err := filledIn(r, rows)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	day := calendar.Real().Date(time.Now())
	campaign, err := r.AddCampaign(ctx, store.Campaign{
		Name: fmt.Sprint("批次", rows), Year: day.Year(), Method: "inspection", StartsOn: day, EndsOn: day, Scope: []string{r.people.Unit.ID},
		Override: "测量", Author: "bench",
	})
	if err != nil {
		return err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, io.NewSectionReader(file, 0, findings.MaxFile))
	if err != nil {
		return err
	}
	before, err := resetPeak()
	if err != nil {
		return err
	}
	var checked, opened time.Duration
	grown := heap.Growth(func() { checked, opened, err = fromFile(ctx, r, file, size, hash.Sum(nil), campaign.ID) })
	if err != nil {
		return err
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	told(fmt.Sprintf("rows/s checked, %d findings from Excel", rows), float64(rows)/checked.Seconds(), "/s")
	told(fmt.Sprintf("rows/s from Excel to opened cases, %d findings", rows), float64(rows)/opened.Seconds(), "/s")
	name := fmt.Sprintf("%d findings from Excel to opened cases", rows)
	if rows == 800 {
		atMost(name, opened.Seconds(), 10, "s")
	} else {
		told(name, opened.Seconds(), "s")
	}
	atMost(fmt.Sprintf("growth of the heap meanwhile, %d findings", rows), float64(grown)/(1<<20), maxGrowth, "MiB")
	atMost(fmt.Sprintf("growth of the process meanwhile, %d findings", rows), peak-before, maxGrowth, "MiB")
	return nil
}

// fromFile imports a workbook to its last case, and tells how long the checking
// took and how long it all did.
func fromFile(ctx context.Context, r *record, file *os.File, size int64, sum []byte, campaign string) (checked, opened time.Duration, err error) {
	start := time.Now()
	i, result, err := api.ImportFindings(ctx, r, r, r.people.Inspector, start, api.Upload{File: file, Size: size, Name: "a.xlsx", Sum: sum, Campaign: campaign})
	if err != nil {
		return 0, 0, err
	}
	if !result.Good() {
		return 0, 0, fmt.Errorf("row refused: %s", result.Faults[0].EN)
	}
	checked = time.Since(start)
	if _, err := r.StartImport(ctx, r.people.Inspector, i.ID, time.Now()); err != nil {
		return 0, 0, err
	}
	for more := true; more; {
		if _, more, err = r.OpenImport(ctx, i.ID, 100, nil); err != nil {
			return 0, 0, err
		}
	}
	return checked, time.Since(start), nil
}

// filledIn is a workbook with so many findings.
func filledIn(r *record, rows int) (*os.File, error) {
	file, err := os.CreateTemp("", "duban-bench-*.xlsx")
	if err != nil {
		return nil, err
	}
	header := findings.Header{Row: 1, Columns: []string{"单位", "问题", "事实", "发现日期", "发现方式", "问题类别"}}
	err = findings.Marked(file, findings.Tables{}, header, func(put func(findings.Row) error) error {
		for i := range rows {
			title := fmt.Sprintf("%d个问题之第%d个：组织生活制度落实不严格", rows, i+1)
			cells := []string{r.people.Unit.Name, title, "检查发现：" + title + "，上半年三会一课记录缺失，组织生活会后未见整改清单。", "2026.3.2", "督促检查", "C03"}
			if err := put(findings.Row{Row: i + 2, Cells: cells}); err != nil {
				return err
			}
		}
		return nil
	})
	return file, err
}
