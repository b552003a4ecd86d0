package calendar

import "time"

// The rules a Day or a Step refers to when no notice decided it.
const (
	lawHolidays   = "《全国年节及纪念日放假办法》第二条"
	lawWeekends   = "《国务院关于职工工作时间的规定》第七条"
	lawFirstDay   = "《中华人民共和国民法典》第二百零一条"
	lawMonths     = "《中华人民共和国民法典》第二百零二条"
	lawLastDayOff = "《中华人民共和国民法典》第二百零三条"
)

// statutory returns the holiday whose day off the law fixes on d, or "".
//
// 《全国年节及纪念日放假办法》 第二条 as revised on 10 November 2024 gives thirteen
// days: 1 January; the eve and the first three days of the Spring Festival;
// Qingming; 1 and 2 May; the Dragon Boat and Mid-Autumn festivals; 1 to 3
// October. Before 2025, and after the table of moving days ends, only those
// with a solar date are known here, and 2 May only since 2025.
//
// 第六条 gives a working day back for a statutory day on a weekend, but which one
// only the year's notice says, so it is not guessed.
func statutory(d Date) string {
	year, month, day := d.civil()
	name := fixed(year, month, day)
	moving, ok := lunar(year)
	if !ok {
		return name
	}
	switch int(month)*100 + day {
	case moving.qingming:
		return "清明节"
	case moving.dragonBoat:
		return "端午节"
	case moving.midAutumn:
		// It can fall on a National Day; the notice of 2025 names both so.
		if name != "" {
			return name + "、中秋节"
		}
		return "中秋节"
	}
	if month <= time.February {
		first := On(year, time.Month(moving.springFestival/100), moving.springFestival%100)
		if since := d.DaysSince(first); since >= -1 && since <= 2 {
			return "春节"
		}
	}
	return name
}

func fixed(year int, month time.Month, day int) string {
	switch {
	case month == time.January && day == 1:
		return "元旦"
	case month == time.May && (day == 1 || day == 2 && year >= 2025):
		return "劳动节"
	case month == time.October && day <= 3:
		return "国庆节"
	}
	return ""
}
