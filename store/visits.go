package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// visitsOf is the common table expressions in which visits (unit, visit) has how
// units were inspected in a year, each once for every visit: the campaigns that made a
// finding or recorded a visit in a unit or one it came from, and the days of findings
// that came from none. What was planned and did not happen is no visit. A campaign that
// repeats another's year, scope and theme counts as that one.
//
// @units are the units, @year the year, @until the last day of a recorded visit that
// counts; the campaign @besides, if any, and those that repeat it do not count.
const visitsOf = `RECURSIVE lines (unit, id) AS (
    SELECT u, u FROM unnest(@units::text[]) u
    UNION SELECT l.unit, c.unit_id FROM unit_changes c JOIN lines l ON c.successor_id = l.id OR l.id = ANY (c.parts)
), visits (unit, visit) AS (
    SELECT l.unit, CASE c.campaign WHEN '' THEN s.state -> 'finding' ->> 'found_on' ELSE coalesce(p.repeats, c.campaign) END
    FROM lines l JOIN cases c ON c.unit_id = l.id JOIN case_states s ON s.case_id = c.id LEFT JOIN campaigns p ON p.id = c.campaign
    WHERE c.stage NOT IN ('voided', 'merged') AND coalesce(p.repeats, c.campaign) IS DISTINCT FROM nullif(@besides, '')
        AND extract(year FROM (s.state -> 'finding' ->> 'found_on')::date) = @year::int
    UNION
    SELECT l.unit, coalesce(p.repeats, p.id)
    FROM campaign_visits v JOIN campaigns p ON p.id = v.campaign JOIN lines l ON l.id = v.unit_id
    WHERE extract(year FROM v.visited_on) = @year::int AND v.visited_on <= @until::date AND coalesce(p.repeats, p.id) <> @besides
)`

// inYear are the arguments of visitsOf for a whole year.
func inYear(units []string, year int, besides string) pgx.NamedArgs {
	return pgx.NamedArgs{"units": units, "year": year, "until": calendar.On(year, time.December, 31).String(), "besides": besides}
}
