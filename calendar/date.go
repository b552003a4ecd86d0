package calendar

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// The years a Date can lie in. The first is the year of the People's Republic
// and of its first holiday rules, the last is beyond any case.
const (
	FirstYear = 1949
	LastYear  = 2200
)

const (
	// firstUnixDay is 1949-01-01 counted in days from 1970-01-01.
	firstUnixDay = -7670
	// lastNumber is the number of 2200-12-31 when 1949-01-01 is 1.
	lastNumber = 92041
)

// A Date is a civil day in Asia/Shanghai, such as a deadline or a day of
// service. It has no time of day and no zone; Timeline says where it lies on
// the clock.
//
// The zero Date is "no date": its String is empty, it comes before every other
// date, arithmetic leaves it as it is, and a database stores it as NULL. Dates
// compare with == and may be map keys.
type Date struct {
	number int32 // 1 is 1949-01-01; 0 is no date
}

// NewDate returns the date, or an error when the calendar has no such day or
// the year lies outside FirstYear to LastYear.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < FirstYear || year > LastYear {
		return Date{}, fmt.Errorf("year %d is outside %d to %d", year, FirstYear, LastYear)
	}
	if month < time.January || month > time.December || day < 1 || day > daysIn(year, month) {
		return Date{}, fmt.Errorf("there is no day %04d-%02d-%02d", year, int(month), day)
	}
	return fromUnixDay(unixDay(year, month, day)), nil
}

// On is NewDate for dates written in the source; it panics where NewDate
// returns an error.
func On(year int, month time.Month, day int) Date {
	d, err := NewDate(year, month, day)
	if err != nil {
		panic("calendar.On: " + err.Error())
	}
	return d
}

// ParseDate reads the form 2026-02-28 and no other: four, two and two ASCII
// digits, no spaces, no time.
func ParseDate(s string) (Date, error) {
	if len(s) != len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return Date{}, fmt.Errorf("date %s is not in the form 2026-02-28", quote(s))
	}
	digits := func(part string) int {
		n := 0
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return -1
			}
			n = 10*n + int(part[i]-'0')
		}
		return n
	}
	year, month, day := digits(s[:4]), digits(s[5:7]), digits(s[8:])
	if year < 0 || month < 0 || day < 0 {
		return Date{}, fmt.Errorf("date %s is not in the form 2026-02-28", quote(s))
	}
	return NewDate(year, time.Month(month), day)
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.number == 0 }

// Year returns the year, 0 for no date.
func (d Date) Year() int {
	year, _, _ := d.civil()
	return year
}

// Month returns the month, 0 for no date.
func (d Date) Month() time.Month {
	_, month, _ := d.civil()
	return month
}

// Day returns the day of the month, 0 for no date.
func (d Date) Day() int {
	_, _, day := d.civil()
	return day
}

// Weekday returns the day of the week. It must not be asked of no date, which
// answers Sunday.
func (d Date) Weekday() time.Weekday {
	if d.IsZero() {
		return time.Sunday
	}
	// 1949-01-01, number 1, was a Saturday.
	return time.Weekday((d.number + 5) % 7)
}

// AddDays returns the date n natural days later, or earlier when n is negative.
// It stops at 1949-01-01 and 2200-12-31, so every Date stays one that can be
// written and read back.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	n = min(max(n, -lastNumber), lastNumber)
	return clamp(int64(d.number) + int64(n))
}

// AddMonths returns the corresponding day n months later, or the month's last
// day when the month has no such day: 31 January and one month is 28 or 29
// February (民法典 第二百零二条). A negative n goes back. It stops at the same
// ends as AddDays.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	const span = 12 * (LastYear - FirstYear + 1)
	year, month, day := d.civil()
	months := 12*year + int(month) - 1 + min(max(n, -span), span)
	year, month = months/12, time.Month(months%12+1)
	switch {
	case year < FirstYear:
		return Date{number: 1}
	case year > LastYear:
		return Date{number: lastNumber}
	}
	return fromUnixDay(unixDay(year, month, min(day, daysIn(year, month))))
}

// Compare returns -1, 0 or +1 as d comes before, is, or comes after other.
func (d Date) Compare(other Date) int { return cmp.Compare(d.number, other.number) }

// Before reports whether d comes before other.
func (d Date) Before(other Date) bool { return d.number < other.number }

// After reports whether d comes after other.
func (d Date) After(other Date) bool { return d.number > other.number }

// DaysSince returns the natural days from other to d, negative when d comes
// first, and 0 when either is no date.
func (d Date) DaysSince(other Date) int {
	if d.IsZero() || other.IsZero() {
		return 0
	}
	return int(d.number) - int(other.number)
}

// String returns the form 2026-02-28, or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	const digits = "0123456789"
	year, month, day := d.civil()
	return string([]byte{
		digits[year/1000], digits[year/100%10], digits[year/10%10], digits[year%10],
		'-', digits[month/10], digits[month%10],
		'-', digits[day/10], digits[day%10],
	})
}

// MarshalText writes what String returns.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes: the strict form of ParseDate, or
// nothing at all for no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Scan reads a column of type date, as text or as a time at midnight; NULL is
// no date. A time with an hour in it is refused: it comes from a timestamp
// column, and which day that is depends on the zone.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		if v.Hour() != 0 || v.Minute() != 0 || v.Second() != 0 || v.Nanosecond() != 0 {
			return fmt.Errorf("scan date: %s is an instant, not a date", v.Format(time.RFC3339Nano))
		}
		scanned, err := NewDate(v.Date())
		if err != nil {
			return fmt.Errorf("scan date: %w", err)
		}
		*d = scanned
		return nil
	case string:
		scanned, err := ParseDate(v)
		if err != nil {
			return fmt.Errorf("scan date: %w", err)
		}
		*d = scanned
		return nil
	case []byte:
		return d.Scan(string(v))
	default:
		return fmt.Errorf("scan date: %T is not a date", src)
	}
}

// Value is the date at midnight UTC, which drivers write into a date column as
// it stands, or NULL for no date.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil //nolint:nilnil // a nil value is NULL
	}
	year, month, day := d.civil()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC), nil
}

// unixDay is the day counted from 1970-01-01.
func (d Date) unixDay() int64 { return int64(d.number) + firstUnixDay - 1 }

// weekend reports whether d is a Saturday or a Sunday.
func (d Date) weekend() bool {
	weekday := d.Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

// civil splits the date. It counts in years that begin on 1 March, so that the
// leap day is the last of its year, and in eras of 400 years, which all have
// the same number of days.
func (d Date) civil() (year int, month time.Month, day int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	z := int(d.unixDay()) + daysTo1970
	era := z / daysPerEra
	dayOfEra := z % daysPerEra
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	marchMonth := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*marchMonth+2)/5 + 1
	year = 400*era + yearOfEra
	if marchMonth < 10 {
		return year, time.Month(marchMonth + 3), day
	}
	return year + 1, time.Month(marchMonth - 9), day
}

const (
	daysPerEra = 146_097 // in 400 years
	daysTo1970 = 719_468 // from 0000-03-01
)

// unixDay is the inverse of civil.
func unixDay(year int, month time.Month, day int) int64 {
	marchMonth := int(month) - 3
	if marchMonth < 0 {
		marchMonth += 12
		year--
	}
	era, yearOfEra := year/400, year%400
	dayOfYear := (153*marchMonth+2)/5 + day - 1
	return int64(era*daysPerEra + 365*yearOfEra + yearOfEra/4 - yearOfEra/100 + dayOfYear - daysTo1970)
}

func fromUnixDay(n int64) Date { return clamp(n - firstUnixDay + 1) }

// clamp makes a Date of a number, at the nearer end when it lies outside.
func clamp(number int64) Date {
	return Date{number: int32(min(max(number, 1), lastNumber))}
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.January, time.March, time.May, time.July, time.August, time.October, time.December:
		return 31
	}
	return 0
}

// quote shows what somebody wrote, cut short, inside an error sentence.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
