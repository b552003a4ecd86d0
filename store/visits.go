package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// visitsOf is the common table expressions in which visits (unit, visit) has how
// units were inspected in a year, each once for every visit: the campaigns that
// cover a unit or one it came from, the campaigns its findings came from, and
// the days of findings that came from none. A campaign that drew its inspectees
// covers those it drew last.
//
// @units are the units, @year the year, @until the last day on which a campaign
// that counts begins; the campaign @besides, if any, does not count.
const visitsOf = `RECURSIVE lines (unit, id) AS (
    SELECT u, u FROM unnest(@units::text[]) u
    UNION SELECT l.unit, c.unit_id FROM unit_changes c JOIN lines l ON c.successor_id = l.id OR l.id = ANY (c.parts)
), visits (unit, visit) AS (
    SELECT l.unit, CASE c.campaign WHEN '' THEN s.state -> 'finding' ->> 'found_on' ELSE c.campaign END
    FROM lines l JOIN cases c ON c.unit_id = l.id JOIN case_states s ON s.case_id = c.id
    WHERE c.stage NOT IN ('voided', 'merged') AND c.campaign IS DISTINCT FROM nullif(@besides, '')
        AND extract(year FROM (s.state -> 'finding' ->> 'found_on')::date) = @year::int
    UNION
    SELECT l.unit, p.id
    FROM campaigns p
    LEFT JOIN LATERAL (SELECT record FROM campaign_draws WHERE campaign = p.id ORDER BY number DESC LIMIT 1) d ON true
    CROSS JOIN LATERAL (
        SELECT unnest(p.scope) WHERE d.record IS NULL
        UNION ALL SELECT json_array_elements_text(d.record -> 'drawn') WHERE d.record IS NOT NULL) AS came (unit)
    JOIN lines l ON l.id = came.unit
    WHERE p.year = @year::int AND p.starts_on <= @until::date AND p.id <> @besides
)`

// inYear are the arguments of visitsOf for a whole year.
func inYear(units []string, year int, besides string) pgx.NamedArgs {
	return pgx.NamedArgs{"units": units, "year": year, "until": calendar.On(year, time.December, 31).String(), "besides": besides}
}
