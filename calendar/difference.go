package calendar

import "time"

// A Difference is a day that two calendars see differently.
type Difference struct {
	Date Date
	// Was and Now are the day before and after.
	Was, Now Day
}

// Differences lists the days that a year's notice makes another kind of day, in
// order. It looks at the year and at the December before it, which a notice may
// dispose of as well. That a day is provisional no more is no difference.
func Differences(before, after *Calendar, year int) []Difference {
	var found []Difference
	for d := On(year-1, time.December, 1); d.Year() <= year && !d.IsZero(); d = d.AddDays(1) {
		was, now := before.Day(d), after.Day(d)
		if was.Working != now.Working || was.Kind != now.Kind || was.Name != now.Name {
			found = append(found, Difference{Date: d, Was: was, Now: now})
		}
	}
	return found
}
