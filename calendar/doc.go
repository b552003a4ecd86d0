// Package calendar counts legal time: civil dates, working days after the
// State Council's holiday notices with their make-up workdays (调休), periods
// such as 15WD, 30D or 2M, and where a legal day lies on the clock.
//
// The holiday table is data, one notice a year, and every Calendar has a
// version number. A year whose notice has not been published is provisional
// (暂定): it is computed from weekends and the days off fixed by law, and every
// result that had to look at such a day says so. No date between 1949 and 2200
// is ever refused.
//
// The rules of counting are those of the Civil Code (民法典 第二百零一条 to
// 第二百零三条): the first day does not count, a period in months ends on the
// corresponding day or else on the last day of the month, and a natural period
// ending on a day off ends on the next working day instead.
//
// The package reads no clock, does no I/O beyond the reader it is given, and
// knows nothing of cases, policies or units. It does not guess what a future
// notice will say: the days off it adds to weekends in a provisional year are
// those of the law and no more, so no bridge days and no make-up workdays. It
// does not know the holidays of an autonomous area; such a calendar is another
// Calendar, made from other Years.
package calendar
