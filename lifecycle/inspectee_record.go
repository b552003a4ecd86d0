package lifecycle

import (
	"encoding/json"
	"fmt"
	"strings"

	"duban/lot"
)

// A DrawRecordError says that the record of a draw is not one that was written.
type DrawRecordError struct{ cause error }

// Error returns the English sentence.
func (e *DrawRecordError) Error() string {
	return fmt.Sprintf("the record of the draw cannot be read: %v", e.cause)
}

// Unwrap returns what is wrong with it.
func (e *DrawRecordError) Unwrap() error { return e.cause }

// ZH returns the Chinese sentence.
func (e *DrawRecordError) ZH() string { return "抽取记录无法识别，记录已被改动。" }

// ReadDraw reads the JSON of a draw of inspectees and refuses whatever a draw is
// not written as. encoding/json alone would take a field twice, under another
// case or one it does not know, and people would read what nobody replays.
func ReadDraw(text []byte) (lot.Draw, error) {
	var d lot.Draw
	if err := json.Unmarshal(text, &d); err != nil {
		return lot.Draw{}, &DrawRecordError{err}
	}
	written, err := json.Marshal(d)
	if err != nil {
		return lot.Draw{}, &DrawRecordError{err}
	}
	given, meant := json.NewDecoder(strings.NewReader(string(text))), json.NewDecoder(strings.NewReader(string(written)))
	given.UseNumber()
	meant.UseNumber()
	for {
		want, end := meant.Token()
		have, err := given.Token()
		switch {
		case end != nil && err != nil: // both end at once
			return d, nil //nolint:nilerr // the end is what was waited for
		case end != nil || err != nil || have != want:
			return lot.Draw{}, &DrawRecordError{fmt.Errorf("near byte %d", given.InputOffset())}
		}
	}
}
