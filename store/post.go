package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// A Post is an office in a unit and who holds it from when to when. Notices and
// talks go to the post; facts stay with the person.
type Post struct {
	ID   string
	Unit string
	// Kind is the office, such as 党组书记 or 机关党委书记.
	Kind    string
	Holder  string
	Account string
	Since   calendar.Date
	Until   calendar.Date
}

// AddPost records who holds an office from a day on. The one who held it until
// then ends the day before.
func (s *Store) AddPost(ctx context.Context, p Post) (Post, error) {
	switch {
	case p.Kind == "" || p.Holder == "":
		return Post{}, &FieldError{Field: "kind", Code: "required", ZH: "请填写职务和姓名。", EN: "Give the office and its holder."}
	case p.Since.IsZero():
		return Post{}, &FieldError{Field: "since", Code: "required", ZH: "请填写任职日期。", EN: "Give the day the post is held from."}
	}
	p.ID = newID()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE posts SET until = $3 WHERE unit_id = $1 AND kind = $2 AND until IS NULL AND since <= $3`,
			p.Unit, p.Kind, p.Since.AddDays(-1))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO posts (id, unit_id, kind, holder, account_id, since) VALUES ($1, $2, $3, $4, nullif($5, ''), $6)`,
			p.ID, p.Unit, p.Kind, p.Holder, p.Account, p.Since)
		return err
	})
	if sqlState(err) == stateForeignKey {
		return Post{}, ErrNotFound
	}
	if err != nil {
		return Post{}, fmt.Errorf("add post: %w", plain(err))
	}
	return p, nil
}

const selectPosts = `
SELECT id, unit_id, kind, holder, coalesce(account_id, ''), since, until FROM posts
WHERE unit_id = $1 ORDER BY until DESC NULLS FIRST, kind, since DESC, id`

// Posts lists the posts of a unit, the present holders first.
func (s *Store) Posts(ctx context.Context, unit string) ([]Post, error) {
	rows, err := s.pool.Query(ctx, selectPosts, unit)
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", plain(err))
	}
	posts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Post])
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", plain(err))
	}
	return posts, nil
}
