package dispatch

import (
	"context"
	"time"

	"duban/store"
)

// Commands is what the record does for commands.
type Commands interface {
	Execute(ctx context.Context, r store.Request) (store.Answer, error)
}

// Tellings is what the record knows of what is still to be told.
type Tellings interface {
	// Telling reads what is to be told of a case now; ok is false when there is
	// nothing to tell.
	Telling(ctx context.Context, caseID string) (told store.Told, ok bool, err error)
	// TellingDone forgets what was told of a case up to seq, TellingFailed puts
	// its next try off.
	TellingDone(ctx context.Context, caseID string, seq int64) error
	TellingFailed(ctx context.Context, caseID string, seq int64) error
	// Tellings lists those left over for longer than that and due for a try,
	// oldest first.
	Tellings(ctx context.Context, olderThan time.Duration, limit int) ([]store.Telling, error)
	// TellAll queues a telling for a page of the open cases, in the order of
	// their ids after the given one.
	TellAll(ctx context.Context, after string, limit int) (n int, last string, err error)
}

// Alarms is what the record knows of alarms that nobody passed.
type Alarms interface {
	// LateAlarms lists alarms that should have fired longer ago than that,
	// oldest first; LateAlarmCount counts them.
	LateAlarms(ctx context.Context, olderThan time.Duration, limit int) ([]store.LateAlarm, error)
	LateAlarmCount(ctx context.Context, olderThan time.Duration) (int64, error)
	// Alarm applies an alarm and returns how the case stands.
	Alarm(ctx context.Context, caseID string, alarmNo int64) (store.Told, error)
}

// Life is where a process leaves its signs of life.
type Life interface {
	Heartbeat(ctx context.Context) error
	// HeartbeatEvery is a minute, and less when legal days are compressed.
	HeartbeatEvery(ctx context.Context) (time.Duration, error)
}

// Rounds is what the record knows of what the engine begins by itself.
type Rounds interface {
	// LateRounds lists what should have begun and did not.
	LateRounds(ctx context.Context) ([]store.LateRound, error)
	// DispatchLookBacks tells the teams whose day it is, once.
	DispatchLookBacks(ctx context.Context, now time.Time) error
}

// Record is what dispatch needs of the record.
type Record interface {
	Commands
	Tellings
	Alarms
	Life
	Rounds
}
