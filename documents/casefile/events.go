package casefile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"

	"duban/lifecycle"
)

// Events reads the history of one case apart from its archive: the lines that
// stand there, or the list of events as the API answers it. Neither names the case;
// id may be empty. A page of a longer list is refused; lines that end too early it
// cannot know.
func Events(id string, text []byte) ([]lifecycle.Event, error) {
	var list struct {
		Events []line `json:"events"`
		Next   int64  `json:"next"`
	}
	if json.Unmarshal(text, &list) == nil && list.Events != nil {
		if list.Next != 0 {
			return nil, errPage
		}
		return eventsOf(id, list.Events)
	}
	return linesOf(id, text)
}

var errPage = errors.New("these are not all events: ask again with a higher limit, and put the pages together / 办理经过不全")

func linesOf(id string, text []byte) ([]lifecycle.Event, error) {
	var all []line
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxText)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return eventsOf(id, all)
}

// eventsOf wants the events from the first, without a gap.
func eventsOf(id string, lines []line) ([]lifecycle.Event, error) {
	events := make([]lifecycle.Event, 0, len(lines))
	for i, l := range lines {
		if l.Seq != int64(i)+1 {
			return nil, errHistory
		}
		e, err := lifecycle.Event{
			Case: id, Seq: l.Seq, At: l.At, Legal: l.Legal, Kind: l.Kind, Command: l.Command, Actor: lifecycle.Actor{Account: l.Actor, Name: l.ActorName},
		}.WithContent(l.Content)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}
