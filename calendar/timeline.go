package calendar

import (
	"errors"
	"fmt"
	"math/bits"
	"time"
)

// The bounds of a compressed day.
const (
	MinDayLength = 10 * time.Millisecond
	MaxDayLength = 24 * time.Hour
)

// legalOffset is Beijing time. A legal day has 24 hours from 00:00 +08:00, in
// every year: the daylight saving of 1986 to 1991 and that of the 1940s changed
// the clocks, not the length of a legal period, and with them a day would have
// had 23 or 25 hours. For the same reason no zone database is asked.
const legalOffset = 8 * time.Hour

// Zone returns the zone in which legal times are shown, +08:00 in every year.
func Zone() *time.Location { return time.FixedZone("", int(legalOffset/time.Second)) }

// A Timeline says where a legal day lies on the clock. It is the only thing that
// knows whether a demonstration or a test runs in compressed time; all others
// ask it. It is a plain value: two timelines are equal when == says so, and the
// zero Timeline is the real one.
type Timeline struct {
	origin    Date
	originAt  time.Time     // the start of origin, in UTC
	dayLength time.Duration // 0 on the real timeline
}

// Real returns the timeline of the law: a day is 24 hours from 00:00 Beijing
// time.
func Real() Timeline { return Timeline{} }

// Compressed returns a timeline on which the day origin begins at originAt and
// every day lasts dayLength. Both are cut to the microsecond, which is what the
// database keeps: an instant must come back from it on the same day.
//
// It refuses an origin that is no date, a dayLength outside MinDayLength to
// MaxDayLength, and an originAt outside the years of Date.
func Compressed(origin Date, originAt time.Time, dayLength time.Duration) (Timeline, error) {
	if origin.IsZero() {
		return Timeline{}, errors.New("compressed timeline without an origin")
	}
	if dayLength < MinDayLength || dayLength > MaxDayLength {
		return Timeline{}, fmt.Errorf("day length %s is outside %s to %s", dayLength, MinDayLength, MaxDayLength)
	}
	originAt = originAt.UTC()
	if year := originAt.Year(); year < FirstYear || year > LastYear {
		return Timeline{}, fmt.Errorf("compressed timeline begins in the year %d, outside %d to %d", year, FirstYear, LastYear)
	}
	return Timeline{
		origin:    origin,
		originAt:  originAt.Truncate(time.Microsecond),
		dayLength: dayLength.Truncate(time.Microsecond),
	}, nil
}

// DayLength returns how long a legal day lasts on the clock.
func (t Timeline) DayLength() time.Duration {
	if t.dayLength == 0 {
		return MaxDayLength
	}
	return t.dayLength
}

// Start returns the first instant of d, in UTC. It must not be asked of no
// date, which answers the zero time.
func (t Timeline) Start(d Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	if t.dayLength == 0 {
		return time.Unix(d.unixDay()*secondsPerDay-int64(legalOffset/time.Second), 0).UTC()
	}
	return t.originAt.Add(time.Duration(d.DaysSince(t.origin)) * t.dayLength)
}

// End returns the first instant after d, in UTC: what came in before it came in
// on d or earlier. A deadline is the End of its due date.
func (t Timeline) End(d Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return t.Start(d).Add(t.DayLength())
}

// Date returns the legal day in which the instant lies, the first or last Date
// when it lies outside them all.
func (t Timeline) Date(at time.Time) Date {
	if t.dayLength == 0 {
		return fromUnixDay(floorDiv(at.Unix()+int64(legalOffset/time.Second), secondsPerDay))
	}
	days := floorDiv(int64(at.Sub(t.originAt)), int64(t.dayLength))
	return clamp(int64(t.origin.number) + days)
}

// At returns the instant of a time of day on d, in UTC, to the microsecond:
// 08:30 is At(d, 8*time.Hour+30*time.Minute), and on a compressed timeline the
// same part of the shorter day.
func (t Timeline) At(d Date, timeOfDay time.Duration) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return t.Start(d).Add(t.Scale(timeOfDay).Truncate(time.Microsecond))
}

// Scale returns how long a duration of legal time lasts on the clock, rounded
// towards zero to the nanosecond.
func (t Timeline) Scale(d time.Duration) time.Duration {
	if t.dayLength == 0 {
		return d
	}
	days, rest := d/MaxDayLength, d%MaxDayLength
	part := rest.Abs()
	hi, lo := bits.Mul64(uint64(part), uint64(t.dayLength)) //nolint:gosec // G115: neither is negative
	quotient, _ := bits.Div64(hi, lo, uint64(MaxDayLength))
	scaled := time.Duration(quotient) //nolint:gosec // G115: less than a day
	if rest < 0 {
		scaled = -scaled
	}
	return days*t.dayLength + scaled //nolint:durationcheck // days is a count
}

const secondsPerDay = int64(24 * time.Hour / time.Second)

// floorDiv rounds down, where Go's division rounds towards zero.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
