package store

import (
	"context"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A CaseFile is what the documents of a case are made from.
type CaseFile struct {
	// Unit is the case's unit.
	Unit   string
	Events []lifecycle.Event
	// Policy is the one the case was noticed under, or the one in force.
	Policy   *policy.Policy
	Calendar *calendar.Calendar
}

// CaseFile returns the file of a case that the asker may see. It holds more than
// a unit may know: whoever makes something of it for a unit picks what. What was
// sent to the asker's unit by mistake is ErrNotFound.
func (s *Store) CaseFile(ctx context.Context, a lifecycle.Actor, id string) (CaseFile, error) {
	v, err := s.Case(ctx, a, id)
	if err != nil {
		return CaseFile{}, err
	}
	if v.Unit != nil && v.Unit.Stage == lifecycle.UnitMisdirected {
		return CaseFile{}, ErrNotFound
	}
	events, err := s.events(ctx, s.pool, id, 0)
	if err != nil {
		return CaseFile{}, err
	}
	c := lifecycle.Fold(events)
	if v.Unit != nil && c.Unit != a.Unit { // redirected just now
		return CaseFile{}, ErrNotFound
	}
	force, err := s.lastForce(ctx)
	if err != nil {
		return CaseFile{}, err
	}
	r, err := s.rules(ctx, s.pool, force, c.PolicyVersion)
	return CaseFile{Unit: c.Unit, Events: events, Policy: r.Policy, Calendar: r.Calendar}, err
}
