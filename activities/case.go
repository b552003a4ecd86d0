package activities

import (
	"context"
	"log/slog"
)

// An AlarmInput names the alarm of a case that a timer fired for.
type AlarmInput struct {
	Case    string `json:"case"`
	AlarmNo int64  `json:"alarm_no"`
	// Fruitless is how often in a row passing it changed nothing.
	Fruitless int `json:"fruitless,omitempty"`
}

// A CaseInput names a case.
type CaseInput struct {
	Case string `json:"case"`
}

// Alarm passes an alarm to the record and returns how the case stands now,
// whether the alarm was applied, stale or too early. It fails with a code.
func (a *Activities) Alarm(ctx context.Context, in AlarmInput) (told Told, err error) {
	defer a.guard(ctx, "alarm", in.Case, &err)
	told, err = a.record.Alarm(ctx, in.Case, in.AlarmNo)
	if err != nil {
		return Told{}, err
	}
	if in.Fruitless > 0 && !told.Settled && told.AlarmNo == in.AlarmNo {
		a.fruitless.Inc()
	}
	if told.Applied {
		a.heard(ctx, told)
	}
	return told, nil
}

// heard takes back the telling that the alarm's own transaction queued: this
// answer is it. Should the answer get lost, the workflow asks again.
func (a *Activities) heard(ctx context.Context, told Told) {
	if err := a.record.TellingDone(ctx, told.Case, told.Seq); err != nil {
		a.log.WarnContext(ctx, "telling stays behind", slog.String("case", told.Case), slog.Any("error", err))
	}
}

// Told returns how the case stands. It fails with a code.
func (a *Activities) Told(ctx context.Context, in CaseInput) (told Told, err error) {
	defer a.guard(ctx, "told", in.Case, &err)
	return a.record.Told(ctx, in.Case)
}
