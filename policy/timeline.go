package policy

import (
	"fmt"
	"time"

	"duban/calendar"
)

// Timeline returns where legal days lie on the clock under this policy: the
// real timeline when a day is 24 hours, else one on which origin begins at
// originAt and every day lasts day_length. The real one needs neither.
func (p *Policy) Timeline(origin calendar.Date, originAt time.Time) (calendar.Timeline, error) {
	if p.Time.DayLength.Std() == calendar.MaxDayLength {
		return calendar.Real(), nil
	}
	t, err := calendar.Compressed(origin, originAt, p.Time.DayLength.Std())
	if err != nil {
		return calendar.Timeline{}, fmt.Errorf("timeline of policy %s: %w", p.Name, err)
	}
	return t, nil
}
