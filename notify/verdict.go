package notify

import (
	"errors"
	"time"
)

// An Outcome is what becomes of a message after a try.
type Outcome int

// The outcomes.
const (
	// Sent: it is done.
	Sent Outcome = iota
	// Again: it is tried once more, at Verdict.At.
	Again
	// Dead: it is tried no more unless somebody orders it.
	Dead
)

// A Verdict is what becomes of a message, and what to note about it.
type Verdict struct {
	Outcome Outcome
	// At is the earliest instant of the next try.
	At time.Time
	// Counts: the try counts towards those a message has. One that was held does
	// not, or a flood or a mail server away would use up the tries of what waits.
	Counts bool
	// MayHaveArrived: the other side may have the message although it is tried
	// again, or dead.
	MayHaveArrived bool
	// Code, Status and ZH are those of the error; empty when there was none.
	Code   string
	Status int
	ZH     string
}

// A Schedule says how long to wait after the first try, the second and so on.
// After its last wait comes one more try and then none.
type Schedule []time.Duration

// DefaultSchedule tries ten times within three days and a half: long enough for
// a receiver that is out of order over a weekend. A mail server that is away uses up
// none of them.
func DefaultSchedule() Schedule {
	return Schedule{
		time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 8 * time.Hour,
		24 * time.Hour, 24 * time.Hour, 24 * time.Hour,
	}
}

const (
	// longest is how long another side may put us off in one go.
	longest = 24 * time.Hour
	// shortest keeps a message that was held back from coming again at once.
	shortest = time.Second
)

// Judge says what becomes of a message whose try ended with err now. The tries
// are those that counted so far, this one included. An error it does not know
// is a fault of ours and no reason to lose the message.
func (s Schedule) Judge(err error, tries int, now time.Time) Verdict {
	if err == nil {
		return Verdict{Outcome: Sent, Counts: true}
	}
	e, known := errors.AsType[*SendError](err)
	if !known {
		e = &SendError{Fate: Uncertain, Code: "unknown", ZH: "发送时发生未知错误。"}
	}
	v := Verdict{
		Outcome: Again, Counts: !e.Held, MayHaveArrived: e.Fate == Uncertain, Code: e.Code, Status: e.Status, ZH: e.ZH,
	}
	wait := min(e.RetryAfter, longest)
	switch {
	case e.Held:
		v.At = now.Add(max(wait, shortest))
	case e.Fate == Permanent, tries > len(s):
		v.Outcome = Dead
	default:
		v.At = now.Add(max(wait, s[max(tries, 1)-1]))
	}
	return v
}
