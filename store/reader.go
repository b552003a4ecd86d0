package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A readers is the people of a day, as far as letters to some recipients need
// them. Who of them reads what is for the lifecycle to say.
type readers struct {
	people map[string]lifecycle.Actor
	// order is the ids of people, the oldest account first.
	order       []string
	holders     map[string][]lifecycle.Holder
	substitutes map[string]string
	// copies says who reads along, by the policy in force.
	copies []policy.Copy
}

const selectHolders = `
SELECT unit_id, kind, account_id FROM posts
WHERE unit_id = ANY($1) AND account_id IS NOT NULL AND since <= $2 AND (until IS NULL OR until >= $2) ORDER BY unit_id, kind, id`

// readersOn reads who can be told something on a day: the committee's people, and
// those of the units that are among the recipients. An account that was ended
// holds no post any more.
func readersOn(ctx context.Context, q querier, tokens []string, on calendar.Date) (*readers, error) {
	var units []string
	for _, t := range tokens {
		if u := lifecycle.ParseRecipient(t).Unit; u != "" {
			units = append(units, u)
		}
	}
	r := &readers{people: map[string]lifecycle.Actor{}, holders: map[string][]lifecycle.Holder{}, substitutes: map[string]string{}}
	rows, err := q.Query(ctx, selectActors+` WHERE disabled_at IS NULL AND (unit_id IS NULL OR unit_id = ANY($1)) ORDER BY created_at, id`, units)
	if err != nil {
		return nil, err
	}
	people, err := pgx.CollectRows(rows, scanActor)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		r.people[p.Account] = p
		r.order = append(r.order, p.Account)
	}
	rows, err = q.Query(ctx, selectHolders, units, on) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var unit, post, account string
	if _, err = pgx.ForEachRow(rows, []any{&unit, &post, &account}, func() error {
		if _, able := r.people[account]; able {
			r.holders[unit] = append(r.holders[unit], lifecycle.Holder{Post: post, Account: account})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, `SELECT account_id, substitute FROM substitutes WHERE since <= $1 AND until >= $1 ORDER BY created_at, id`, on) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var substitute string
	_, err = pgx.ForEachRow(rows, []any{&account, &substitute}, func() error {
		// Whoever is gone reads for nobody.
		if _, able := r.people[substitute]; able {
			r.substitutes[account] = substitute
		}
		return nil
	})
	return r, err
}

// of lists who reads a letter, each once; nobody when there is nobody.
func (r *readers) of(token string, level policy.Level) []lifecycle.Reader {
	var found []lifecycle.Reader
	to := lifecycle.ParseRecipient(token)
	switch {
	case to.Account != "":
		found = []lifecycle.Reader{{Account: to.Account, Way: lifecycle.WayAccount}}
		if _, able := r.people[to.Account]; !able { // a person who is gone is forgotten; the work is not
			found = r.holding(lifecycle.Head, lifecycle.WayActing)
		}
	case to.Post != "":
		found = lifecycle.PostReaders(r.holders[to.Unit], to.Post)
		if len(found) == 0 { // nobody of the unit is above the one who was chased
			found = r.holding(lifecycle.Head, lifecycle.WayActing)
		}
	case to.Unit != "":
		found = lifecycle.UnitReaders(r.holders[to.Unit], r.ofUnit(to.Unit, lifecycle.UnitSecretary), r.ofUnit(to.Unit, lifecycle.UnitContact), level, r.copies)
		for _, role := range lifecycle.CopyRoles(level, r.copies) {
			found = append(found, r.holding(role, lifecycle.WayCopy)...)
		}
	default:
		found = r.holding(to.Role, lifecycle.WayRole)
		if len(found) == 0 && to.Role == lifecycle.CommitteeSecretary { // while nobody holds it, the leaders must know
			found = r.holding(lifecycle.Leader, lifecycle.WayActing)
		}
	}
	var all []lifecycle.Reader
	for _, one := range found {
		if in := lifecycle.StandIn(one.Account, r.substitutes); in != one.Account {
			one = lifecycle.Reader{Account: in, Way: lifecycle.WaySubstitute}
		}
		if !slices.ContainsFunc(all, func(a lifecycle.Reader) bool { return a.Account == one.Account }) {
			all = append(all, one)
		}
	}
	return all
}

func (r *readers) holding(role lifecycle.Role, way lifecycle.Way) []lifecycle.Reader {
	var found []lifecycle.Reader
	for _, id := range r.order {
		if r.people[id].Unit == "" && r.people[id].Has(role) {
			found = append(found, lifecycle.Reader{Account: id, Way: way})
		}
	}
	return found
}

func (r *readers) ofUnit(unit string, role lifecycle.Role) []string {
	var found []string
	for _, id := range r.order {
		if r.people[id].Unit == unit && r.people[id].Has(role) {
			found = append(found, id)
		}
	}
	return found
}
