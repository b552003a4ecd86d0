// Package examples holds invented findings of the kind that the article in
// 《旗帜》2024年第4期 names, for the demonstration and for tests.
package examples

import _ "embed"

// Finding is one finding as POST /v1/cases takes it, without unit and date.
//
//go:embed finding.json
var Finding []byte

// Campaign is a whole campaign, 120 findings in 40 units, row by row as staff
// type it into the template.
//
//go:embed campaign.csv
var Campaign []byte
