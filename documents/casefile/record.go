package casefile

import (
	"encoding/json"
	"io"
	"time"

	"duban/calendar"
	"duban/documents"
	"duban/lifecycle"
	"duban/policy"
)

// A Record is what the file is made of.
type Record struct {
	// Events are the case's whole history, from the first.
	Events   []lifecycle.Event
	UnitName string
	Office   documents.Office
	Codes    policy.Codes
	// Names are what people call what the events name by id: persons, units,
	// campaigns and other cases. An id that has none stands as it is.
	Names map[string]string
	// Papers are those that went out, in the order of their events.
	Papers []documents.Sent
	// Evidence is all of the case's, in the order in which it came.
	Evidence []Evidence
}

// Evidence is one file that proves what the case says.
type Evidence struct {
	ID, Name string
	// ByName is who sent it, ByUnit whether that was the unit.
	ByName string
	ByUnit bool
	// ReceivedAt is when it came, Effective the date the paper bears.
	ReceivedAt time.Time
	Effective  calendar.Date
	// Size and SHA256 are what the record says of the content.
	Size   int64
	SHA256 string
	// Open begins reading it.
	Open func() (io.ReadCloser, error)
}

// A Manifest lists what is in the archive beside itself.
type Manifest struct {
	Format  int    `json:"format"`
	Case    string `json:"case_id"`
	Number  string `json:"number"`
	Version int64  `json:"version"`
	Files   []File `json:"files"`
}

// A File is one file of the archive.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// format is the version of the archive's form.
const format = 2

// The names that do not follow from the case.
const (
	manifestName = "manifest.json"
	hashName     = "manifest.sha256"
	eventsName   = "90-办理经过.jsonl"
	stateName    = "91-事项现状.json"
)

// A line is one event as the history holds it.
type line struct {
	Seq       int64               `json:"seq"`
	At        time.Time           `json:"at"`
	Legal     calendar.Date       `json:"legal"`
	Kind      lifecycle.EventKind `json:"kind"`
	Actor     string              `json:"actor,omitempty"`
	ActorName string              `json:"actor_name,omitempty"`
	Command   string              `json:"command_id,omitempty"`
	Content   json.RawMessage     `json:"content"`
}
