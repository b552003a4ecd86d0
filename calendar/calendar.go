package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Calendar knows of every day whether it is a working day, and by which rule.
// It is immutable and may be shared between goroutines.
type Calendar struct {
	version int
	years   []Year
	named   map[Date]namedDay
	working daySet
	open    daySet // the days that no notice has decided
}

type namedDay struct {
	SpecialDay
	reference string
}

// New makes a calendar of the notices known at a version, which counts from 1
// and rises with every change of the table. It refuses a year given twice and
// every notice that ReadYear would refuse, then with a *LineError inside whose
// line is 0.
//
// Where two notices name the same day, which only happens at the end of a
// December, the notice of the later year decides.
func New(version int, years ...Year) (*Calendar, error) {
	if version < 1 {
		return nil, fmt.Errorf("calendar version %d is less than 1", version)
	}
	c := &Calendar{version: version, named: map[Date]namedDay{}}
	for _, y := range years {
		if f := y.flaw(); f != nil {
			return nil, fmt.Errorf("calendar version %d, notice of %d: %w", version, y.Year, refuse(0, f.zh, f.en))
		}
		c.years = append(c.years, y.clone())
	}
	slices.SortFunc(c.years, func(a, b Year) int { return cmp.Compare(a.Year, b.Year) })
	published := map[int]bool{}
	for _, y := range c.years {
		if published[y.Year] {
			return nil, fmt.Errorf("calendar version %d has two notices of %d", version, y.Year)
		}
		published[y.Year] = true
		reference := cmp.Or(y.Reference, y.Source)
		for _, day := range y.Days {
			c.named[day.Date] = namedDay{SpecialDay: day, reference: reference}
		}
	}
	c.working, c.open = newDaySet(), newDaySet()
	for year := FirstYear; year <= LastYear; year++ {
		c.fill(year, published[year])
	}
	for d, day := range c.named {
		c.working.set(d, !day.Off)
		c.open.set(d, false)
	}
	c.working.count()
	c.open.count()
	return c, nil
}

// fill decides the days of a year by the week, and by the law when no notice is
// published.
func (c *Calendar) fill(year int, published bool) {
	last := unixDay(year, time.December, 31)
	for n := unixDay(year, time.January, 1); n <= last; n++ {
		d := fromUnixDay(n)
		c.open.set(d, !published)
		c.working.set(d, !d.weekend() && (published || statutory(d) == ""))
	}
}

// With returns a new calendar in which the notice takes the place of the one of
// its year, or is added. The version must be higher than c's.
func (c *Calendar) With(year Year, version int) (*Calendar, error) {
	if version <= c.version {
		return nil, errors.New("a changed calendar needs a higher version")
	}
	others := slices.DeleteFunc(slices.Clone(c.years), func(y Year) bool { return y.Year == year.Year })
	return New(version, append(others, year)...)
}

// Version returns the calendar's version.
func (c *Calendar) Version() int { return c.version }

// Years returns the notices, by year. They are copies.
func (c *Calendar) Years() []Year {
	years := make([]Year, len(c.years))
	for i, y := range c.years {
		years[i] = y.clone()
	}
	return years
}

// A Kind is why a day is worked or not. Its text is stored and sent: never
// rename.
type Kind string

// The kinds of days.
const (
	Workday       Kind = "workday"         // 工作日
	Weekend       Kind = "weekend"         // 周末
	ScheduledOff  Kind = "scheduled_off"   // 放假: off by a notice
	Statutory     Kind = "statutory"       // 法定节假日: off by law, the notice not yet published
	MakeUpWorkday Kind = "make_up_workday" // 调休上班: a weekend day worked by a notice
)

// A Day is what a calendar knows of a date.
type Day struct {
	Date    Date   `json:"date"`
	Kind    Kind   `json:"kind"`
	Working bool   `json:"working"`
	Name    string `json:"name,omitempty"` // the holiday, for days a notice or the law names
	// Reference is the notice or the law that makes the day what it is; empty
	// for an ordinary workday.
	Reference string `json:"reference,omitempty"`
	// Provisional says that no notice has decided this day yet (暂定).
	Provisional bool `json:"provisional"`
}

// Day returns what the calendar knows of d; of no date, the zero Day.
func (c *Calendar) Day(d Date) Day {
	if d.IsZero() {
		return Day{}
	}
	day := Day{Date: d, Kind: Workday, Working: c.working.has(d), Provisional: c.open.has(d)}
	if named, ok := c.named[d]; ok {
		day.Name, day.Reference = named.Name, named.reference
		switch {
		case named.Off:
			day.Kind = ScheduledOff
		case d.weekend():
			day.Kind = MakeUpWorkday
		}
		return day
	}
	if day.Working {
		return day
	}
	if day.Provisional {
		if name := statutory(d); name != "" {
			day.Kind, day.Name, day.Reference = Statutory, name, lawHolidays
			return day
		}
	}
	day.Kind, day.Reference = Weekend, lawWeekends
	return day
}

// WorkingDay reports whether d is worked. No date is not.
func (c *Calendar) WorkingDay(d Date) bool { return c.working.has(d) }

// A Due is the last day of a period.
type Due struct {
	Date Date `json:"date" doc:"The civil date, in Asia/Shanghai"`
	// Provisional says that the date depends on a day no notice has decided yet
	// (暂定), and may move when the notice comes.
	Provisional bool `json:"provisional"`
}

// Add returns the last day of the period p that starts on start. It is always a
// working day, and a later start never gives an earlier one.
//
// The start day does not count (民法典 第二百零一条). Working days are counted one
// by one. Natural days and months end on their day, months on the corresponding
// day or else the month's last (第二百零二条), and an end on a day off rolls forward
// to the next working day (第二百零三条, with every day off taken as 法定休假日). A
// period of no length ends on the start day, rolled forward likewise.
//
// The result is provisional when a day that was looked at to find it is: each
// day after start for working days, the natural end and those after it for the
// others.
//
// Add never refuses: an end beyond 2200-12-31 is 2200-12-31, and from no date it
// is no date. A period that is not Valid is a fault of the caller's, and Add
// panics.
func (c *Calendar) Add(start Date, p Period) Due {
	if !p.Valid() {
		panic(fmt.Sprintf("calendar: Add of the invalid period %d%s", p.N, p.Unit))
	}
	if start.IsZero() {
		return Due{}
	}
	switch {
	case p.Unit == WorkingDays && p.N > 0:
		return c.due(start.AddDays(1), c.AddWorkingDays(start, p.N))
	case p.Unit == NaturalDays:
		return c.Roll(start.AddDays(p.N))
	case p.Unit == Months:
		return c.Roll(start.AddMonths(p.N))
	}
	return c.Roll(start)
}

// Roll returns d when it is a working day, else the next working day.
func (c *Calendar) Roll(d Date) Due {
	if d.IsZero() {
		return Due{}
	}
	return c.due(d, c.next(d))
}

func (c *Calendar) next(d Date) Date {
	if c.working.has(d) {
		return d
	}
	return c.working.nth(c.working.upTo(d) + 1)
}

// due is the end of a search that looked at every day from first on.
func (c *Calendar) due(first, end Date) Due {
	undecided := c.open.upTo(end) - c.open.upTo(first)
	return Due{Date: end, Provisional: undecided > 0 || c.open.has(first)}
}

// AddWorkingDays returns the n-th working day after d, and d itself, worked or
// not, when n is 0. A negative n is Back.
func (c *Calendar) AddWorkingDays(d Date, n int) Date {
	switch {
	case d.IsZero() || n == 0:
		return d
	case n < 0:
		return c.Back(d, -max(n, -lastNumber))
	}
	return c.working.nth(c.working.upTo(d) + min(n, lastNumber))
}

// Back returns the n-th working day before from, and from itself when n is 0: a
// reminder at T-5 leaves on Back(due, 5). It stops at 1949-01-01. A negative n is
// AddWorkingDays.
func (c *Calendar) Back(from Date, n int) Date {
	switch {
	case from.IsZero() || n == 0:
		return from
	case n < 0:
		return c.AddWorkingDays(from, -max(n, -lastNumber))
	}
	before := c.working.upTo(from)
	if c.working.has(from) {
		before--
	}
	return c.working.nth(before - min(n, lastNumber) + 1)
}

// WorkingDaysBetween returns the working days after a up to and including b, 0
// when b is not after a or either is no date.
func (c *Calendar) WorkingDaysBetween(a, b Date) int {
	if a.IsZero() || !b.After(a) {
		return 0
	}
	return c.working.upTo(b) - c.working.upTo(a)
}
