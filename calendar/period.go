package calendar

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// A Unit is what a Period counts. Its text is what policies and databases hold:
// never rename.
type Unit string

// The units of a Period.
const (
	WorkingDays Unit = "WD" // 工作日
	NaturalDays Unit = "D"  // 日
	Months      Unit = "M"  // 月
)

// MaxPeriod is the greatest number of units a Period may hold: ten years of
// days.
const MaxPeriod = 3650

// A Period is a length of legal time, such as 15WD, 30D or 2M. It is valid when
// N is 0 to MaxPeriod and Unit is one of the three. The zero Period is "no
// period"; a period of no length, 0WD, is another thing.
type Period struct {
	N    int
	Unit Unit
}

// ErrPeriodTooLong marks the error of a period that is written rightly but
// holds more than MaxPeriod.
var ErrPeriodTooLong = fmt.Errorf("longer than %d", MaxPeriod)

// ParsePeriod reads the form that String writes: a number from 0 to MaxPeriod
// without leading zeros, then WD, D or M, nothing else.
func ParsePeriod(s string) (Period, error) {
	number := strings.TrimRight(s, "WDM")
	p := Period{Unit: Unit(s[len(number):])}
	if number == "" || len(number) > 1 && number[0] == '0' || strings.Trim(number, "0123456789") != "" || !p.Unit.valid() {
		return Period{}, fmt.Errorf("period %s is not a number with WD (working days), D (natural days) or M (months), such as 15WD", quote(s))
	}
	n, err := strconv.Atoi(number)
	if err != nil || n > MaxPeriod {
		return Period{}, fmt.Errorf("period %s is %w%s", quote(s), ErrPeriodTooLong, p.Unit)
	}
	p.N = n
	return p, nil
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p == Period{} }

// Valid reports whether p is a period that can be counted. Whatever ParsePeriod
// returned is.
func (p Period) Valid() bool { return p.N >= 0 && p.N <= MaxPeriod && p.Unit.valid() }

// String returns the form 15WD, or "" for no period.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	return strconv.Itoa(p.N) + string(p.Unit)
}

// Chinese returns the period as a letter says it: 15个工作日, 30日, 2个月.
func (p Period) Chinese() string {
	switch p.Unit {
	case WorkingDays:
		return strconv.Itoa(p.N) + "个工作日"
	case NaturalDays:
		return strconv.Itoa(p.N) + "日"
	case Months:
		return strconv.Itoa(p.N) + "个月"
	}
	return ""
}

// MarshalText writes what String returns, and refuses a period that
// UnmarshalText would refuse.
func (p Period) MarshalText() ([]byte, error) {
	if !p.IsZero() && !p.Valid() {
		return nil, fmt.Errorf("period %d%s is not valid", p.N, p.Unit)
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads what MarshalText writes: the strict form of ParsePeriod,
// or nothing at all for no period.
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Period{}
		return nil
	}
	parsed, err := ParsePeriod(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Scan reads a column of type text; NULL is no period.
func (p *Period) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*p = Period{}
		return nil
	case []byte:
		return p.Scan(string(v))
	case string:
		scanned, err := ParsePeriod(v)
		if err != nil {
			return fmt.Errorf("scan period: %w", err)
		}
		*p = scanned
		return nil
	default:
		return fmt.Errorf("scan period: %T is not a period", src)
	}
}

// Value is the text of the period, or NULL for no period.
func (p Period) Value() (driver.Value, error) {
	if p.IsZero() {
		return nil, nil //nolint:nilnil // a nil value is NULL
	}
	text, err := p.MarshalText()
	return string(text), err
}

func (u Unit) valid() bool {
	switch u {
	case WorkingDays, NaturalDays, Months:
		return true
	}
	return false
}
