package calendar

// A lunarYear holds the statutory days of one year that the moon or the sun
// moves, each as month times 100 plus day.
type lunarYear struct {
	springFestival int // 正月初一; the eve is the day before
	qingming       int // 清明, a solar term
	dragonBoat     int // 五月初五
	midAutumn      int // 八月十五
}

// lunar returns the moving days of a year, false for a year outside the table.
//
// Computed with the npm package lunar-javascript 1.7.7 for 2025 to 2050: for
// each year y, Lunar.fromYmd(y, 1, 1), (y, 5, 5) and (y, 8, 15) by getSolar(),
// and 清明 from getJieQiTable(). The tests hold 2025 and 2026 against the
// notices of those years.
func lunar(year int) (lunarYear, bool) {
	switch year {
	case 2025:
		return lunarYear{129, 404, 531, 1006}, true
	case 2026:
		return lunarYear{217, 405, 619, 925}, true
	case 2027:
		return lunarYear{206, 405, 609, 915}, true
	case 2028:
		return lunarYear{126, 404, 528, 1003}, true
	case 2029:
		return lunarYear{213, 404, 616, 922}, true
	case 2030:
		return lunarYear{203, 405, 605, 912}, true
	case 2031:
		return lunarYear{123, 405, 624, 1001}, true
	case 2032:
		return lunarYear{211, 404, 612, 919}, true
	case 2033:
		return lunarYear{131, 404, 601, 908}, true
	case 2034:
		return lunarYear{219, 405, 620, 927}, true
	case 2035:
		return lunarYear{208, 405, 610, 916}, true
	case 2036:
		return lunarYear{128, 404, 530, 1004}, true
	case 2037:
		return lunarYear{215, 404, 618, 924}, true
	case 2038:
		return lunarYear{204, 405, 607, 913}, true
	case 2039:
		return lunarYear{124, 405, 527, 1002}, true
	case 2040:
		return lunarYear{212, 404, 614, 920}, true
	case 2041:
		return lunarYear{201, 404, 603, 910}, true
	case 2042:
		return lunarYear{122, 404, 622, 928}, true
	case 2043:
		return lunarYear{210, 405, 611, 917}, true
	case 2044:
		return lunarYear{130, 404, 531, 1005}, true
	case 2045:
		return lunarYear{217, 404, 619, 925}, true
	case 2046:
		return lunarYear{206, 404, 608, 915}, true
	case 2047:
		return lunarYear{126, 405, 529, 1004}, true
	case 2048:
		return lunarYear{214, 404, 615, 922}, true
	case 2049:
		return lunarYear{202, 404, 604, 911}, true
	case 2050:
		return lunarYear{123, 404, 623, 930}, true
	}
	return lunarYear{}, false
}
