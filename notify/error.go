package notify

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Fate is what a failed try means for the message.
type Fate int

// The fates.
const (
	// Temporary: it did not arrive, and may be tried again.
	Temporary Fate = iota
	// Uncertain: it may have arrived. It is tried again under the same id, by
	// which the other side tells a repetition.
	Uncertain
	// Permanent: trying again would end the same way.
	Permanent
)

// A SendError is a try that failed. It names neither secret nor full address.
type SendError struct {
	Fate Fate
	// Code is the stable name of what happened.
	Code string
	// Status is the other side's number for it: of SMTP, of HTTP or of a robot.
	// Zero when there was no answer.
	Status int
	// ZH is a sentence for whoever looks why something was not delivered.
	ZH string
	// RetryAfter is how long the other side wants to be left alone; zero when it
	// does not say.
	RetryAfter time.Duration
	// Held: the message was not tried, because of our own limits, because we are
	// being stopped, or because the mail server never came to hear of it. It says
	// nothing about the address.
	Held bool

	cause error
}

// Error says it for the log.
func (e *SendError) Error() string {
	text := e.Code
	if e.Status != 0 {
		text += fmt.Sprintf(" (%d)", e.Status)
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns what happened inside.
func (e *SendError) Unwrap() error { return e.cause }

// unfit is a message that was written wrongly.
func unfit(code, en string) *SendError {
	return &SendError{Fate: Permanent, Code: code, ZH: "消息内容有误，无法发送，请联系系统管理员。", cause: errors.New(en)}
}

// stopped is a try that whoever asked for it called off.
func stopped(fate Fate, cause error) *SendError {
	return &SendError{Fate: fate, Code: "stopped", ZH: "发送中断，将重新发送。", Held: fate == Temporary, cause: cause}
}

// calledOff reports whether the caller ended the try, and not our own deadline.
func calledOff(caller context.Context) bool { return errors.Is(caller.Err(), context.Canceled) }
