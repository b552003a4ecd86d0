package lot

import (
	"io"

	"duban/calendar"
)

// MaxWindow is the longest window, in natural days.
const MaxWindow = 1100

// A Window is the days a look-back may fall on, both ends included.
type Window struct {
	Opens  calendar.Date `json:"opens"`
	Closes calendar.Date `json:"closes"`
}

// Contains reports whether d lies in the window.
func (w Window) Contains(d calendar.Date) bool {
	return !d.IsZero() && !d.Before(w.Opens) && !d.After(w.Closes)
}

// WorkingDays returns the working days of the window.
func (w Window) WorkingDays(days *calendar.Calendar) []calendar.Date {
	var worked []calendar.Date
	for n := range 1 + w.Closes.DaysSince(w.Opens) {
		if d := w.Opens.AddDays(n); days.WorkingDay(d) {
			worked = append(worked, d)
		}
	}
	return worked
}

// check refuses a window without an end or without end. One that closes before
// it opens is no fault: its time has run out.
func (w Window) check() error {
	if w.Opens.IsZero() || w.Closes.IsZero() {
		return invalid("window", "回头看时段须有起止日期。", "a window needs a first and a last day")
	}
	if w.Closes.DaysSince(w.Opens) >= MaxWindow {
		return invalid("window", "回头看时段过长。", "a window is no longer than 1100 days")
	}
	return nil
}

// DrawDate draws a day from the working days of the window, each as likely as
// any other. A caller that draws late lets the window open on the first day
// that can still be kept; when nothing is left of it, a *NoDayError says so.
//
// In a provisional year (暂定) a drawn day may turn out to be a holiday when the
// notice comes. What then happens is decided by who dispatches, not here.
func DrawDate(chance io.Reader, days *calendar.Calendar, w Window) (calendar.Date, error) {
	if err := w.check(); err != nil {
		return calendar.Date{}, err
	}
	worked := w.WorkingDays(days)
	if len(worked) == 0 {
		return calendar.Date{}, &NoDayError{Window: w}
	}
	k, err := below(chance, uint64(len(worked)))
	if err != nil {
		return calendar.Date{}, err
	}
	return worked[k], nil
}
