package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"duban/policy"
)

func scanListed(row pgx.CollectableRow) (listed, error) {
	var (
		l      listed
		level  int16
		opened *time.Time
	)
	err := row.Scan(&l.ID, &l.Number, &l.key, &l.Title, &l.Stage, &l.Unit, &l.UnitName, &l.Officer, &l.Category, &l.Campaign, &l.CampaignName, &level, &l.Round,
		&l.Due, &l.dueAt, &l.Provisional, &l.Overdue, &l.Version, &opened, &l.UpdatedAt)
	l.Level, l.UpdatedAt = policy.Level(level), l.UpdatedAt.UTC()
	if opened != nil {
		l.OpenedAt = opened.UTC()
	}
	return l, err
}
