package lifecycle

import (
	"time"

	"duban/calendar"
	"duban/lot"
)

// A DrawRecord is what the record says of one draw of a case's look-back. It is
// made of events alone, so before the arrival there is no drawn day and no drawn
// person in it.
type DrawRecord struct {
	// Number counts the draws of the case. What a leader decides after the last
	// draw was used up stands under that draw's number again.
	Number int       `json:"number"`
	State  DrawState `json:"state" doc:"How the draw stands"`
	// At is when lots were drawn, or could not be.
	At time.Time `json:"at,omitzero"`
	// Window is what the day was drawn from.
	Window lot.Window `json:"window,omitzero"`
	// Commitment is a lot.Commitment in its short form, empty when nothing was
	// drawn; Key is the id of the key the plan was sealed under.
	Commitment string `json:"commitment,omitempty" doc:"What was made known at the draw and tells nothing of it, in short form; empty when nothing was drawn"`
	Key        string `json:"key,omitempty" doc:"Id of the key that seals the plan"`
	// Recusals are the ids of those entered shortly before the draw.
	Recusals []string `json:"recusals,omitempty"`
	// Fault is why nothing was drawn, or why what was drawn was not kept.
	Fault    *DrawFault    `json:"fault,omitempty"`
	Redraws  []Petition    `json:"redraws,omitempty" doc:"The requests to draw once more, in their order"`
	Openings []Petition    `json:"openings,omitempty" doc:"The requests to lay the sealed plan open, in their order"`
	Permits  []DrawPermit  `json:"permits,omitempty" doc:"What leaders permitted, in its order"`
	Announce *DrawAnnounce `json:"announced,omitempty" doc:"That the unit was told beforehand; none when it was not"`
	// Dispatched is there once the draw has ended, what follows from the arrival on.
	Dispatched *LookBackDispatched `json:"dispatched,omitempty"`
	Arrival    *DrawArrival        `json:"arrival,omitempty" doc:"Who came, and when; none before"`
	Reveal     *lot.Reveal         `json:"reveal,omitempty" doc:"What was laid open: the values and the random bits that sealed them; none while it is sealed"`
	Differs    []Difference        `json:"differs,omitempty" doc:"Where the arrival differs from the draw"`
	// odd is what the events contradict one another in. Lost says that the seal is
	// known to be broken, readers are who may read the plan before its day.
	odd     []lot.Mismatch
	lost    bool
	drawn   bool
	readers []string
	// recusers entered the recusals for which nothing was drawn.
	recusers []string
	// toldOn is the legal day on which the team was told.
	toldOn Date
}

// A DrawState says what can be known of a draw.
type DrawState string

// The states of a draw in the record.
const (
	DrawUndrawn DrawState = "undrawn" // nothing was drawn
	DrawSealed  DrawState = "sealed"  // drawn, and not laid open yet
	DrawOpen    DrawState = "open"    // laid open
	DrawLost    DrawState = "lost"    // never laid open, because its seal is broken
	DrawMissing DrawState = "missing" // should be laid open and is not
)

// ZH returns the state in Chinese.
func (s DrawState) ZH() string {
	switch s {
	case DrawUndrawn:
		return "未抽签"
	case DrawSealed:
		return "封存中"
	case DrawOpen:
		return "已启封"
	case DrawLost:
		return "无法启封"
	case DrawMissing:
		return "应启封而未启封"
	}
	return "其他"
}

// A DrawAct is what somebody did about a draw, and why.
type DrawAct struct {
	By     string    `json:"by"`
	ByName string    `json:"by_name"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	On     Date      `json:"on"`
}

// A Petition is what one person asked for and another decided.
type Petition struct {
	Asked   DrawAct  `json:"asked" doc:"Who asked, when and why"`
	Decided *DrawAct `json:"decided,omitempty" doc:"Who decided, when and why; none before"`
	Granted bool     `json:"granted"`
}

// A DrawAnnounce is that the unit was told the day.
type DrawAnnounce struct {
	DrawAct

	Day     Date     `json:"day" doc:"The day that the unit was told"`
	Persons []string `json:"persons" doc:"Accounts of those who go"`
	Names   []string `json:"names" doc:"Names of those who go"`
}

// A DrawPermit is a leader's word for an arrival that is not as it was drawn.
type DrawPermit struct {
	DrawAct

	// Day is that of the arrival.
	Day     Date     `json:"day"`
	Persons []string `json:"persons,omitempty" doc:"Accounts of those who may come instead"`
}

// A DrawArrival is who came, and when.
type DrawArrival struct {
	On         Date      `json:"on" doc:"The day on which they came"`
	Persons    []string  `json:"persons" doc:"Accounts of those who came"`
	Names      []string  `json:"names" doc:"Names of those who came"`
	RecordedBy string    `json:"recorded_by" doc:"Account of who recorded it"`
	RecordedAt time.Time `json:"recorded_at" doc:"When it was recorded, in UTC"`
	RecordedOn Date      `json:"recorded_on" doc:"The day on which it was recorded"`
	Announced  bool      `json:"announced,omitempty" doc:"Whether the unit had been told of it beforehand"`
	Permitted  bool      `json:"permitted,omitempty" doc:"Whether a leader permitted that others came, or on another day"`
}

// A Difference is how an arrival differs from what was drawn, with the leader who
// answers for it.
type Difference struct {
	lot.Mismatch

	Permitted *DrawAct `json:"permitted,omitempty" doc:"Who permitted it; none when nobody did"`
}

// DrawsOf folds the draws of a case's look-backs from its events, in their order.
func DrawsOf(events []Event) []DrawRecord {
	f := drawsFold{legal: inLegalTime(events)}
	for _, e := range events {
		f.take(e)
	}
	if f.owed {
		f.owes()
	}
	for i := range f.draws {
		f.draws[i].close(f.arrivedAfter(i))
	}
	return f.draws
}

// inLegalTime reports whether a record was made in legal time, and not in the
// compressed time of a demonstration, in which an instant tells no day. Most events
// say so: a late alarm may stand under an earlier day, and one may be altered.
func inLegalTime(events []Event) bool {
	n := 0
	for _, e := range events {
		if onItsDay(e) {
			n++
		}
	}
	return 2*n > len(events)
}

// onItsDay reports whether an instant lies on the legal day of its event.
func onItsDay(e Event) bool { return calendar.Real().Date(e.At) == e.Legal }
