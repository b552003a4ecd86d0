package lifecycle

import "time"

// A TableRow is a row of the command table, for tests.
type TableRow struct {
	Kind  CommandKind
	ZH    string
	Who   []Role
	From  []Stage
	To    []Stage
	Paper bool
}

// TableRows returns the command table.
func TableRows() []TableRow {
	rows := make([]TableRow, len(table))
	for i, r := range table {
		rows[i] = TableRow{r.kind, r.zh, r.who, r.from, r.to, r.paper}
	}
	return rows
}

// DecideTurn is Decide that also returns the cases as the turn left them, for
// comparing with the fold of the events.
func DecideTurn(c Case, others []Case, cmd Command, at time.Time, r Rules) ([]Event, []Case, error) {
	t, err := decide(c, others, cmd, at, r)
	if err != nil {
		return nil, nil, err
	}
	cases := []Case{t.c}
	for _, o := range t.others {
		cases = append(cases, o.c)
	}
	return t.all(), cases, nil
}

// AlarmTurn is DecideAlarm that also returns the case as the turn left it.
func AlarmTurn(c Case, at time.Time, r Rules) ([]Event, Case) {
	t := decideAlarm(c, at, r)
	if t == nil {
		return nil, c
	}
	return t.events, t.c
}

// OnPaperOf reports whether a body carries a unit's paper.
func OnPaperOf(body CommandBody) bool { return onPaper(body) }

// CanCorrect reports whether a field of a kind of event can be put right.
func CanCorrect(of EventKind, field string) bool {
	_, ok := entryOf(of, field)
	return ok
}
