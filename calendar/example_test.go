package calendar_test

import (
	"fmt"
	"os"
	"time"

	"duban/calendar"
)

func ExampleCalendar_Add() {
	c := calendar.Builtin()
	start := calendar.On(2026, time.February, 2)

	// The Spring Festival lies between; Saturday 28 February is worked for it.
	fmt.Println(c.Add(start, calendar.Period{N: 15, Unit: calendar.WorkingDays}).Date)
	// No notice of 2027 yet: computed all the same, and marked.
	fmt.Println(c.Add(start, calendar.Period{N: 1, Unit: calendar.Months}), c.Add(start, calendar.Period{N: 12, Unit: calendar.Months}))
	// Output:
	// 2026-02-28
	// {2026-03-02 false} {2027-02-02 true}
}

func ExampleExplanation_WriteText() {
	e := calendar.Builtin().Explain(calendar.On(2026, time.September, 29), calendar.Period{N: 2, Unit: calendar.WorkingDays})
	if err := e.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 起算日　2026-09-29（周二）
	// 期　间　2个工作日（2WD）
	// 到期日　2026-10-08（周四）
	// 依第1版工作日历计算
	//
	// 2026-09-29 周二       起算日，不计入 [1]
	// 2026-09-30 周三    1  工作日
	// 2026-10-01 周四       放假（国庆节） [2]
	// 2026-10-02 周五       放假（国庆节） [2]
	// 2026-10-03 周六       放假（国庆节） [2]
	// 2026-10-04 周日       放假（国庆节） [2]
	// 2026-10-05 周一       放假（国庆节） [2]
	// 2026-10-06 周二       放假（国庆节） [2]
	// 2026-10-07 周三       放假（国庆节） [2]
	// 2026-10-08 周四    2  工作日，期满
	//
	// [1] 《中华人民共和国民法典》第二百零一条
	// [2] 国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）
}
