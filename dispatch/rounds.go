package dispatch

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"duban/store"
	"duban/workflows"
)

const (
	// roundsEvery is how often rounds that did not begin are looked for: a third of
	// the shortest interval of a Schedule, so that two rounds never fail unseen.
	roundsEvery = 20 * time.Second
	leastRounds = 2 * time.Second
)

// RoundZH says what a Schedule does.
func RoundZH(schedule string) string {
	return map[string]string{
		workflows.ScheduleJobs: "批量办理", workflows.ScheduleLookBacks: "通知回头看检查组",
		workflows.ScheduleMessages: "发送消息和每日提醒", workflows.ScheduleBounces: "读取退信",
	}[schedule]
}

// A lookout sees from the record alone that what the engine should begin by itself
// does not begin, whatever keeps it. It has the Schedules mended, and does itself
// what may not wait: a team that is to be told on its day.
type lookout struct {
	record Rounds
	mend   func(ctx context.Context, schedules []string) error
	health *health
	log    *slog.Logger
	clock  func() time.Time

	late   []string
	toldAt time.Time
}

// round looks once.
func (l *lookout) round(ctx context.Context) error {
	readCtx, cancel := context.WithTimeout(ctx, callLimit)
	late, err := l.record.LateRounds(readCtx)
	cancel()
	if err != nil {
		return err
	}
	names := make([]string, len(late))
	for i, r := range late {
		names[i] = r.Name
	}
	if !slices.Equal(names, l.late) {
		l.say(ctx, names)
	}
	l.late = names
	if len(late) == 0 {
		return nil
	}
	told := l.tell(ctx, late)
	if l.health.now() == EngineReady {
		if err := l.mend(ctx, names); err != nil {
			return err
		}
	}
	return told
}

// tell tells the teams whose day it is, as often as the Schedule would have had it
// done. Whoever was told is not told again.
func (l *lookout) tell(ctx context.Context, late []store.LateRound) error {
	i := slices.IndexFunc(late, func(r store.LateRound) bool { return r.Name == workflows.ScheduleLookBacks })
	if i < 0 || time.Since(l.toldAt) < late[i].Every {
		return nil
	}
	l.toldAt = time.Now()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return l.record.DispatchLookBacks(ctx, l.clock())
}

func (l *lookout) say(ctx context.Context, names []string) {
	if len(names) == 0 {
		l.log.InfoContext(ctx, "all schedules go again")
		return
	}
	l.log.WarnContext(ctx, "schedules do not go; they are being mended", slog.Any("schedules", names))
}
