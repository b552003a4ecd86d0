package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
	"duban/policy"
)

// A Post is an office in a unit and who holds it from when to when. Notices go to the
// post; talks and facts stay with the person.
type Post struct {
	ID   string
	Unit string
	// Kind is the office, one of PostKinds; a record that is older may hold others.
	Kind    string
	Holder  string
	Account string
	Since   calendar.Date
	Until   calendar.Date
}

// PostKinds are the offices of a unit, as its papers name them. They stand in
// the record: never rename.
func PostKinds() []string {
	return policy.Posts()
}

// A postTaken says who holds a post in a time in which another shall.
func postTaken(by Post) *FieldError {
	when := "自" + by.Since.String() + "起"
	if !by.Until.IsZero() {
		when = by.Since.String() + "至" + by.Until.String()
	}
	return &FieldError{
		Field: "since", Code: "post_taken", ZH: when + "该职务由" + by.Holder + "担任，任职时间不能重叠。",
		EN: "The post is held by another in that time.",
	}
}

// check holds a term against itself.
func (p *Post) check() error {
	switch {
	case p.Kind == "" || characters.Blank(p.Holder):
		return &FieldError{Field: "kind", Code: "required", ZH: "请填写职务和姓名。", EN: "Give the office and its holder."}
	case !slices.Contains(PostKinds(), p.Kind):
		return &FieldError{
			Field: "kind", Code: "unknown_code", ZH: "职务应为：" + strings.Join(PostKinds(), "、") + "。", EN: "There is no such office.",
		}
	case p.Since.IsZero():
		return &FieldError{Field: "since", Code: "required", ZH: "请填写任职日期。", EN: "Give the day the post is held from."}
	case !p.Until.IsZero() && p.Until.Before(p.Since):
		return &FieldError{Field: "until", Code: "too_early", ZH: "免职日期不能早于任职日期。", EN: "A term may not end before it begins."}
	}
	if err := checkName(&p.Holder); err != nil {
		err.Field = "holder"
		return err
	}
	return nil
}

// AddPost records who holds an office from a day on. The one who held it until
// then ends the day before. A term that overlaps another is a *FieldError.
func (s *Store) AddPost(ctx context.Context, p Post) (Post, error) {
	if err := p.check(); err != nil {
		return Post{}, err
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Post{}, err
	}
	p.ID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return p.begin(ctx, tx, rules.Today(s.now())) })
	if err != nil {
		return Post{}, postFailed("add", p.ID, err)
	}
	return p, nil
}

// another refuses a new term of whoever, by his name, holds the post now: it would
// end his own, and offer his tasks to himself.
func (p Post) another(ctx context.Context, tx pgx.Tx) error {
	var (
		holder string
		since  calendar.Date
	)
	err := tx.QueryRow(ctx, `SELECT holder, since FROM posts WHERE unit_id = $1 AND kind = $2 AND until IS NULL AND since < $3`, p.Unit, p.Kind, p.Since).Scan(&holder, &since)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil && characters.Fold(holder) == characters.Fold(p.Holder) {
		return &FieldError{
			Field: "holder", Code: "same_holder", ZH: "该职务自" + since.String() + "起由“" + holder + "”担任，姓名相同或者只是写法不同。如是同一人，无须再次登记；确系另一人，请先登记前任的免职日期。",
			EN: "The holder of the post bears the same name; if it is another person, end that term first.",
		}
	}
	return err
}

// begin writes a new term, after ending the one before it.
func (p Post) begin(ctx context.Context, tx pgx.Tx, today calendar.Date) error {
	var abolished calendar.Date
	if err := tx.QueryRow(ctx, `SELECT abolished_on FROM units WHERE id = $1 FOR NO KEY UPDATE`, p.Unit).Scan(&abolished); err != nil {
		return err
	}
	if !abolished.IsZero() && !p.Since.Before(abolished) {
		return &FieldError{Field: "unit", Code: "unit_abolished", ZH: "该单位已于" + abolished.String() + "撤销。", EN: "The unit is no more."}
	}
	if err := p.holderMay(ctx, tx, today); err != nil {
		return err
	}
	if err := p.another(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE posts SET until = $4 WHERE unit_id = $1 AND kind = $2 AND until IS NULL AND since < $3`,
		p.Unit, p.Kind, p.Since, p.Since.AddDays(-1)); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, selectPosts+` WHERE unit_id = $1 AND kind = $2 AND since <= coalesce($4, 'infinity'::date) AND coalesce(until, 'infinity') >= $3
		ORDER BY since LIMIT 1`, p.Unit, p.Kind, p.Since, dateOrNil(p.Until))
	if err != nil {
		return err
	}
	taken, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Post])
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return postTaken(taken[0])
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO posts (id, unit_id, kind, holder, account_id, since, until) VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7)`,
		p.ID, p.Unit, p.Kind, p.Holder, p.Account, p.Since, dateOrNil(p.Until))
	if err := p.queueOffers(b, Post{}, today, ""); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// queueOffers has the unit's cases offered when the term begins and when it is
// over, as far as that is not what it was.
func (p Post) queueOffers(b *pgx.Batch, was Post, today calendar.Date, author string) error {
	if p.Unit != was.Unit || p.Kind != was.Kind || p.Since != was.Since || p.Account != was.Account {
		if err := queueOffer(b, p.Unit, p.Kind, p.Since, today, author); err != nil {
			return err
		}
	}
	if p.Until.IsZero() || p.Until == was.Until {
		return nil
	}
	return queueOffer(b, p.Unit, p.Kind, p.Until.AddDays(1), today, author)
}

// holderMay refuses an account that is none of the unit's. One of the committee's
// may have held a post before: that keeps its holder out of the unit's look-backs.
// It holds none now, or letters to the post would go to the committee itself.
func (p Post) holderMay(ctx context.Context, tx pgx.Tx, today calendar.Date) error {
	if p.Account == "" {
		return nil
	}
	var own, committees bool
	if err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM accounts WHERE id = $1 AND unit_id = $2), EXISTS (SELECT FROM accounts WHERE id = $1 AND unit_id IS NULL)`,
		p.Account, p.Unit).Scan(&own, &committees); err != nil {
		return err
	}
	over := !p.Until.IsZero() && p.Until.Before(today)
	switch {
	case own, committees && over:
	case committees:
		return &FieldError{
			Field: "account", Code: "committee_account", ZH: "工委人员的账号只能登记已经结束的任职，请填写免职日期。", EN: "One of the committee's accounts may have held a post, and holds none now: give the last day.",
		}
	default:
		return &FieldError{Field: "account", Code: "unknown_account", ZH: "该单位没有这个账号。", EN: "The unit has no such account."}
	}
	return nil
}

// EndPost ends a term on its last day and, when a successor is given, begins the
// successor's: on the day after, unless another is said. The term and the
// successor's are returned; the latter is empty when there is none.
func (s *Store) EndPost(ctx context.Context, unit, id string, until calendar.Date, next *Post) (ended, begun Post, err error) {
	if until.IsZero() {
		return ended, begun, &FieldError{Field: "until", Code: "required", ZH: "请填写免职日期。", EN: "Give the last day of the term."}
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return ended, begun, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Whoever writes about the unit's posts takes the unit first.
		if _, err := tx.Exec(ctx, `SELECT FROM units WHERE id = $1 FOR NO KEY UPDATE`, unit); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectPosts+` WHERE id = $1 AND unit_id = $2`, id, unit)
		if err != nil {
			return err
		}
		if ended, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Post]); err != nil {
			return err
		}
		switch {
		case !ended.Until.IsZero():
			return &FieldError{Field: "until", Code: "already_ended", ZH: "该任职已于" + ended.Until.String() + "结束。", EN: "The term ended on " + ended.Until.String() + "."}
		case until.Before(ended.Since):
			return &FieldError{Field: "until", Code: "too_early", ZH: "免职日期不能早于任职日期" + ended.Since.String() + "。", EN: "A term may not end before it begins."}
		}
		ended.Until = until
		b := &pgx.Batch{}
		b.Queue(`UPDATE posts SET until = $2 WHERE id = $1`, id, until)
		// Whoever acts while the post is vacant takes the cases over too.
		if err := queueOffer(b, unit, ended.Kind, until.AddDays(1), rules.Today(s.now()), ""); err != nil {
			return err
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		begun = *next
		begun.ID, begun.Unit, begun.Kind = newID(), unit, ended.Kind
		if begun.Since.IsZero() {
			begun.Since = until.AddDays(1)
		}
		if err := begun.check(); err != nil {
			return err
		}
		return begun.begin(ctx, tx, rules.Today(s.now()))
	})
	if err != nil {
		return Post{}, Post{}, postFailed("end", id, err)
	}
	return ended, begun, nil
}

func postFailed(verb, id string, err error) error {
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return field
	case sqlState(err) == stateExclusion:
		return &FieldError{Field: "since", Code: "post_taken", ZH: "该职务在这段时间已由他人担任，任职时间不能重叠。", EN: "The post is held by another in that time."}
	}
	return fmt.Errorf("%s post %s: %w", verb, id, plain(err))
}

const selectPosts = `SELECT id, unit_id, kind, holder, coalesce(account_id, ''), since, until FROM posts`

// Posts lists the posts of a unit, the present holders first.
func (s *Store) Posts(ctx context.Context, unit string) ([]Post, error) {
	return s.listPosts(ctx, selectPosts+` WHERE unit_id = $1 ORDER BY until DESC NULLS FIRST, kind, since DESC, id`, unit)
}

// PostsOn lists who held the posts of a unit on a day.
func (s *Store) PostsOn(ctx context.Context, unit string, on calendar.Date) ([]Post, error) {
	return s.listPosts(ctx, selectPosts+` WHERE unit_id = $1 AND since <= $2 AND (until IS NULL OR until >= $2) ORDER BY kind, id`, unit, on)
}

func (s *Store) listPosts(ctx context.Context, sql string, args ...any) ([]Post, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", plain(err))
	}
	posts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Post])
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", plain(err))
	}
	return posts, nil
}
