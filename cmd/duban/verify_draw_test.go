package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lot"
)

// A draw of inspectees is made again from what the API shows of it, with no
// record at hand: 0 when it comes out the same, 1 for anything else.
func TestVerifyDraw(t *testing.T) {
	t.Parallel()
	var units []lot.Unit
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		units = append(units, lot.Unit{ID: id, Stratum: "东片", Excluded: map[string]string{"b": "正在巡察"}[id]})
	}
	d, err := lot.DrawInspectees(lot.NewStream(lot.Seed{}), lot.Weights{Ordinary: 1, Listed: 3}, []lot.Stratum{{Name: "东片", Take: 2}}, units)
	require.NoError(t, err)
	record, err := json.Marshal(d)
	require.NoError(t, err)
	whole := `{"id":"x","number":2,"record":` + string(record) + `,"digest":"` + d.Digest().String() + `"}`
	for name, one := range map[string]struct {
		text string
		code int
		says string
	}{
		"whole":          {whole, 0, "ok: 抽取记录相符，第2次抽取，名册6个单位，抽取2个：\n" + strings.Join(d.Drawn, "\n")},
		"indented":       {strings.ReplaceAll(whole, `,"`, ",\n  \""), 0, "ok: "},
		"other units":    {strings.Replace(whole, `"drawn":["`+d.Drawn[0], `"drawn":["b`, 1), 1, "抽取记录与当时留存的摘要不符"},
		"other reason":   {strings.Replace(whole, "正在巡察", "已经巡察", 1), 1, "抽取记录与当时留存的摘要不符"},
		"a member twice": {strings.Replace(whole, `"drawn":`, `"drawn":["b"],"drawn":`, 1), 1, "抽取记录无法识别"},
		"no record":      {`{"number":1}`, 1, "抽取记录无法识别"},
		"no JSON":        {"抽取", 1, "not a draw"},
		"empty":          {"", 1, "not a draw"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "抽取.json")
			require.NoError(t, os.WriteFile(path, []byte(one.text), 0o600))
			code, stdout, stderr := duban(t, "verify", "draw", path)
			require.Equal(t, one.code, code, "%s%s", stdout, stderr)
			require.Contains(t, stdout, one.says)
			if one.code != 0 {
				require.NotContains(t, stdout, "ok:")
				require.Contains(t, stderr, "抽取记录复核不符")
			}
		})
	}
}
