package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// A RemovalKind says what was taken away. It stands in the record: never rename.
type RemovalKind string

// The kinds of what can be taken away.
const (
	RemoveUnit        RemovalKind = "unit"          // 单位
	RemovePost        RemovalKind = "post"          // 任职
	RemoveRegion      RemovalKind = "region"        // 区域
	RemoveArea        RemovalKind = "area"          // 片区
	RemoveAreaOfficer RemovalKind = "area_officer"  // 片区负责人
	RemoveCategory    RemovalKind = "unit_category" // 单位分类
	RemoveCampaign    RemovalKind = "campaign"      // 督查批次
)

// RemovalKinds lists them.
func RemovalKinds() []RemovalKind {
	return []RemovalKind{RemoveUnit, RemovePost, RemoveRegion, RemoveArea, RemoveAreaOfficer, RemoveCategory, RemoveCampaign}
}

// A Removal takes away what was made by mistake.
type Removal struct {
	ID   string
	Kind RemovalKind
	// Thing is its id, Within that of the unit of a post and the area of an officer.
	Thing, Within string
	// Name is what it was called, Was all that was known of it.
	Name string
	Was  json.RawMessage
	// Resume: the term of a post before it goes on, which ended on the day before.
	Resume         bool
	Reason, Author string
	At             time.Time
}

// Remove takes away what nothing refers to, for good, and keeps what it was. While
// something does, it fails with a *FieldError that says what.
func (s *Store) Remove(ctx context.Context, r Removal) (Removal, error) {
	if strings.TrimSpace(r.Reason) == "" {
		return Removal{}, &FieldError{Field: "reason", Code: "required", ZH: "请填写删除的理由。", EN: "Give the reason."}
	}
	kind, ok := removable()[r.Kind]
	if !ok {
		return Removal{}, fmt.Errorf("remove %s: %w", r.Kind, ErrNotFound)
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Removal{}, err
	}
	r.ID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := kind.read(ctx, tx, &r); err != nil {
			return err
		}
		if err := kind.refuse(ctx, tx, r.Thing); err != nil {
			return err
		}
		if r.Kind == RemovePost {
			if err := r.removePost(ctx, tx, rules.Today(s.now())); err != nil {
				return err
			}
		} else if _, err := tx.Exec(ctx, `DELETE FROM `+kind.table+` WHERE id = $1`, r.Thing); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO removals (id, kind, thing, name, was, reason, author) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING at`,
			r.ID, r.Kind, r.Thing, r.Name, r.Was, r.Reason, r.Author).Scan(&r.At)
	})
	var field *FieldError
	switch {
	case err == nil:
		return r, nil
	case errors.As(err, &field):
		return Removal{}, field
	case sqlState(err) == stateForeignKey: // what came to refer to it while it was looked at
		return Removal{}, referredTo(kind, r.Name, nil)
	}
	return Removal{}, fmt.Errorf("remove %s %s: %w", r.Kind, r.Thing, plain(err))
}

// A removableKind is a kind of what can be taken away.
type removableKind struct {
	table, zh, en string
	// name is its name in SQL, within the column of what it must be in.
	name, within string
	// locks are taken first, so that nothing begins to refer to it meanwhile.
	locks []int64
	// uses are what may refer to it.
	uses []use
	// told: events of cases may speak of it besides.
	told bool
}

// A use counts what refers to a thing, whose id is $1.
type use struct{ zh, en, count string }

// told counts what the record says of an id, as a text of its own: it reads every
// event, and is asked last.
//
//nolint:gochecknoglobals // a constant that Go cannot write as such
var told = use{"办理记录%d条", "%d events of cases", `SELECT count(*) FROM events WHERE strpos(content::text, to_json($1::text)::text) > 0`}

func removable() map[RemovalKind]removableKind {
	imported := func(what string) use {
		return use{"导入文件中的%d行", "%d imported rows", `SELECT count(*) FROM import_rows r JOIN imports i ON i.id = r.import_id WHERE ` + what}
	}
	ofUnits := func(column string) use {
		return use{"单位%d个", "%d units", `SELECT count(*) FROM units WHERE ` + column + ` = $1`}
	}
	return map[RemovalKind]removableKind{
		RemoveRegion: {table: "regions", zh: "区域", en: "region", name: "t.name", locks: []int64{regionLock}, uses: []use{
			ofUnits("region_id"), {"下级区域%d个", "%d regions below it", `SELECT count(*) FROM regions WHERE parent_id = $1`},
		}},
		RemoveCategory: {table: "unit_categories", zh: "单位分类", en: "category", name: "t.name", uses: []use{ofUnits("category_id")}},
		RemoveArea: {table: "areas", zh: "片区", en: "area", name: "t.name", uses: []use{
			ofUnits("area_id"), {"片区负责人%d项", "%d terms of officers", `SELECT count(*) FROM area_officers WHERE area_id = $1`},
		}},
		RemoveAreaOfficer: {
			table: "area_officers", zh: "片区负责人", en: "officer's term", within: "t.area_id",
			name: `(SELECT a.name || ' ' || c.name FROM areas a, accounts c WHERE a.id = t.area_id AND c.id = t.account_id)`,
		},
		RemoveUnit: {table: "units", zh: "单位", en: "unit", name: "t.name", locks: []int64{openingLock, planningLock}, uses: []use{
			{"账号%d个", "%d accounts", `SELECT count(*) FROM accounts WHERE unit_id = $1`},
			{"任职%d项", "%d terms of posts", `SELECT count(*) FROM posts WHERE unit_id = $1`},
			{"事项%d件", "%d cases", `SELECT count(*) FROM (SELECT id FROM cases WHERE unit_id = $1 UNION SELECT case_id FROM unit_cases WHERE unit_id = $1) c`},
			{"督查批次%d个", "%d campaigns", `SELECT count(*) FROM campaigns c WHERE $1 = ANY (scope) OR EXISTS (
				SELECT FROM campaign_draws d WHERE d.campaign = c.id AND strpos(d.record::text, to_json($1::text)::text) > 0)
				OR EXISTS (SELECT FROM campaign_visits v WHERE v.campaign = c.id AND v.unit_id = $1)`},
			{"更名、合并等变更%d项", "%d recorded changes", `SELECT count(*) FROM unit_changes WHERE $1 IN (unit_id, successor_id) OR $1 = ANY (parts)`},
			{"负面清单记录%d项", "%d entries of negative lists", `SELECT count(*) FROM list_entries WHERE unit_id = $1`},
			{"回避%d项", "%d recusals", `SELECT (SELECT count(*) FROM recusals WHERE unit_id = $1) + (SELECT count(*) FROM recusal_requests WHERE unit_id = $1)`},
			imported(`strpos(r.content::text, to_json($1::text)::text) > 0`),
		}, told: true},
		// A term is used by what was done under it: by its account, or naming its holder in
		// a case of the unit while it lasted.
		RemovePost: {table: "posts", zh: "任职", en: "term", within: "t.unit_id", name: `t.kind || ' ' || t.holder`, uses: []use{
			{"任职期间的办理记录%d条", "%d events of the time it was held", `SELECT count(*) FROM posts p
				JOIN events e ON e.legal_on >= p.since AND (p.until IS NULL OR e.legal_on <= p.until)
				WHERE p.id = $1 AND (e.case_id IN (SELECT id FROM cases WHERE unit_id = p.unit_id) OR e.case_id IN (SELECT case_id FROM unit_cases WHERE unit_id = p.unit_id))
				AND (e.actor = p.account_id OR strpos(e.content::text, to_json(p.holder)::text) > 0)`},
		}},
		RemoveCampaign: {table: "campaigns", zh: "督查批次", en: "campaign", name: "t.name", locks: []int64{openingLock, planningLock}, uses: []use{
			{"事项%d件", "%d cases", `SELECT count(*) FROM cases WHERE campaign = $1`},
			{"抽取记录%d项", "%d draws", `SELECT (SELECT count(*) FROM campaign_draws WHERE campaign = $1) + (SELECT count(*) FROM campaign_draw_requests WHERE campaign = $1)`},
			{"到场记录%d项", "%d visits", `SELECT count(*) FROM campaign_visits WHERE campaign = $1`},
			{"重新抽取的批次%d个", "%d campaigns that draw anew for it", `SELECT count(*) FROM campaigns WHERE repeats = $1`},
			{"批量拟稿、签发%d次", "%d runs of notices", `SELECT count(*) FROM notice_runs WHERE campaign = $1`},
			imported(`i.campaign = $1 AND i.state <> 'refused'`),
		}, told: true},
	}
}

// read finds the thing and keeps what is known of it.
func (k removableKind) read(ctx context.Context, tx pgx.Tx, r *Removal) error {
	for _, lock := range k.locks {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lock); err != nil {
			return err
		}
	}
	within := k.within
	if within == "" {
		within = "''"
	}
	return tx.QueryRow(ctx, `SELECT `+k.name+`, to_jsonb(t) - 'name_key' FROM `+k.table+` t WHERE t.id = $1 AND `+within+` = $2 FOR UPDATE OF t`, r.Thing, r.Within).
		Scan(&r.Name, &r.Was)
}

// refuse says what refers to the thing.
func (k removableKind) refuse(ctx context.Context, tx pgx.Tx, id string) error {
	var name string
	b, counts := &pgx.Batch{}, make([]int, len(k.uses))
	b.Queue(`SELECT `+k.name+` FROM `+k.table+` t WHERE t.id = $1`, id).QueryRow(func(row pgx.Row) error { return row.Scan(&name) })
	for i, u := range k.uses {
		b.Queue(u.count, id).QueryRow(func(row pgx.Row) error { return row.Scan(&counts[i]) })
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if slices.ContainsFunc(counts, func(n int) bool { return n > 0 }) {
		return referredTo(k, name, counts)
	}
	if !k.told {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, told.count, id).Scan(&n); err != nil || n == 0 {
		return err
	}
	k.uses = []use{told}
	return referredTo(k, name, []int{n})
}

func referredTo(k removableKind, name string, counts []int) *FieldError {
	var zh, en []string
	for i, n := range counts {
		if n > 0 {
			zh, en = append(zh, fmt.Sprintf(k.uses[i].zh, n)), append(en, fmt.Sprintf(k.uses[i].en, n))
		}
	}
	if len(zh) == 0 {
		zh, en = []string{"刚刚登记的其他信息"}, []string{"something that was recorded just now"}
	}
	return &FieldError{
		Field: "", Code: "still_referred_to", ZH: k.zh + "“" + name + "”已被使用，不能删除：" + strings.Join(zh, "、") + "。请先更正这些记录；确已发生的，请登记其结束或者变更，不要删除。",
		EN: "The " + k.en + " is in use and stays: " + strings.Join(en, ", ") + ". Correct those first; what really was is ended or changed, not removed.",
	}
}

// removePost takes a term away, and has the one before it go on where that is asked.
func (r Removal) removePost(ctx context.Context, tx pgx.Tx, today calendar.Date) error {
	rows, err := tx.Query(ctx, selectPosts+` WHERE id = $1`, r.Thing)
	if err != nil {
		return err
	}
	gone, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Post])
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM posts WHERE id = $1`, r.Thing); err != nil {
		return err
	}
	if r.Resume {
		done, err := tx.Exec(ctx, `UPDATE posts SET until = $4 WHERE unit_id = $1 AND kind = $2 AND until = $3`,
			gone.Unit, gone.Kind, gone.Since.AddDays(-1), dateOrNil(gone.Until))
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return &FieldError{
				Field: "resume", Code: "none_before", ZH: "没有在" + gone.Since.AddDays(-1).String() + "结束的前一任，不能由其继续任职。",
				EN: "No term of the post ended on the day before.",
			}
		}
	}
	b := &pgx.Batch{}
	// The cases are offered to whoever answers for the unit without it.
	if err := queueOffer(b, gone.Unit, gone.Kind, gone.Since, today, ""); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// Removals lists what was taken away, the latest first, those after the given id.
func (s *Store) Removals(ctx context.Context, kind RemovalKind, after string, limit int) ([]Removal, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, kind, thing, name, was, reason, author, at FROM removals
		WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR (at, id) < (SELECT at, id FROM removals WHERE id = $2)) ORDER BY at DESC, id DESC LIMIT $3`, kind, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list removals: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Removal, err error) {
		return r, row.Scan(&r.ID, &r.Kind, &r.Thing, &r.Name, &r.Was, &r.Reason, &r.Author, &r.At)
	})
	if err != nil {
		return nil, fmt.Errorf("list removals: %w", plain(err))
	}
	return list, nil
}
