package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"duban/lot"
)

// A DrawRecord is what the record says of one draw of a case's look-back. It is
// made of events alone, so before the arrival there is no drawn day and no drawn
// person in it.
type DrawRecord struct {
	// Number counts the draws of the case. What a leader decides after the last
	// draw was used up stands under that draw's number again.
	Number int       `json:"number"`
	State  DrawState `json:"state"`
	// At is when lots were drawn, or could not be.
	At time.Time `json:"at,omitzero"`
	// Window is what the day was drawn from.
	Window lot.Window `json:"window,omitzero"`
	// Commitment is a lot.Commitment in its short form, empty when nothing was
	// drawn; Key is the id of the key the plan was sealed under.
	Commitment string `json:"commitment,omitempty"`
	Key        string `json:"key,omitempty"`
	// Fault is why nothing was drawn, or why what was drawn was not kept.
	Fault    *DrawFault    `json:"fault,omitempty"`
	Redraws  []Petition    `json:"redraws,omitempty"`
	Openings []Petition    `json:"openings,omitempty"`
	Permits  []DrawAct     `json:"permits,omitempty"`
	Announce *DrawAnnounce `json:"announced,omitempty"`
	// What follows is there from the arrival on.
	Dispatched *LookBackDispatched `json:"dispatched,omitempty"`
	Arrival    *DrawArrival        `json:"arrival,omitempty"`
	Reveal     *lot.Reveal         `json:"reveal,omitempty"`
	Differs    []Difference        `json:"differs,omitempty"`
	// strays are reveals that belong to no draw of the record, lost says that the
	// seal is known to be broken.
	strays int
	lost   bool
	drawn  bool
}

// A DrawState says what can be known of a draw.
type DrawState string

// The states of a draw in the record.
const (
	DrawUndrawn DrawState = "undrawn" // nothing was drawn
	DrawSealed  DrawState = "sealed"  // drawn, and not laid open yet
	DrawOpen    DrawState = "open"    // laid open
	DrawLost    DrawState = "lost"    // never laid open, because its seal is broken
	DrawMissing DrawState = "missing" // should be laid open and is not
)

// ZH returns the state in Chinese.
func (s DrawState) ZH() string {
	switch s {
	case DrawUndrawn:
		return "未抽签"
	case DrawSealed:
		return "封存中"
	case DrawOpen:
		return "已启封"
	case DrawLost:
		return "无法启封"
	case DrawMissing:
		return "应启封而未启封"
	}
	return "其他"
}

// A DrawAct is what somebody did about a draw, and why.
type DrawAct struct {
	By     string    `json:"by"`
	ByName string    `json:"by_name"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	On     Date      `json:"on"`
}

// A Petition is what one person asked for and another decided.
type Petition struct {
	Asked   DrawAct  `json:"asked"`
	Decided *DrawAct `json:"decided,omitempty"`
	Granted bool     `json:"granted"`
}

// A DrawAnnounce is that the unit was told the day.
type DrawAnnounce struct {
	DrawAct

	Day     Date     `json:"day"`
	Persons []string `json:"persons"`
	Names   []string `json:"names"`
}

// A DrawArrival is who came, and when.
type DrawArrival struct {
	On         Date      `json:"on"`
	Persons    []string  `json:"persons"`
	Names      []string  `json:"names"`
	RecordedBy string    `json:"recorded_by"`
	RecordedAt time.Time `json:"recorded_at"`
	Announced  bool      `json:"announced,omitempty"`
	Permitted  bool      `json:"permitted,omitempty"`
	legal      Date
}

// A Difference is how an arrival differs from what was drawn, with the leader who
// answers for it.
type Difference struct {
	lot.Mismatch

	Permitted *DrawAct `json:"permitted,omitempty"`
}

// DrawsOf folds the draws of a case's look-backs from its events, in their order.
func DrawsOf(events []Event) []DrawRecord {
	f := drawsFold{}
	for _, e := range events {
		f.apply(e)
	}
	for i := range f.draws {
		f.draws[i].close(f.arrivedAfter(i))
	}
	return f.draws
}

type drawsFold struct{ draws []DrawRecord }

// now is the draw that things happen to: the last, and after its arrival a record
// of what is decided without another.
func (f *drawsFold) now() *DrawRecord {
	n := len(f.draws)
	if n > 0 && f.draws[n-1].Arrival == nil {
		return &f.draws[n-1]
	}
	d := DrawRecord{}
	if n > 0 {
		d.Number = f.draws[n-1].Number
	}
	f.draws = append(f.draws, d)
	return &f.draws[n]
}

// of is the draw of a number that was made and is not laid open, nil when there
// is none.
func (f *drawsFold) of(number int) *DrawRecord {
	i := slices.IndexFunc(f.draws, func(d DrawRecord) bool { return d.Commitment != "" && d.Number == number && d.Reveal == nil })
	if i < 0 {
		return nil
	}
	return &f.draws[i]
}

func (f *drawsFold) apply(e Event) {
	switch b := e.Body.(type) {
	case *LookBackDrawn:
		f.draws = append(f.draws, DrawRecord{
			Number: b.Number, At: e.At, Window: lot.Window{Opens: b.Opens, Closes: b.Closes}, Commitment: b.Commitment, Key: b.Key, drawn: true,
		})
	case *LookBackUndrawn:
		f.draws = append(f.draws, DrawRecord{
			Number: b.Number, At: e.At, Window: lot.Window{Opens: b.Opens, Closes: b.Closes}, Fault: &b.Fault, drawn: true,
		})
	case *LookBackMissed:
		f.now().Fault = &b.Fault
	case *SealBroken:
		d := cmp.Or(f.of(b.Number), f.now())
		d.Fault, d.lost = &b.Fault, true
	case *SealMended:
		if d := f.of(b.Number); d != nil && d.lost {
			d.Fault, d.lost = nil, false
		}
	case *RedrawAsked:
		d := f.now()
		d.Redraws = append(d.Redraws, Petition{Asked: actOf(e, b.Reason)})
	case *RedrawDecided:
		answer(f.now().Redraws, actOf(e, b.Reason), b.Granted)
	case *OpeningAsked:
		d := f.now()
		d.Openings = append(d.Openings, Petition{Asked: actOf(e, b.Reason)})
	case *OpeningDecided:
		answer(f.now().Openings, actOf(e, b.Reason), b.Granted)
	case *ArrivalPermitted:
		d := f.now()
		d.Permits = append(d.Permits, actOf(e, b.Reason))
	case *LookBackAnnounced:
		f.now().Announce = &DrawAnnounce{DrawAct: actOf(e, b.Reason), Day: b.On, Persons: b.Persons, Names: b.Names}
	case *LookBackDispatched:
		f.now().Dispatched = b
	case *Arrived:
		f.arrive(e, b)
	}
}

func (f *drawsFold) arrive(e Event, b *Arrived) {
	at := f.now()
	at.Arrival = &DrawArrival{
		On: b.On, Persons: b.Persons, Names: b.Names, RecordedBy: e.Actor.Account, RecordedAt: e.At, Announced: b.Announced, Permitted: b.Permitted, legal: e.Legal,
	}
	for _, r := range b.Reveals {
		if d := f.of(r.Number); d != nil {
			d.Reveal = &r
			continue
		}
		at.strays++
	}
}

// arrivedAfter reports whether inspectors arrived on this draw or a later one.
func (f *drawsFold) arrivedAfter(i int) bool {
	return slices.ContainsFunc(f.draws[i:], func(d DrawRecord) bool { return d.Arrival != nil })
}

// close says what is known of the draw in the end, and how the arrival differs.
func (d *DrawRecord) close(arrived bool) {
	switch {
	case d.Commitment == "":
		d.State = DrawUndrawn
	case d.Reveal != nil:
		d.State = DrawOpen
	case arrived && d.lost:
		d.State = DrawLost
	case arrived:
		d.State = DrawMissing
	default:
		d.State = DrawSealed
	}
	if d.Reveal == nil || d.Arrival == nil || d.Announce != nil {
		return
	}
	came := lot.Arrival{Date: d.Arrival.On, Team: d.Arrival.team(d.Reveal.Team.Lead)}
	for _, m := range d.Reveal.Compare(came) {
		d.Differs = append(d.Differs, Difference{Mismatch: m, Permitted: d.permit()})
	}
}

// team is who came as a team, led by the drawn lead if he was among them.
func (a DrawArrival) team(lead string) lot.Team {
	if !slices.Contains(a.Persons, lead) {
		lead = a.RecordedBy
	}
	others := slices.DeleteFunc(slices.Clone(a.Persons), func(id string) bool { return id == lead })
	return lot.Team{Lead: lead, Others: others}
}

// permit is the leader's word for the day of the arrival, nil when there is none.
func (d *DrawRecord) permit() *DrawAct {
	if d.Arrival == nil || !d.Arrival.Permitted {
		return nil
	}
	for _, p := range slices.Backward(d.Permits) {
		if p.On == d.Arrival.legal {
			return &p
		}
	}
	return nil
}

func actOf(e Event, reason string) DrawAct {
	return DrawAct{By: e.Actor.Account, ByName: e.Actor.Name, Reason: reason, At: e.At, On: e.Legal}
}

// answer puts the answer to the last petition.
func answer(petitions []Petition, a DrawAct, granted bool) {
	if n := len(petitions); n > 0 && petitions[n-1].Decided == nil {
		petitions[n-1].Decided, petitions[n-1].Granted = &a, granted
	}
}
