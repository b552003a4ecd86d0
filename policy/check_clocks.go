package policy

import (
	"slices"

	"duban/calendar"
)

func checkClocks(clocks map[ClockName]Clock, f *file) {
	checkNames(clocks, ClockNames(), "clocks", f)
	for name, clock := range clocks {
		path := join("clocks", string(name))
		if slices.Contains(ClockNames(), name) {
			checkClock(name, clock, path, f)
		}
	}
}

func checkClock(name ClockName, clock Clock, path string, f *file) {
	if name == ClockRectification || name == ClockObjection || name == ClockStay {
		forbid(path+".within", "not allowed here: the case itself says how long", f)
	} else {
		require(path+".within", f)
	}
	if name == ClockCooling || name == ClockStay {
		forbid(path+".then_every", "not allowed here: this clock ends by itself", f)
	} else {
		require(path+".then_every", f)
	}
	if clock.MaxLevel > L0 && !ownedByUnit(name) {
		f.refuse(path+".max_level", "not allowed here: only plan, rectification and check_in count against the unit")
	}
	if len(clock.Remind) > 0 && clock.MaxLevel == L0 {
		f.refuse(path+".remind", "not allowed without a max_level above L0: only a clock of the unit's has reminders", path+".max_level")
	}
	for i, ahead := range clock.Remind {
		if ahead.Unit != calendar.WorkingDays {
			f.refuse(at(path+".remind", i), "expected working days, such as 5WD")
			continue
		}
		if i > 0 && ahead.N >= clock.Remind[i-1].N {
			f.refuse(at(path+".remind", i), "expected shorter than the reminder before it", at(path+".remind", i-1))
		}
	}
}

// ownedByUnit says whether the clock is the unit's to keep. The committee's own
// lateness never counts against a unit.
func ownedByUnit(name ClockName) bool {
	return name == ClockPlan || name == ClockRectification || name == ClockCheckIn
}

func require(path string, f *file) {
	if !f.has(path) {
		f.refuse(path, "missing")
	}
}

func forbid(path, reason string, f *file) {
	if f.has(path) {
		f.refuse(path, reason)
	}
}

// checkNames refuses a mapping that has not exactly the entries it should.
func checkNames[K ~string, V any](entries map[K]V, names []K, path string, f *file) {
	for _, name := range names {
		require(join(path, string(name)), f)
	}
	for name := range entries {
		if !slices.Contains(names, name) {
			entry := join(path, clip(string(name)))
			f.report(f.line(entry), entry, "unknown: expected one of "+list(names))
		}
	}
}
