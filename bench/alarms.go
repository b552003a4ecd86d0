package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/policy"
)

// herd is how many alarms are due in one second.
const herd = 2000

// herdDay is how long a legal day lasts while they wait: long enough to open
// and tell them all before it is over.
const herdDay = 75 * time.Second

// alarms measures 2,000 alarms due in one second, spread off, until all are
// recorded, beside 2,000 bare timers that write a row each.
func alarms(ctx context.Context, b *bench, o options) error {
	p, err := policy.Default().WithDayLength(herdDay)
	if err != nil {
		return err
	}
	text := p.Text()
	for from, to := range map[string]string{
		"spread_from: 2m": "spread_from: 0s", "spread_to: 30m": "spread_to: 0s",
		"draft: {within: 10WD": "draft: {within: 1WD",
	} {
		if !bytes.Contains(text, []byte(from)) {
			return fmt.Errorf("the default policy has no %q", from)
		}
		text = bytes.Replace(text, []byte(from), []byte(to), 1)
	}
	t, err := b.timed(ctx, text)
	if err != nil {
		return err
	}
	defer t.close()
	ours, err := t.herd(ctx, o)
	if err != nil {
		return err
	}
	bare, err := t.bareHerd(ctx)
	if err != nil {
		return err
	}
	told(fmt.Sprintf("%d alarms due in one second, all recorded after", herd), ours.Seconds(), "s")
	told(fmt.Sprintf("%d bare timers with a local activity, all recorded after", herd), bare.Seconds(), "s")
	atMost("alarms due in one second, against bare timers", ours.Seconds()/bare.Seconds(), 1.25, "")
	return nil
}

// herd opens the cases on one legal day, has each told, and waits until the
// record holds that every one of them lapsed.
func (t *timed) herd(ctx context.Context, o options) (time.Duration, error) {
	_, _, timeline, err := t.PolicyInForce(ctx)
	if err != nil {
		return 0, err
	}
	day := timeline.Date(time.Now())
	fire, err := t.openHerd(ctx, day, o.clients)
	if err != nil {
		return 0, err
	}
	if left := time.Until(fire); left < 0 {
		return 0, fmt.Errorf("opening and telling %d cases took %s longer than they had", herd, -left)
	}
	return t.recorded(ctx, fire, `SELECT count(*) FROM events WHERE kind = 'deadline_missed'`)
}

func (t *timed) openHerd(ctx context.Context, day calendar.Date, clients int) (time.Time, error) {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		fault error
		fire  time.Time
		next  = make(chan int)
	)
	for range clients {
		group.Go(func() {
			for i := range next {
				at, err := t.openTold(ctx, i, day)
				mu.Lock()
				if err != nil {
					fault = err
				}
				if at.After(fire) {
					fire = at
				}
				mu.Unlock()
			}
		})
	}
	for i := range herd {
		next <- i
	}
	close(next)
	group.Wait()
	return fire, fault
}

func (t *timed) openTold(ctx context.Context, i int, day calendar.Date) (time.Time, error) {
	l := &casetest.Life{Doer: t.Store, Key: fmt.Sprintf("herd-%d", i)}
	a, err := l.Do(ctx, t.people.Finding("同一刻到期", day))
	if err != nil {
		return time.Time{}, err
	}
	if a.Refusal != nil {
		return time.Time{}, a.Refusal
	}
	alarm, _ := a.Case.Alarm()
	told, err := t.Told(ctx, l.Case)
	if err != nil {
		return time.Time{}, err
	}
	return alarm.At, t.engine.Tell(ctx, told)
}

// recorded waits for the instant and then until the count is whole.
func (t *timed) recorded(ctx context.Context, from time.Time, count string) (time.Duration, error) {
	err := until(ctx, time.Until(from)+10*time.Minute, func() (bool, error) {
		if time.Now().Before(from) {
			return false, nil
		}
		var n int
		err := t.sql.QueryRow(ctx, count).Scan(&n)
		return n >= herd, err
	})
	return time.Since(from), err
}

// A bareInput says when a bare timer is due.
type bareInput struct {
	N  int
	At time.Time
}

// bareAlarm waits for an instant and writes one row.
func bareAlarm(ctx workflow.Context, in bareInput) error {
	if err := workflow.Sleep(ctx, in.At.Sub(workflow.Now(ctx))); err != nil {
		return err
	}
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 5 * time.Second, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 10},
	})
	return workflow.ExecuteLocalActivity(ctx, "note", in.N).Get(ctx, nil)
}

// note writes a row.
func (t *timed) note(ctx context.Context, n int) error {
	_, err := t.sql.Exec(ctx, `INSERT INTO bare (n) VALUES ($1)`, n)
	return err
}

func (t *timed) bareHerd(ctx context.Context) (time.Duration, error) {
	if _, err := t.sql.Exec(ctx, `CREATE TABLE bare (n int)`); err != nil {
		return 0, err
	}
	at := time.Now().Add(herdDay)
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		fault error
		next  = make(chan int)
	)
	for range 16 {
		group.Go(func() {
			for i := range next {
				_, err := t.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: fmt.Sprintf("bare-alarm/%d", i), TaskQueue: bareQueue},
					"bare_alarm", bareInput{N: i, At: at})
				if err != nil {
					mu.Lock()
					fault = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range herd {
		next <- i
	}
	close(next)
	group.Wait()
	if fault != nil {
		return 0, fault
	}
	if left := time.Until(at); left < 0 {
		return 0, fmt.Errorf("starting %d timers took %s longer than they had", herd, -left)
	}
	return t.recorded(ctx, at, `SELECT count(*) FROM bare`)
}
