package lifecycle

import (
	"encoding/json"
	"fmt"
	"time"

	"duban/calendar"
	"duban/policy"
)

// An Event is one thing that happened to a case: the unit of the record of
// law. The case is the fold of its events.
type Event struct {
	Case string
	// Seq counts the case's events from 1 without gaps.
	Seq int64
	// At is when it was recorded; it never goes back within a case.
	At time.Time
	// Legal is the day on which it counts, which for a late alarm lies before At.
	Legal calendar.Date
	// Actor is who did it; the case itself when Account is empty.
	Actor Actor
	// Command is the id of the command that caused it; empty for an alarm.
	Command string
	Kind    EventKind
	// Stage is the stage the case went to, empty when it stayed.
	Stage Stage
	// Level is the level the case went to, nil when it stayed.
	Level *policy.Level
	// LevelOn is the day from which the pace of the ladder is counted on.
	LevelOn calendar.Date
	// Clocks are the clocks as the event left them.
	Clocks []ClockChange
	// Visible: the event changed something the unit may see.
	Visible bool
	Body    Body
}

// A ClockChange is a clock as an event left it, or the end of one.
type ClockChange struct {
	Clock
	Stopped bool `json:"stopped,omitempty"`
}

// MarshalJSON writes of a clock that ended only which it was: the event that
// started it says the rest.
func (c ClockChange) MarshalJSON() ([]byte, error) {
	if !c.Stopped {
		return json.Marshal(c.Clock)
	}
	return json.Marshal(StoppedClock{c.Name, c.Measure, true})
}

// A StoppedClock is the end of a clock.
type StoppedClock struct {
	Name    policy.ClockName `json:"name" doc:"What was awaited"`
	Measure int              `json:"measure,omitempty" doc:"Number of the ordered measure that the clock belonged to; none for the other clocks"`
	Stopped bool             `json:"stopped" doc:"Always true: the clock runs no more"`
}

func (c ClockChange) same(name policy.ClockName, measure int) bool {
	return c.Name == name && c.Measure == measure
}

// An EventKind names what happened, in the past tense.
type EventKind string

// A Body is what an event says beyond stage, level and clocks. Each kind of
// event has one type of body.
type Body interface {
	apply(c *Case, e Event)
}

// EventContent is what the record holds of an event beside who, when and which kind.
type EventContent struct {
	Stage   Stage           `json:"stage,omitempty" doc:"The stage the case went to; none when it stayed"`
	Level   *policy.Level   `json:"level,omitempty" doc:"The level the case went to; none when it stayed"`
	LevelOn calendar.Date   `json:"level_on,omitzero" doc:"The day from which the pace of the ladder is counted on"`
	Clocks  []ClockChange   `json:"clocks,omitempty" doc:"The clocks that the event started, changed or stopped"`
	Visible bool            `json:"unit_visible,omitempty" doc:"Whether it changed something the unit may see"`
	Data    json.RawMessage `json:"data,omitempty" doc:"What was said or came of it, by the event's kind; none where nothing is to be said"`
}

// Content returns the event's content as it is stored: stage, level, clocks
// and body.
func (e Event) Content() ([]byte, error) {
	data, err := json.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("encode event %s %d: %w", e.Case, e.Seq, err)
	}
	if string(data) == "{}" {
		data = nil
	}
	return json.Marshal(EventContent{Stage: e.Stage, Level: e.Level, LevelOn: e.LevelOn, Clocks: e.Clocks, Visible: e.Visible, Data: data})
}

// WithContent returns the event with stored content read back. The event's
// Kind must be set. It fails on a kind that no release ever wrote.
func (e Event) WithContent(content []byte) (Event, error) {
	var v EventContent
	if err := json.Unmarshal(content, &v); err != nil {
		return Event{}, fmt.Errorf("decode event %s %d: %w", e.Case, e.Seq, err)
	}
	body, ok := NewBody(e.Kind)
	if !ok {
		return Event{}, fmt.Errorf("decode event %s %d: unknown kind %q", e.Case, e.Seq, e.Kind)
	}
	if len(v.Data) > 0 {
		if err := json.Unmarshal(v.Data, body); err != nil {
			return Event{}, fmt.Errorf("decode event %s %d: %w", e.Case, e.Seq, err)
		}
	}
	e.Stage, e.Level, e.LevelOn, e.Clocks, e.Visible, e.Body = v.Stage, v.Level, v.LevelOn, v.Clocks, v.Visible, body
	return e, nil
}

// A Numbered body needs a number from a gap-free series, which only the record
// can allot, inside the transaction that writes the event.
type Numbered interface {
	Body
	// Series is the name of the series.
	Series() string
	// Allot gives the body its number.
	Allot(n int)
}

// A Reserving body holds a number of one of our series that was given outside, on paper:
// the series goes on behind it.
type Reserving interface {
	Body
	// Reserves is the name of the series, empty when it is none of ours, and the number.
	Reserves() (series string, n int)
}
