package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// AddArea adds an area (片区); its id is drawn when it is empty. A name in use is
// a *FieldError.
func (s *Store) AddArea(ctx context.Context, n Named) (Named, error) {
	return s.addNamed(ctx, areaTable, n)
}

// RenameArea gives an area another name.
func (s *Store) RenameArea(ctx context.Context, n Named) (Named, error) {
	return s.renameNamed(ctx, areaTable, n)
}

// Areas lists the areas by name.
func (s *Store) Areas(ctx context.Context) ([]Named, error) {
	return s.listNamed(ctx, areaTable)
}

// An AreaOfficer answers for the units of an area from a day on.
type AreaOfficer struct {
	ID, Area, Account string
	// AccountName is the person's; it is read and never written.
	AccountName  string
	Since, Until calendar.Date
}

const selectOfficers = `SELECT o.id, o.area_id, o.account_id, c.name, o.since, o.until FROM area_officers o JOIN accounts c ON c.id = o.account_id`

// AddAreaOfficer records who answers for an area from a day on. Several may. An
// account that is none of an officer is a *FieldError.
func (s *Store) AddAreaOfficer(ctx context.Context, o AreaOfficer) (AreaOfficer, error) {
	if o.Since.IsZero() {
		return AreaOfficer{}, &FieldError{Field: "since", Code: "required", ZH: "请填写开始日期。", EN: "Give the day from which the officer answers for it."}
	}
	o.ID = newID()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var area, officer bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM areas WHERE id = $1),
			EXISTS (SELECT FROM accounts WHERE id = $2 AND disabled_at IS NULL AND 'officer' = ANY(roles))`, o.Area, o.Account).Scan(&area, &officer); err != nil {
			return err
		}
		switch {
		case !area:
			return ErrNotFound
		case !officer:
			return &FieldError{Field: "account", Code: "not_an_officer", ZH: "片区负责人应是在用的经办人账号。", EN: "Only the account of an officer answers for an area."}
		}
		_, err := tx.Exec(ctx, `INSERT INTO area_officers (id, area_id, account_id, since, until) VALUES ($1, $2, $3, $4, $5)`,
			o.ID, o.Area, o.Account, o.Since, dateOrNil(o.Until))
		return err
	})
	if err != nil {
		return AreaOfficer{}, officerFailed("add", o.ID, err)
	}
	return s.areaOfficer(ctx, o.ID)
}

// EndAreaOfficer ends an officer's term on its last day.
func (s *Store) EndAreaOfficer(ctx context.Context, area, id string, until calendar.Date) (AreaOfficer, error) {
	if until.IsZero() {
		return AreaOfficer{}, &FieldError{Field: "until", Code: "required", ZH: "请填写结束日期。", EN: "Give the last day."}
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var since, ended calendar.Date
		if err := tx.QueryRow(ctx, `SELECT since, until FROM area_officers WHERE id = $1 AND area_id = $2 FOR UPDATE`, id, area).Scan(&since, &ended); err != nil {
			return err
		}
		switch {
		case !ended.IsZero():
			return &FieldError{Field: "until", Code: "already_ended", ZH: "该负责人已于" + ended.String() + "结束。", EN: "The term ended on " + ended.String() + "."}
		case until.Before(since):
			return &FieldError{Field: "until", Code: "too_early", ZH: "结束日期不能早于开始日期" + since.String() + "。", EN: "It may not end before it began."}
		}
		_, err := tx.Exec(ctx, `UPDATE area_officers SET until = $2 WHERE id = $1`, id, until)
		return err
	})
	if err != nil {
		return AreaOfficer{}, officerFailed("end", id, err)
	}
	return s.areaOfficer(ctx, id)
}

func officerFailed(verb, id string, err error) error {
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return field
	case sqlState(err) == stateExclusion:
		return &FieldError{Field: "since", Code: "already_officer", ZH: "此人在这段时间已是该片区负责人。", EN: "The officer answers for the area in that time already."}
	}
	return fmt.Errorf("%s officer of an area %s: %w", verb, id, plain(err))
}

func (s *Store) areaOfficer(ctx context.Context, id string) (AreaOfficer, error) {
	rows, err := s.pool.Query(ctx, selectOfficers+` WHERE o.id = $1`, id)
	if err != nil {
		return AreaOfficer{}, officerFailed("read", id, err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[AreaOfficer])
	if err != nil {
		return AreaOfficer{}, officerFailed("read", id, err)
	}
	return o, nil
}

// AreaOfficers lists who answers and answered for an area, or for any area when
// none is given; those who do now first.
func (s *Store) AreaOfficers(ctx context.Context, area string) ([]AreaOfficer, error) {
	return s.officers(ctx, selectOfficers+` WHERE $1 = '' OR o.area_id = $1 ORDER BY o.area_id, o.until DESC NULLS FIRST, o.since, o.id`, area)
}

// UnitOfficers are the officers who answer for a unit's area on a day and may
// act, the longest in charge first: one of them is proposed for a new case.
func (s *Store) UnitOfficers(ctx context.Context, unit string, on calendar.Date) ([]AreaOfficer, error) {
	return s.officers(ctx, selectOfficers+` JOIN units u ON u.area_id = o.area_id
		WHERE u.id = $1 AND o.since <= $2 AND (o.until IS NULL OR o.until >= $2) AND c.disabled_at IS NULL AND 'officer' = ANY(c.roles)
		ORDER BY o.since, o.id`, unit, on)
}

func (s *Store) officers(ctx context.Context, sql string, args ...any) ([]AreaOfficer, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, officerFailed("list", "", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AreaOfficer])
	if err != nil {
		return nil, officerFailed("list", "", err)
	}
	return list, nil
}

// dateOrNil is a date as a column that may be empty holds it.
func dateOrNil(d calendar.Date) any {
	if d.IsZero() {
		return nil
	}
	return d
}
