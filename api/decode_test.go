package api_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// Every fault of a body is named, each with its path.
func TestDecodeNamesEveryFault(t *testing.T) {
	t.Parallel()
	body := lifecycle.SubmitPlan{}
	err := api.Decode([]byte(`{"measures":[{"text":1,"due":"2026-13-01"},[],{"kind":{"a":[1,2]},"owner":"甲"}],"paper":{"on":7,"seal":true},"x":{"y":[]}}`), &body)
	require.Equal(t, []string{
		"measures[0].text wrong_type", "measures[0].due no_such_date", "measures[1] wrong_type", "measures[2].kind wrong_type",
		"paper.on wrong_type", "paper.seal unknown_field", "x unknown_field",
		// What is not there is missing, in what can be read.
		"measures[0].kind required", "measures[0].owner required", "measures[2].text required", "measures[2].due required", "paper.scan required",
	}, api.FieldsOf(err))
	require.Equal(t, "甲", body.Measures[2].Owner, "what can be read is read")
}

// A name that somebody chose is shown short and without tricks.
func TestDecodeShowsNamesSafely(t *testing.T) {
	t.Parallel()
	err := api.Decode([]byte(`{"`+strings.Repeat("长", 100)+`":1,"a\u202eb":2}`), &lifecycle.Note{})
	require.Equal(t, []string{strings.Repeat("长", 64) + "… unknown_field", "a?b unknown_field", "text required"}, api.FieldsOf(err))
}

// A text has one way of ending a line, whatever a page sent.
func TestDecodeEndsLinesByALineFeed(t *testing.T) {
	t.Parallel()
	var body lifecycle.Note
	require.NoError(t, api.Decode([]byte(`{"text":"一\r\n二\r三\n四\r\r\n五"}`), &body))
	require.Equal(t, "一\n二\n三\n四\n\n五", body.Text)
}

// Every kind of command can be read from what it is written as.
func TestDecodeReadsEveryKind(t *testing.T) {
	t.Parallel()
	for _, kind := range lifecycle.CommandKinds() {
		body, _ := lifecycle.NewCommand(kind)
		text, err := json.Marshal(body)
		require.NoError(t, err)
		again, _ := lifecycle.NewCommand(kind)
		// What is optional is left out or null, and null is for pointers only.
		text = []byte(strings.ReplaceAll(string(text), `:null`, `:[]`))
		require.NoError(t, api.Decode(text, again), "%s: %s", kind, text)
		err = api.Decode([]byte(`{"nobody_has_this":1}`), again)
		require.Contains(t, api.FieldsOf(err), "nobody_has_this unknown_field")
	}
}

// Whatever comes, reading ends, and what was read is what
// encoding/json reads too.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"items":[{"no":1,"done":true,"account":"好","evidence":["a"]}],"paper":{"on":"2026-01-05","scan":"x"}}`, `{"items":null}`,
		`{"items":[{"no":1e3}]}`, `[[[[`, `{"items":[{"no":1},{"no":1}]}x`, `{"a":{"b":[{"c":1}]},"items":[]}`, "\ufeff{}", `{"receipt":{"manner":"paper","on":""}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var ours, theirs lifecycle.SubmitReport
		if err := api.Decode(text, &ours); err != nil {
			require.NotEmpty(t, api.FieldsOf(err)[0])
			return
		}
		require.NoError(t, json.Unmarshal(text, &theirs))
		again, err := json.Marshal(theirs)
		require.NoError(t, err)
		if bytes.Contains(again, []byte(`\r`)) {
			return // we end its lines otherwise
		}
		require.Equal(t, theirs, ours)
	})
}
