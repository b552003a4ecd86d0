package workflows

import (
	"time"

	"duban/activities"
	"duban/calendar"
)

// describe says where a case stands, for an operator's page: the stage that the
// unit may see and the instant its alarm is armed for, and nothing else.
func describe(told activities.Told) string {
	stage := told.Stage.ZH()
	if stage == "" {
		stage = "—"
	}
	if told.Settled || told.FireAt.IsZero() {
		return stage
	}
	return stage + " · " + told.FireAt.In(calendar.Zone()).Format(time.RFC3339)
}
