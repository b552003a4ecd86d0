// Package examples holds invented findings of the kind that the article in
// 《旗帜》2024年第4期 names, for the demonstration and for tests.
package examples

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
)

// Finding is one finding as POST /v1/cases takes it, without unit and date.
//
//go:embed finding.json
var Finding []byte

// Campaign is a whole campaign, 120 findings in 40 units, row by row as staff
// type it into the template.
//
//go:embed campaign.csv
var Campaign []byte

// A Sample is the campaign, ready to be filled into a workbook.
type Sample struct {
	// Heads are those of the columns, and Rows the findings under them.
	Heads []string
	Rows  [][]string
	// Units are the names of the units inspected, in the order of the rows.
	Units []string
}

// ReadCampaign reads the campaign.
func ReadCampaign() (Sample, error) {
	const unit = 1 // the column 单位
	lines, err := csv.NewReader(bytes.NewReader(Campaign)).ReadAll()
	if err != nil {
		return Sample{}, fmt.Errorf("read sample campaign: %w", err)
	}
	s := Sample{Heads: lines[0], Rows: lines[1:]}
	for _, row := range s.Rows {
		if !slices.Contains(s.Units, row[unit]) {
			s.Units = append(s.Units, row[unit])
		}
	}
	return s, nil
}
