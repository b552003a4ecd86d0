package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// A NoticeView is one notice (反馈意见): what it says, and how far it is in each of
// its cases.
type NoticeView struct {
	lifecycle.Notice

	Campaign, CampaignName string
	Unit, UnitName         string
	// State is how far it is where it is least far among the cases in which it
	// still stands.
	State lifecycle.NoticeState
	Of    []NoticeCase
}

// A NoticeCase is a case whose finding a notice states.
type NoticeCase struct {
	ID, Number, Title string
	Stage             lifecycle.Stage
	State             lifecycle.NoticeState
	Receipt           *lifecycle.Receipt
	// ReplacedBy is the number of the notice that took its place in this case.
	ReplacedBy string
}

// A NoticeFilter chooses notices: those a campaign or a unit has now, or those that
// ever bore a number.
type NoticeFilter struct {
	Campaign, Unit string
	Number         int64
	// After is the id of the last notice of the page before.
	After string
	Limit int
}

// Notices lists notices for staff, those without a number first and then by
// number.
func (s *Store) Notices(ctx context.Context, f NoticeFilter) ([]NoticeView, error) {
	rows, err := s.pool.Query(ctx, `
		WITH found AS (
			SELECT n.id, coalesce(n.number_key, 0) AS key FROM notices n WHERE $3 <> 0 AND n.number_key = $3
			UNION
			SELECT n.id, coalesce(n.number_key, 0) FROM cases c JOIN case_states s ON s.case_id = c.id
			JOIN notices n ON n.id IN ((s.state -> 'notice' ->> 'id')::uuid, (s.state -> 'feedback' ->> 'id')::uuid)
			WHERE $3 = 0 AND ($1 = '' OR c.campaign = $1 AND c.campaign <> '') AND ($2 = '' OR c.unit_id = $2)
		)
		SELECT id::text FROM found
		WHERE $4 = '' OR (key, id) > (SELECT coalesce(number_key, 0), id FROM notices WHERE id::text = $4)
		ORDER BY key, id LIMIT $5`, f.Campaign, f.Unit, f.Number, f.After, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", plain(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", plain(err))
	}
	list := make([]NoticeView, 0, len(ids))
	for _, id := range ids {
		v, err := s.Notice(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// Notice returns one notice for staff, as its cases' events tell of it.
func (s *Store) Notice(ctx context.Context, id string) (NoticeView, error) {
	if !isID(id) {
		return NoticeView{}, ErrNotFound
	}
	var cases []string
	if err := s.pool.QueryRow(ctx, `SELECT cases::text[] FROM notices WHERE id = $1`, id).Scan(&cases); err != nil {
		return NoticeView{}, fmt.Errorf("read notice %s: %w", id, plain(err))
	}
	v := NoticeView{State: lifecycle.NoticeReplaced}
	var all []lifecycle.Case
	for _, one := range cases {
		events, err := s.events(ctx, s.pool, one, 0)
		if err != nil {
			return NoticeView{}, err
		}
		n, c, ok := lifecycle.NoticeAt(events, id)
		if !ok {
			continue
		}
		v.Notice = n
		all = append(all, c)
		v.add(c, id)
	}
	if len(all) == 0 {
		return NoticeView{}, ErrNotFound
	}
	v.Campaign, v.Unit = all[0].Finding.Campaign, all[0].Unit
	for _, c := range all {
		if c.Notice.ID == id { // one that was sent on to another unit is not the notice's
			v.Unit = c.Unit
		}
	}
	err := s.pool.QueryRow(ctx, `SELECT coalesce((SELECT name FROM units WHERE id = $1), ''), coalesce((SELECT name FROM campaigns WHERE id = $2), '')`,
		v.Unit, v.Campaign).Scan(&v.UnitName, &v.CampaignName)
	if err != nil {
		return NoticeView{}, fmt.Errorf("read notice %s: %w", id, plain(err))
	}
	if v.Issued != nil { // old notices keep the old name
		v.UnitName = v.Issued.To.Unit
	}
	return v, nil
}

// progress is the order in which a notice goes its way.
var progress = map[lifecycle.NoticeState]int{ //nolint:gochecknoglobals // an immutable table, never assigned again
	lifecycle.NoticeSentBack: 1, lifecycle.NoticeDrafted: 2, lifecycle.NoticeServing: 3, lifecycle.NoticeReceived: 4,
	lifecycle.NoticeTakenBack: 5, lifecycle.NoticeVoided: 6, lifecycle.NoticeReplaced: 7,
}

func (v *NoticeView) add(c lifecycle.Case, id string) {
	one := NoticeCase{ID: c.ID, Number: c.Number, Title: c.Finding.Title, Stage: c.Stage, State: c.NoticeState(id)}
	switch one.State {
	case lifecycle.NoticeReceived:
		one.Receipt = c.Receipt
	case lifecycle.NoticeReplaced:
		if c.Notice != nil {
			one.ReplacedBy = c.Notice.Number
		}
	case lifecycle.NoticeDrafted, lifecycle.NoticeSentBack, lifecycle.NoticeServing, lifecycle.NoticeTakenBack, lifecycle.NoticeVoided:
	}
	if progress[one.State] < progress[v.State] {
		v.State = one.State
	}
	v.Of = append(v.Of, one)
}
