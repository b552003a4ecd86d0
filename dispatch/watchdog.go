package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"duban/store"
)

const (
	// latePage is how many late alarms are applied in one round, the oldest
	// first: few enough that healing never starves the commands.
	latePage = 500
	// watched bounds the cases the watchdog remembers. When there are more it
	// forgets them all, and takes one late alarm longer to find a lagging
	// workflow.
	watched = 50_000

	firstRest = 2 * time.Minute
	lastRest  = 2 * time.Hour
)

// A watchdog keeps the law where the engine does not: from the record alone it
// finds alarms that should have fired, applies them, and has their workflows
// told. A workflow that was told of an alarm and lets it pass all the same is
// replaced.
type watchdog struct {
	record  Record
	engine  Engine
	poke    func(caseID string)
	log     *slog.Logger
	metrics *metrics
	seen    map[string]sighting
}

// A sighting is what the watchdog remembers of a case it had to look after.
type sighting struct {
	// alarmNo is the alarm that its workflow was told of then.
	alarmNo int64
	// replaced is how often its workflow was replaced, and rest until when it
	// is not replaced again.
	replaced int
	rest     time.Time
}

// round looks after every alarm that is later than that. One case's trouble
// does not keep it from the next.
func (w *watchdog) round(ctx context.Context, late time.Duration) error {
	readCtx, cancel := context.WithTimeout(ctx, 2*callLimit)
	alarms, err := w.record.LateAlarms(readCtx, late, latePage)
	cancel()
	if err != nil {
		return err
	}
	var troubles int
	for _, alarm := range alarms {
		if err := w.look(ctx, alarm); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			troubles++
			w.log.WarnContext(ctx, "late alarm stays", slog.String("case", alarm.Case), slog.Any("error", err))
		}
	}
	if len(alarms) > 0 {
		w.log.WarnContext(ctx, "alarms were late", slog.Int("found", len(alarms)), slog.Int("stay", troubles))
	}
	if troubles > 0 {
		return fmt.Errorf("apply late alarms: %d of %d stay", troubles, len(alarms))
	}
	return nil
}

// look applies one late alarm and has the workflow told, or replaced.
func (w *watchdog) look(ctx context.Context, alarm store.LateAlarm) error {
	ctx, cancel := context.WithTimeout(ctx, 3*callLimit)
	defer cancel()
	before := w.seen[alarm.Case]
	lagging, err := w.lagging(ctx, alarm, before)
	if err != nil {
		return err
	}
	told, err := w.record.Alarm(ctx, alarm.Case, alarm.AlarmNo)
	if errors.Is(err, store.ErrNotFound) {
		delete(w.seen, alarm.Case)
		return nil
	}
	if err != nil {
		return err
	}
	now := sighting{alarmNo: told.AlarmNo, replaced: before.replaced, rest: before.rest}
	if lagging && told.AlarmNo != alarm.AlarmNo && time.Now().After(before.rest) {
		w.replace(ctx, alarm.Case, &now)
	}
	w.poke(alarm.Case)
	if len(w.seen) >= watched {
		clear(w.seen)
	}
	w.seen[alarm.Case] = now
	return nil
}

// lagging reports whether the workflow heard of this very alarm, when an
// earlier one was late, and did not pass it. As long as the telling is still to
// be delivered, it did not hear.
func (w *watchdog) lagging(ctx context.Context, alarm store.LateAlarm, before sighting) (bool, error) {
	if before.alarmNo != alarm.AlarmNo || before == (sighting{}) {
		return false, nil
	}
	_, outstanding, err := w.record.Telling(ctx, alarm.Case)
	return !outstanding, err
}

// replace replaces the workflow of a case. It rests longer each time, so that a
// workflow that cannot keep up is not ended again and again.
func (w *watchdog) replace(ctx context.Context, caseID string, s *sighting) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := w.engine.Replace(ctx, caseID); err != nil {
		w.log.WarnContext(ctx, "lagging workflow stays", slog.String("case", caseID), slog.Any("error", err))
		return
	}
	w.metrics.replaced.Inc()
	w.log.WarnContext(ctx, "lagging workflow replaced", slog.String("case", caseID))
	s.rest = time.Now().Add(min(firstRest<<min(s.replaced, 10), lastRest))
	s.replaced++
}
