package calendar_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
)

// The make-up workdays and long holidays that every careless table gets wrong.
func TestBuiltinDays(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	for _, s := range []string{
		"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
		"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
		"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
	} {
		day := c.Day(date(t, s))
		require.Equal(t, calendar.MakeUpWorkday, day.Kind, s)
		require.True(t, day.Working, s)
		require.Contains(t, []time.Weekday{time.Saturday, time.Sunday}, day.Date.Weekday(), s)
	}
	for d := date(t, "2026-02-15"); !d.After(date(t, "2026-02-23")); d = d.AddDays(1) {
		require.Equal(t, calendar.ScheduledOff, c.Day(d).Kind, d)
		require.False(t, c.WorkingDay(d), d)
	}
}

// Working days in a year: 366 or 365 days, less the weekends and the statutory
// days, which the notices move but do not add to: 11 until 2024, 13 since.
func TestBuiltinYearsHaveTheWorkingDaysOfTheLaw(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	for year, statutory := range map[int]int{2024: 11, 2025: 13, 2026: 13} {
		eve := calendar.On(year-1, time.December, 31)
		weekdays := 0
		for d := eve.AddDays(1); d.Year() == year; d = d.AddDays(1) {
			if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				weekdays++
			}
		}
		require.Equal(t, weekdays-statutory, c.WorkingDaysBetween(eve, calendar.On(year, time.December, 31)), year)
	}
}

func TestBuiltinReferences(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	require.Equal(t, 1, c.Version())
	years := c.Years()
	require.Len(t, years, 3)
	require.Equal(t, "国务院办公厅关于2024年部分节假日安排的通知（国办发明电〔2023〕7号）", years[0].Reference)
	require.Equal(t, "国务院办公厅关于2025年部分节假日安排的通知（国办发明电〔2024〕12号）", years[1].Reference)
	require.Equal(t, "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）", years[2].Reference)
	require.Equal(t, "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm", years[2].Source)
	require.Same(t, c, calendar.Builtin())
}

func TestDay(t *testing.T) {
	t.Parallel()

	const notice = "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
	for s, want := range map[string]calendar.Day{
		"2026-03-02": {Kind: calendar.Workday, Working: true},
		"2026-03-01": {Kind: calendar.Weekend, Reference: "《国务院关于职工工作时间的规定》第七条"},
		"2026-02-14": {Kind: calendar.MakeUpWorkday, Working: true, Name: "春节", Reference: notice},
		"2026-02-15": {Kind: calendar.ScheduledOff, Name: "春节", Reference: notice},
		"2027-01-01": {Kind: calendar.Statutory, Name: "元旦", Reference: "《全国年节及纪念日放假办法》第二条", Provisional: true},
		"2027-01-02": {Kind: calendar.Weekend, Reference: "《国务院关于职工工作时间的规定》第七条", Provisional: true},
		"2027-01-04": {Kind: calendar.Workday, Working: true, Provisional: true},
	} {
		want.Date = date(t, s)
		require.Equal(t, want, calendar.Builtin().Day(want.Date), s)
	}
	require.Zero(t, calendar.Builtin().Day(calendar.Date{}))
	require.False(t, calendar.Builtin().WorkingDay(calendar.Date{}))
}

// notice2027 is a possible notice of 2027: one bridge day and one make-up
// workday beside the days of the law.
func notice2027(t *testing.T) calendar.Year {
	t.Helper()
	y := calendar.Year{Year: 2027, Reference: "假设的2027年通知"}
	for s, name := range statutoryDays(bare(t), 2027) {
		y.Days = append(y.Days, calendar.SpecialDay{Date: date(t, "2027-"+s), Name: name, Off: true})
	}
	y.Days = append(y.Days,
		calendar.SpecialDay{Date: date(t, "2027-01-08"), Name: "元旦", Off: true},
		calendar.SpecialDay{Date: date(t, "2027-01-10"), Name: "元旦"},
		calendar.SpecialDay{Date: date(t, "2026-12-31"), Name: "元旦", Off: true},
	)
	return y
}

// E6: the notice comes, the deadline is no longer provisional.
func TestWithTheNextNotice(t *testing.T) {
	t.Parallel()

	before := calendar.Builtin()
	after, err := before.With(notice2027(t), 2)
	require.NoError(t, err)
	require.Equal(t, 2, after.Version())
	require.Len(t, after.Years(), 4)

	start, p := date(t, "2026-12-21"), period(t, "15WD")
	require.Equal(t, calendar.Due{Date: date(t, "2027-01-12"), Provisional: true}, before.Add(start, p))
	require.Equal(t, calendar.Due{Date: date(t, "2027-01-13")}, after.Add(start, p), "31 December off, 8 January off, 10 January worked")
	require.Equal(t, calendar.ScheduledOff, after.Day(date(t, "2026-12-31")).Kind, "the later notice decides December")
	require.Equal(t, "假设的2027年通知", after.Day(date(t, "2026-12-31")).Reference)
	require.Equal(t, calendar.Workday, before.Day(date(t, "2026-12-31")).Kind, "the old calendar is unchanged")
}

// E22: holidays extended in an emergency; the year's notice is replaced.
func TestWithReplacesAYear(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	year := c.Years()[2]
	for _, s := range []string{"2026-02-24", "2026-02-25"} {
		year.Days = append(year.Days, calendar.SpecialDay{Date: date(t, s), Name: "春节延长", Off: true})
	}
	extended, err := c.With(year, 7)
	require.NoError(t, err)
	require.Len(t, extended.Years(), 3)
	require.Equal(t, "2026-03-03", extended.Add(date(t, "2026-02-02"), period(t, "15WD")).Date.String())
	require.Equal(t, "2026-02-28", c.Add(date(t, "2026-02-02"), period(t, "15WD")).Date.String())
}

func TestCalendarIsImmutable(t *testing.T) {
	t.Parallel()

	year := notice2027(t)
	c, err := calendar.New(1, year)
	require.NoError(t, err)
	year.Days[0].Off = false
	c.Years()[0].Days[0].Off = false
	c.Years()[0].Year = 1999
	require.Equal(t, 2027, c.Years()[0].Year)
	for _, day := range c.Years()[0].Days {
		require.Equal(t, day.Date.String() != "2027-01-10", day.Off, day.Date)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()

	_, err := calendar.New(0)
	require.EqualError(t, err, "calendar version 0 is less than 1")
	_, err = calendar.New(1, notice2027(t), notice2027(t))
	require.EqualError(t, err, "calendar version 1 has two notices of 2027")
	_, err = calendar.Builtin().With(notice2027(t), 1)
	require.EqualError(t, err, "a changed calendar needs a higher version")

	year := notice2027(t)
	year.Days = slices.DeleteFunc(year.Days, func(day calendar.SpecialDay) bool { return day.Date == date(t, "2027-01-01") })
	_, err = calendar.New(1, year)
	var refused *calendar.LineError
	require.ErrorAs(t, err, &refused)
	require.Zero(t, refused.Line)
	require.Contains(t, refused.Reason, "是法定节假日")

	year.Days = append(year.Days, calendar.SpecialDay{Name: "元旦", Off: true})
	_, err = calendar.New(1, year)
	require.ErrorContains(t, err, "a day has no date")
	_, err = calendar.New(1, calendar.Year{Year: 1900, Reference: "x"})
	require.ErrorContains(t, err, "year 1900 is outside 1949 to 2200")
}

func TestAddWithoutLength(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	for _, s := range []string{"0WD", "0D", "0M"} {
		require.Equal(t, "2026-10-08", c.Add(date(t, "2026-10-01"), period(t, s)).Date.String(), s)
		require.Equal(t, "2026-10-10", c.Add(date(t, "2026-10-10"), period(t, s)).Date.String(), s)
	}
	require.Equal(t, "2026-10-01", c.AddWorkingDays(date(t, "2026-10-01"), 0).String())
	require.Equal(t, "2026-10-01", c.Back(date(t, "2026-10-01"), 0).String())
	require.Equal(t, "2026-10-08", c.Roll(date(t, "2026-10-01")).Date.String())
}

func TestAddOfNoDate(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	var none calendar.Date
	day := date(t, "2026-03-02")
	require.Zero(t, c.Add(none, period(t, "15WD")))
	require.Zero(t, c.Roll(none))
	require.Zero(t, c.AddWorkingDays(none, 3))
	require.Zero(t, c.Back(none, 3))
	require.Zero(t, c.WorkingDaysBetween(none, day))
	require.Zero(t, c.WorkingDaysBetween(day, none))
	require.Zero(t, c.WorkingDaysBetween(day, day))
}

func TestAddPanicsOnAnInvalidPeriod(t *testing.T) {
	t.Parallel()

	c, day := calendar.Builtin(), date(t, "2026-03-02")
	for _, p := range []calendar.Period{{}, {N: 15}, {N: -1, Unit: calendar.NaturalDays}, {N: 3651, Unit: calendar.NaturalDays}, {N: 1, Unit: "Y"}} {
		require.Panics(t, func() { c.Add(day, p) })
		require.Panics(t, func() { c.Explain(day, p) })
	}
}

// Nothing is refused at the ends of time: results stop there.
func TestAddStopsAtTheEnds(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	for _, s := range []string{"15WD", "30D", "3650M"} {
		require.Equal(t, calendar.Due{Date: lastDate, Provisional: true}, c.Add(lastDate, period(t, s)), s)
		require.Equal(t, c.Add(lastDate, period(t, s)), c.Explain(lastDate, period(t, s)).Due, s)
	}
	require.Equal(t, firstDate, c.Back(date(t, "1949-01-05"), 15))
	require.Equal(t, firstDate, c.Back(firstDate, 1))
	const huge = int(^uint(0) >> 1)
	require.Equal(t, lastDate, c.AddWorkingDays(firstDate, huge))
	require.Equal(t, lastDate, c.Back(firstDate, -huge-1))
	require.Equal(t, firstDate, c.Back(lastDate, huge))
	require.Equal(t, firstDate, c.AddWorkingDays(lastDate, -huge-1))

	// The last days off, so that there is nothing to roll to.
	off := calendar.Year{Year: calendar.LastYear, Reference: "x"}
	for s, name := range statutoryDays(bare(t), calendar.LastYear-1) {
		off.Days = append(off.Days, calendar.SpecialDay{Date: date(t, "2200-"+s), Name: name, Off: true})
	}
	off.Days = append(off.Days, calendar.SpecialDay{Date: lastDate, Name: "x", Off: true})
	c, err := c.With(off, 2)
	require.NoError(t, err)
	require.Equal(t, calendar.Due{Date: lastDate}, c.Roll(lastDate))
	require.Equal(t, c.Roll(lastDate), c.Explain(lastDate, period(t, "0D")).Due)
	require.Equal(t, c.Add(lastDate, period(t, "9WD")), c.Explain(lastDate, period(t, "9WD")).Due)
}

// Every date of every year has one kind, and the fields agree with each other.
func TestDaysAreConsistent(t *testing.T) {
	t.Parallel()

	c := calendar.Builtin()
	for d := firstDate; d != lastDate; d = d.AddDays(1) {
		day := c.Day(d)
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		ok := day.Date == d && day.Working == c.WorkingDay(d) && day.Provisional == (d.Year() < 2024 || d.Year() > 2026)
		switch day.Kind {
		case calendar.Workday:
			ok = ok && day.Working && !weekend && day.Name == "" && day.Reference == ""
		case calendar.Weekend:
			ok = ok && !day.Working && weekend && day.Name == "" && day.Reference != ""
		case calendar.ScheduledOff:
			ok = ok && !day.Working && !day.Provisional && day.Name != "" && day.Reference != ""
		case calendar.MakeUpWorkday:
			ok = ok && day.Working && weekend && !day.Provisional && day.Name != "" && day.Reference != ""
		case calendar.Statutory:
			ok = ok && !day.Working && day.Provisional && day.Name != "" && day.Reference != ""
		default:
			ok = false
		}
		if !ok {
			require.Fail(t, "inconsistent", "%+v", day)
		}
	}
}
