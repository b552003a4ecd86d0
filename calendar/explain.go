package calendar

import "fmt"

// An Explanation is the way from a start to a due date, day by day, for the
// letter that must say how a deadline was computed and for whoever disputes it.
type Explanation struct {
	Start  Date   `json:"start" doc:"The day from which it is counted, which does not count itself"`
	Period Period `json:"period" doc:"The period that is counted"`
	// Due is what Add returns for the same start and period.
	Due Due `json:"due" doc:"The last day of the period, by the same reckoning as everywhere"`
	// Version is that of the calendar that was asked.
	Version int    `json:"calendar_version"`
	Days    []Step `json:"days" doc:"The days that were counted, one by one"`
}

// A Step is one day of the way, or a run of natural days or months counted
// together.
type Step struct {
	Date Date `json:"date" doc:"The civil date, in Asia/Shanghai"`
	// Until is the last day of a run, no date when the step is a single day.
	Until Date `json:"until,omitzero" doc:"The last day of a run of days; none when the step is a single day"`
	// Counted says that the step brings the period forward, N how far it has
	// come then, in the period's unit. N is 0 when not counted.
	Counted bool `json:"counted" doc:"Whether the step brings the period forward"`
	N       int  `json:"n" doc:"How many days are counted by then"`
	// Reason says by which rule, in Chinese, ReasonEN in English.
	Reason   string `json:"reason" doc:"By which rule it counts or does not, in Chinese"`
	ReasonEN string `json:"reason_en" doc:"Why it counts or does not, in English"`
	// Reference is the notice or the law behind the reason, empty for an
	// ordinary workday.
	Reference string `json:"reference,omitempty"`
}

// Explain shows how Add comes to its result. It walks the days one by one and
// shares none of Add's arithmetic; that both agree is tested. It panics where
// Add does.
func (c *Calendar) Explain(start Date, p Period) Explanation {
	if !p.Valid() {
		panic(fmt.Sprintf("calendar: Explain of the invalid period %d%s", p.N, p.Unit))
	}
	w := walk{calendar: c, Explanation: Explanation{Start: start, Period: p, Version: c.version}}
	if start.IsZero() {
		return w.Explanation
	}
	if p.N == 0 {
		w.roll(start)
		return w.Explanation
	}
	w.step(Step{
		Date: start, Reference: lawFirstDay,
		Reason:   "起算日，不计入",
		ReasonEN: "the start day does not count",
	})
	switch p.Unit {
	case WorkingDays:
		w.workingDays()
	case NaturalDays:
		w.naturalDays()
	case Months:
		w.months()
	}
	return w.Explanation
}

// A walk is an Explanation being made.
type walk struct {
	calendar *Calendar
	Explanation
}

func (w *walk) step(s Step) { w.Days = append(w.Days, s) }

// look asks the calendar for a day the result depends on.
func (w *walk) look(d Date) Day {
	day := w.calendar.Day(d)
	w.Due = Due{Date: d, Provisional: w.Due.Provisional || day.Provisional}
	return day
}

func (w *walk) workingDays() {
	counted := 0
	for d := w.Start; counted < w.Period.N; {
		next := d.AddDays(1)
		if next == d { // the last Date there is
			w.look(d)
			return
		}
		d = next
		day := w.look(d)
		s := daily(day)
		if day.Working {
			counted++
			s.Counted, s.N = true, counted
			if counted == w.Period.N {
				s.Reason += "，期满"
				s.ReasonEN += "; the period ends"
			}
		}
		w.step(s)
	}
}

func (w *walk) naturalDays() {
	end := w.Start.AddDays(w.Period.N)
	w.run(end, Step{
		Reason:   "按自然日连续计算，休息日和节假日计入",
		ReasonEN: "natural days, days off among them",
	})
	w.roll(end)
}

func (w *walk) months() {
	end := w.Start.AddMonths(w.Period.N)
	s := Step{
		Reason:    "按月计算，至到期月的对应日",
		ReasonEN:  "months, to the corresponding day of the last",
		Reference: lawMonths,
	}
	if end.Day() != w.Start.Day() {
		s.Reason = "按月计算，到期月没有对应日，至该月末日"
		s.ReasonEN = "months, to the end of the last, which has no corresponding day"
	}
	w.run(end, s)
	w.roll(end)
}

// run adds the step from the day after the start to the natural end.
func (w *walk) run(end Date, s Step) {
	s.Date, s.Counted, s.N = w.Start.AddDays(1), true, w.Period.N
	if end != s.Date {
		s.Until = end
	}
	w.step(s)
}

// roll ends the walk on end, or on the first working day after it.
func (w *walk) roll(end Date) {
	day := w.look(end)
	if day.Working {
		s := daily(day)
		s.Reason += "，到期"
		s.ReasonEN += "; due"
		w.step(s)
		return
	}
	first := true
	for !day.Working {
		s := daily(day)
		if first {
			s.Reason = "期间的最后一日：" + s.Reason
			s.ReasonEN = "the period's last day: " + s.ReasonEN
		}
		s.Reason += "，顺延"
		s.ReasonEN += "; rolls forward"
		w.step(s)
		first = false
		next := day.Date.AddDays(1)
		if next == day.Date { // the last Date there is
			return
		}
		day = w.look(next)
	}
	s := daily(day)
	s.Reason += "，顺延至此日到期"
	s.ReasonEN += "; due, rolled forward to this day"
	if s.Reference != "" { // a make-up workday, with its notice
		s.Reference += "；"
	}
	s.Reference += lawLastDayOff
	w.step(s)
}

// daily is the step for a day as the calendar knows it.
func daily(day Day) Step {
	s := Step{Date: day.Date, Reference: day.Reference}
	switch day.Kind {
	case Workday:
		s.Reason, s.ReasonEN = "工作日", "workday"
	case MakeUpWorkday:
		s.Reason, s.ReasonEN = "调休上班（"+day.Name+"）", "make-up workday ("+day.Name+")"
	case Weekend:
		s.Reason, s.ReasonEN = "周末", "weekend"
	case ScheduledOff:
		s.Reason, s.ReasonEN = "放假（"+day.Name+"）", "day off ("+day.Name+")"
	case Statutory:
		s.Reason, s.ReasonEN = "法定节假日（"+day.Name+"）", "day off by law ("+day.Name+")"
	}
	if day.Provisional {
		s.Reason += "〔暂定〕"
		s.ReasonEN += " (provisional)"
	}
	return s
}
