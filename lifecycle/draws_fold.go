package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"duban/calendar"
	"duban/lot"
)

type drawsFold struct {
	draws []DrawRecord
	stage Stage
	// wanted: the case has come to wait for a look-back, or was granted another draw,
	// which is owed then.
	wanted, owed bool
	// legal: the record was made in legal time.
	legal bool
	// refused are the arrivals of a day that were refused, until something lifts them.
	refused *refusals
	// at is the instant of the last event, which was about a draw or was not.
	at        time.Time
	ofTheDraw bool
}

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

// numbered is the draw of a number for which nobody has arrived yet.
func (f *drawsFold) numbered(number int) *DrawRecord {
	for i := range slices.Backward(f.draws) {
		if f.draws[i].Arrival != nil {
			break
		}
		if f.draws[i].drawn && f.draws[i].Number == number {
			return &f.draws[i]
		}
	}
	d := f.now()
	d.none(number)
	return d
}

// sealed is the draw of a number that was made and is not laid open, nil when there
// is none.
func (f *drawsFold) sealed(number int) *DrawRecord {
	i := slices.IndexFunc(f.draws, func(d DrawRecord) bool { return d.Commitment != "" && d.Number == number && d.Reveal == nil })
	if i < 0 {
		return nil
	}
	return &f.draws[i]
}

// take folds an event, and looks at when it was.
func (f *drawsFold) take(e Event) {
	owed := f.owed
	about := f.apply(e)
	switch e.Body.(type) {
	case *LookBackDrawn, *LookBackUndrawn, *LookBackDispatched:
	default:
		if owed && about {
			f.owes()
		}
	}
	if (about || f.ofTheDraw) && e.At.Before(f.at) {
		f.last().say(PartTime, "记录的先后与时刻不符。", "the order of the record is not that of its instants")
	}
	if about && f.legal && !onItsDay(e) {
		f.last().say(PartTime, "登记的时刻不在登记的日期之内。", "an instant of the record lies outside its day")
	}
	f.at, f.ofTheDraw = e.At, about
	if e.Stage == "" {
		return
	}
	if e.Stage == LookBackPending && f.stage != Transferred {
		recorded, ok := e.Body.(*LookBackRecorded)
		f.wanted = !ok || !recorded.ToLeader
	}
	f.stage = e.Stage
}

// owes says that a draw was granted and not made.
func (f *drawsFold) owes() {
	f.last().say(lot.PartNumber, "准许重新抽签后没有新的抽签记录。", "another draw was granted, and none follows in the record")
	f.owed = false
}

func (f *drawsFold) last() *DrawRecord {
	if len(f.draws) == 0 {
		return f.now()
	}
	return &f.draws[len(f.draws)-1]
}

// apply folds an event, and reports whether it is about a draw.
func (f *drawsFold) apply(e Event) bool {
	switch b := e.Body.(type) {
	case *LookBackDrawn:
		f.draw(e, DrawRecord{Number: b.Number, Window: lot.Window{Opens: b.Opens, Closes: b.Closes}, Commitment: b.Commitment, Key: b.Key, Recusals: b.Recusals})
		if b.Commitment == "" {
			f.now().say(lot.PartCommitment, "抽签没有密封校验码。", "the draw has no commitment")
		}
	case *LookBackUndrawn:
		f.draw(e, DrawRecord{Number: b.Number, Window: lot.Window{Opens: b.Opens, Closes: b.Closes}, Recusals: b.Recusals})
		f.now().fails(b.Fault)
		if b.Fault.Code == faultNarrowed {
			f.now().recusers = b.Recusers
		}
	case *LookBackMissed:
		d := f.now()
		d.readers = nil
		d.byItself(e)
		d.fails(b.Fault)
		if d.Number != b.Number {
			d.none(b.Number)
		}
	case *SealBroken:
		d := f.numbered(b.Number)
		d.lost = true
		d.fails(b.Fault)
	case *SealMended:
		d := f.numbered(b.Number)
		if !d.lost {
			d.none(b.Number)
			break
		}
		d.Fault, d.lost = nil, false
	case *RedrawAsked:
		d := f.now()
		d.Redraws = append(d.Redraws, Petition{Asked: d.act(e, b.Reason)})
	case *RedrawDecided:
		d := f.now()
		d.answer(d.Redraws, d.act(e, b.Reason), b.Granted)
		if b.Granted {
			f.wanted, f.owed, f.refused = true, true, nil
		}
		if b.Granted && slices.Contains(d.recusers, e.Actor.Account) {
			d.say(PartDecision, "准许重新抽签的人登记过致使未抽签的回避。", "who granted another draw had entered the recusals for which nothing was drawn")
		}
		if b.Granted && slices.Contains(d.readers, e.Actor.Account) {
			d.say(PartDecision, "准许重新抽签的人事先看过抽签结果。", "who granted another draw had read this one")
		}
	case *OpeningAsked:
		d := f.now()
		d.Openings = append(d.Openings, Petition{Asked: d.act(e, b.Reason)})
	case *OpeningDecided:
		d := f.now()
		d.answer(d.Openings, d.act(e, b.Reason), b.Granted)
		if n := len(d.Openings); b.Granted && n > 0 {
			d.readers = append(d.readers, d.Openings[n-1].Asked.By, e.Actor.Account)
		}
	case *ArrivalPermitted:
		d := f.now()
		f.refused = nil
		d.Permits = append(d.Permits, DrawPermit{DrawAct: d.act(e, b.Reason), Day: b.On, Persons: b.Persons})
	case *LookBackAnnounced:
		d := f.now()
		f.refused = nil
		d.Announce, d.readers = &DrawAnnounce{DrawAct: d.act(e, b.Reason), Day: b.On, Persons: b.Persons, Names: b.Names}, nil
	case *ArrivalRefused:
		f.refuse(e, b)
	case *LookBackDispatched:
		f.dispatch(e, b)
	case *Arrived:
		f.arrive(e, b)
	default:
		return false
	}
	return true
}

// draw folds a draw: one that the case came to want, or that a second person granted.
func (f *drawsFold) draw(e Event, d DrawRecord) {
	d.At, d.drawn = e.At, true
	d.byItself(e)
	if !f.wanted {
		d.say(PartDecision, "抽签之前没有另一人准许重新抽签的记录。", "no second person granted this draw")
	}
	if !e.Legal.Before(d.Window.Opens) {
		d.say(lot.PartWindow, "抽签之日不早于回头看时段。", "the draw was not made before its window")
	}
	f.draws, f.wanted, f.owed, f.refused = append(f.draws, d), false, false, nil
}

// refusals are the arrivals of a day that were refused.
type refusals struct {
	on        Date
	count, of int
	halted    bool
}

// refuse folds that an arrival was refused: each is counted within its day, and with so
// many of a day the case waits for a leader and nobody can try any more.
func (f *drawsFold) refuse(e Event, b *ArrivalRefused) {
	d, before := f.now(), f.refused
	if e.Actor.Account == "" {
		d.say(PartArrival, "未获通过的到场登记没有署名。", "nobody stands beside an arrival that was refused")
	}
	count, of := 1, b.Of
	if before != nil && before.on == e.Legal {
		count, of = before.count+1, before.of
	}
	switch {
	case before != nil && before.halted:
		d.say(PartArrival, "须由领导查明之后，仍有登记到场未获通过的记录。", "an arrival was refused while nobody could try any more")
	case b.Count != count:
		d.say(PartArrival, "未获通过的到场登记次数不连续，记录有缺失或者改动。", "refused arrivals are not counted in order: one was left out or altered")
	case b.Of != of || b.Of > 0 && b.Halts != (b.Count >= b.Of):
		d.say(PartArrival, "未获通过的到场登记次数与是否须由领导查明不符。", "the count of refused arrivals does not fit whether a leader had to look")
	}
	f.refused = &refusals{on: e.Legal, count: b.Count, of: b.Of, halted: b.Halts}
}

// dispatch folds that the team of a draw was told, which is recorded as the draw ends.
func (f *drawsFold) dispatch(e Event, b *LookBackDispatched) {
	d := f.numbered(b.Number)
	d.Dispatched = b
	if b.ToldAt.Before(d.At) || e.At.Before(b.ToldAt) {
		d.say(PartDispatch, "通知检查组的时刻不在抽签与登记之间。", "the team was told before the draw or after the record")
	}
	if f.legal {
		d.toldOn = calendar.Real().Date(b.ToldAt)
	}
}

func (f *drawsFold) arrive(e Event, b *Arrived) {
	at := f.now()
	f.wanted, f.owed = false, false
	if f.refused != nil && f.refused.halted {
		at.say(PartArrival, "多次登记到场未获通过之后，未经领导查明即登记到场。", "an arrival follows refused ones that a leader had to look at first, and none did")
	}
	f.refused = nil
	if e.Stage != LookBackActive {
		at.say(PartArrival, "到场之后事项没有进入回头看。", "the case did not go on as an arrival has it go on")
	}
	at.Arrival = &DrawArrival{
		On: b.On, Persons: b.Persons, Names: b.Names, RecordedBy: e.Actor.Account, RecordedAt: e.At, RecordedOn: e.Legal, Announced: b.Announced, Permitted: b.Permitted,
	}
	for _, r := range b.Reveals {
		if d := f.sealed(r.Number); d != nil {
			d.Reveal = &r
			continue
		}
		at.say(PartReveal, "启封的内容不属于记录中的任何一次抽签。", "something laid open belongs to no draw of the record")
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
	if d.Arrival == nil {
		return
	}
	var differs []lot.Mismatch
	if d.Reveal != nil && d.Announce == nil {
		differs = d.Reveal.Compare(lot.Arrival{Date: d.Arrival.On, Team: d.Arrival.team(d.Reveal.Team.Lead)})
	}
	if a := d.Arrival; a.On != a.RecordedOn {
		differs = append(differs, lot.Mismatch{
			Part: PartArrival, ZH: fmt.Sprintf("%s到场，%s才登记。", a.On, a.RecordedOn),
			EN: fmt.Sprintf("arrived on %s and recorded on %s only", a.On, a.RecordedOn),
		})
	}
	var by *DrawAct
	if p := d.permit(); p != nil {
		by = &p.DrawAct
	}
	for _, m := range differs {
		d.Differs = append(d.Differs, Difference{Mismatch: m, Permitted: by})
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

// permit is the leader's word for the arrival, which was given on the day of its
// record; nil when there is none.
func (d *DrawRecord) permit() *DrawPermit {
	a := d.Arrival
	if a == nil || !a.Permitted {
		return nil
	}
	for _, p := range slices.Backward(d.Permits) {
		if p.On == a.RecordedOn && p.Day == a.On {
			return &p
		}
	}
	return nil
}

// act is what somebody did, who signs it and says why.
func (d *DrawRecord) act(e Event, reason string) DrawAct {
	if e.Actor.Account == "" || reason == "" {
		d.say(PartDecision, "申请、决定或者准许没有署名或者没有说明理由。", "something was asked for or decided without a name or a reason")
	}
	return DrawAct{By: e.Actor.Account, ByName: e.Actor.Name, Reason: reason, At: e.At, On: e.Legal}
}

// answer puts the answer to the last petition.
func (d *DrawRecord) answer(petitions []Petition, a DrawAct, granted bool) {
	n := len(petitions)
	if n == 0 || petitions[n-1].Decided != nil {
		d.say(PartDecision, "决定之前没有申请的记录。", "something was decided that nobody had asked for")
		return
	}
	petitions[n-1].Decided, petitions[n-1].Granted = &a, granted
}

// fails: nothing could be drawn, or what was drawn cannot be kept.
func (d *DrawRecord) fails(fault DrawFault) {
	d.Fault = &fault
	if fault.ZH == "" {
		d.say(PartDecision, "没有说明原因。", "no reason is given")
	}
}

// byItself: the case itself draws and finds out what cannot be kept.
func (d *DrawRecord) byItself(e Event) {
	if e.Actor.Account != "" {
		d.say(PartDecision, "应由系统自行记录的事项署有人名。", "somebody stands beside what the system records by itself")
	}
}

// none says that the record speaks of a draw which there was not.
func (d *DrawRecord) none(number int) {
	d.say(lot.PartNumber, fmt.Sprintf("记录提到第%d次抽签，当时却没有这一次抽签。", number), fmt.Sprintf("the record speaks of draw %d, which there was not", number))
}

func (d *DrawRecord) say(part lot.Part, zh, en string) {
	d.odd = append(d.odd, lot.Mismatch{Part: part, ZH: zh, EN: en})
}
