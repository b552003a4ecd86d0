package main

import (
	"context"
	"fmt"
	"strings"

	"duban/internal/casetest"
	"duban/store"
)

// fill fills a record with so many cases, copies of one that lived: five years
// of findings about 300 units, three in ten still open, in the order in which
// they were opened; of a million, seven in ten come from 1,250 campaigns of some
// 560 findings. What can be sorted and filtered by varies as it would.
func fill(ctx context.Context, r *record, cases int) error {
	l := &casetest.Life{Doer: r.Store, Key: "template"}
	for _, step := range steps(r.people) {
		if a, err := l.Do(ctx, step); err != nil || a.Refusal != nil {
			return fmt.Errorf("%s: %w %w", step.Body.Kind(), err, a.Refusal)
		}
	}
	conn, err := r.sql.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	indexes, err := r.dropIndexes(ctx)
	if err != nil {
		return err
	}
	settings := []string{`SET statement_timeout = 0`, `SET maintenance_work_mem = '1GB'`, `SET work_mem = '256MB'`, `SELECT setseed(0.5)`}
	made := []string{
		`INSERT INTO units (id, name) SELECT 'unit' || i, '单位' || i FROM generate_series(1, 300) i`,
		strings.ReplaceAll(insertCases, "@n", fmt.Sprint(cases)),
		insertStates,
		insertUnitCases,
	}
	after := []string{`VACUUM ANALYZE cases`, `VACUUM ANALYZE case_states`, `VACUUM ANALYZE unit_cases`}
	for _, sql := range append(append(append(settings, made...), indexes...), after...) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%.60s: %w", strings.TrimSpace(sql), err)
		}
	}
	return nil
}

// dropIndexes drops the indexes that are quicker made after the rows, and
// returns how to make them.
func (r *record) dropIndexes(ctx context.Context) ([]string, error) {
	rows, err := r.sql.Query(ctx, `
		SELECT indexdef, indexname FROM pg_indexes i
		WHERE schemaname = $1 AND tablename IN ('cases', 'unit_cases')
		  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)`, store.Schema)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var defs, names []string
	for rows.Next() {
		var def, name string
		if err := rows.Scan(&def, &name); err != nil {
			return nil, err
		}
		defs, names = append(defs, def), append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := r.sql.Exec(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return defs, nil
}

const insertCases = `
WITH rows AS MATERIALIZED (
    SELECT i, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, 2022 + (i - 1) * 5 / @n AS year,
        -- Most of the last year's cases are open, few of the years before.
        random() < CASE WHEN i > 0.8 * @n THEN 0.9 ELSE 0.15 END AS open
    FROM generate_series(1, @n) i),
staged AS (
    SELECT *, CASE
        WHEN NOT open THEN (ARRAY['archived', 'archived', 'archived', 'archived', 'archived', 'archived', 'archived', 'archived', 'merged', 'voided'])[1 + floor(a * 10)]
        WHEN a < 0.40 THEN 'rectifying' WHEN a < 0.55 THEN 'look_back_pending' WHEN a < 0.65 THEN 'report_review'
        WHEN a < 0.75 THEN 'closed' WHEN a < 0.81 THEN 'planning' WHEN a < 0.85 THEN 'serving' WHEN a < 0.89 THEN 'sustained'
        WHEN a < 0.92 THEN 'draft' WHEN a < 0.94 THEN 'triage' WHEN a < 0.95 THEN 'plan_review' WHEN a < 0.96 THEN 'notice_drafting'
        WHEN a < 0.97 THEN 'notice_approval' WHEN a < 0.985 THEN 'closure_approval' WHEN a < 0.998 THEN 'look_back_active' ELSE 'transferred' END AS stage,
        make_timestamptz(year, 1, 1, 0, 0, 0) + ((i - 1) * 5 % @n)::float8 / @n * interval '330 days' AS opened,
        date_trunc('day', now()) - interval '8 hours' + floor(b * b * 200 - 40) * interval '1 day' AS due
    FROM rows)
INSERT INTO cases (id, number, number_key, seq, stage, unit_id, title, category, campaign, author, officer, level, round,
    policy_version, calendar_version, due_on, due_at, provisional, opened_at, updated_at, closed_at, settled_at,
    alarm_no, alarm_kind, alarm_at, fire_at, chased, chased_due)
SELECT gen_random_uuid(), '督〔' || year || '〕' || i, year * 1000000 + i, t.seq, s.stage, 'unit' || 1 + floor(c * 300), t.title,
    'C' || lpad((1 + floor(d * d * 20))::text, 2, '0'), CASE WHEN b < 0.3 THEN '' ELSE '专项' || year || '-' || floor(c * 250) END,
    t.author, 'officer' || floor(a * 997)::int % 40,
    CASE WHEN NOT s.open OR e < 0.8 THEN 0 WHEN e < 0.9 THEN 1 WHEN e < 0.95 THEN 2 WHEN e < 0.98 THEN 3 WHEN e < 0.995 THEN 4 ELSE 5 END,
    CASE WHEN c < 0.9 THEN 1 ELSE 2 END, 1, 1,
    CASE WHEN s.open THEN (due + interval '8 hours')::date - 1 END, CASE WHEN s.open THEN due ELSE 'infinity' END, false,
    opened, least(now(), opened + d * interval '300 days'),
    CASE WHEN s.stage IN ('closed', 'archived') THEN opened END, CASE WHEN NOT s.open THEN opened END,
    t.alarm_no, CASE WHEN s.open THEN t.alarm_kind END, CASE WHEN s.open THEN due END, CASE WHEN s.open THEN due + a * interval '30 minutes' END,
    CASE WHEN s.open THEN ARRAY['account:officer' || floor(a * 997)::int % 40] ELSE '{}' END,
    CASE WHEN s.open THEN ARRAY[due] ELSE '{}' END
FROM staged s CROSS JOIN (SELECT * FROM cases LIMIT 1) t
ORDER BY i`

const insertStates = `
INSERT INTO case_states (case_id, state)
SELECT c.id, jsonb_set(t.state, '{stage}', to_jsonb(c.stage)) FROM cases c CROSS JOIN (SELECT * FROM case_states LIMIT 1) t
WHERE c.unit_id LIKE 'unit%' ORDER BY c.number_key`

const insertUnitCases = `
INSERT INTO unit_cases (case_id, unit_id, version, number, number_key, stage, title, category, level, round, due_on, due_at, provisional, updated_at, view)
SELECT c.id, c.unit_id, t.version, c.number, c.number_key, CASE c.stage WHEN 'look_back_pending' THEN 'accepted' WHEN 'closure_approval' THEN 'accepted' ELSE c.stage END,
    c.title, c.category, c.level, c.round, c.due_on, c.due_at, false, c.updated_at, t.view
FROM cases c CROSS JOIN (SELECT * FROM unit_cases LIMIT 1) t
WHERE c.stage NOT IN ('draft', 'triage', 'notice_drafting', 'notice_approval') AND c.unit_id LIKE 'unit%'
ORDER BY c.number_key`
