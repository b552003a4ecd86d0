package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// drawable is a campaign over n units in two areas, and the units.
func (r record) drawable(t *testing.T, n int) (campaign string, units []store.Unit) {
	t.Helper()
	ctx := context.Background()
	c := r.plan("双随机检查")
	c.Scope = nil
	for i := range n {
		u, err := r.AddUnit(ctx, store.Unit{Name: fmt.Sprintf("被检查单位%02d", i), Area: []string{"东片", "西片"}[i%2]})
		require.NoError(t, err)
		units, c.Scope = append(units, u), append(c.Scope, u.ID)
	}
	made, err := r.AddCampaign(ctx, c)
	require.NoError(t, err)
	return made.ID, units
}

func askedOf(east, west int) lifecycle.DrawOfInspectees {
	return lifecycle.DrawOfInspectees{By: lifecycle.ByArea, Strata: []lifecycle.Stratum{{Name: "东片", Take: east}, {Name: "西片", Take: west}}}
}

// grantedDraw is a draw that leaves units out: a head asks, and a leader grants it.
func (r record) grantedDraw(t *testing.T, id string, asked lifecycle.DrawOfInspectees) store.CampaignDraw {
	t.Helper()
	ctx := context.Background()
	drawn, request, err := r.DrawInspectees(ctx, id, asked, r.people.Head.Account)
	require.NoError(t, err)
	require.Nil(t, drawn, "nobody leaves units out alone")
	_, err = r.AnswerDrawRequest(ctx, request.ID, lifecycle.Actor{Account: r.people.Head.Account, Roles: []lifecycle.Role{lifecycle.Head, lifecycle.Leader}}, true, "")
	refusedWith(t, err, "own_request")
	granted, err := r.AnswerDrawRequest(ctx, request.ID, r.people.Leader, true, "")
	require.NoError(t, err)
	d, err := r.CampaignDraw(ctx, granted.Answer.Draw)
	require.NoError(t, err)
	return d
}

// Who leaves a whole stratum out leaves its units out, and who draws in a second campaign
// of the same year, scope and theme draws once more: both take a second person.
func TestADrawByOneLeavesNobodyOutAndIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id, _ := r.drawable(t, 12)
	for _, asked := range []lifecycle.DrawOfInspectees{
		{By: lifecycle.ByArea, Strata: []lifecycle.Stratum{{Name: "东片", Take: 1}}}, askedOf(1, 0),
	} {
		drawn, request, err := r.DrawInspectees(ctx, id, asked, r.people.Head.Account)
		require.NoError(t, err)
		require.Nil(t, drawn)
		_, err = r.AnswerDrawRequest(ctx, request.ID, r.people.Leader, false, "应全部参加抽取")
		require.NoError(t, err)
	}
	_, _, err := r.DrawInspectees(ctx, id, askedOf(1, 1), r.people.Head.Account)
	require.NoError(t, err)
	first, err := r.Campaign(ctx, id)
	require.NoError(t, err)
	again := r.plan("另起一批")
	again.Theme, again.Scope = first.Theme, first.Scope
	slices.Reverse(again.Scope)
	again, err = r.AddCampaign(ctx, again)
	require.NoError(t, err)
	require.Equal(t, id, again.Repeats)
	_, _, err = r.DrawInspectees(ctx, again.ID, askedOf(1, 1), r.people.Head.Account)
	refusedWith(t, err, "redraw_needs_reason")
	asked := askedOf(1, 1)
	asked.Reason = "名册有误"
	require.Equal(t, 1, r.grantedDraw(t, again.ID, asked).Number, "of its campaign")
}

func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*lifecycle.Refusal](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, refusal.Code)
}

// 双随机: the units are drawn from the scope by strata, those excluded never, and
// the draw can be had again from its record.
func TestInspecteesAreDrawn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id, units := r.drawable(t, 12)
	none, err := r.Inspectees(ctx, id)
	require.NoError(t, err)
	require.Empty(t, none)
	asked := askedOf(3, 2)
	asked.Exclusions = []lifecycle.Exclusion{{Unit: units[0].ID, Reason: "正在巡察"}}
	r.exec(t, `UPDATE units SET abolished_on = now() WHERE id = $1`, units[2].ID)
	d := r.grantedDraw(t, id, asked)
	require.Equal(t, []any{1, r.people.Head.Account, r.people.Leader.Account}, []any{d.Number, d.Author, d.ApprovedBy})

	kept, err := r.CampaignDraw(ctx, d.ID)
	require.NoError(t, err)
	require.Equal(t, d, kept)
	drawn, err := kept.Replay()
	require.NoError(t, err)
	require.Equal(t, lot.Weights{Ordinary: 1, Listed: 3}, drawn.Weights)
	require.Len(t, drawn.Drawn, 5)
	require.Len(t, drawn.Roster, 11, "who is no more is not on the roster")
	by := map[string]lot.Unit{}
	for _, u := range drawn.Roster {
		by[u.ID] = u
	}
	require.Equal(t, "正在巡察", by[units[0].ID].Excluded)
	for i, unit := range drawn.Drawn {
		require.Empty(t, by[unit].Excluded)
		require.Equal(t, map[bool]string{true: "东片", false: "西片"}[i < 3], by[unit].Stratum)
	}
	came, err := r.Inspectees(ctx, id)
	require.NoError(t, err)
	require.Equal(t, drawn.Drawn, came)
	for _, unknown := range []string{"nothing", "00000000-0000-4000-8000-000000000000"} {
		_, err = r.CampaignDraw(ctx, unknown)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	_, _, err = r.DrawInspectees(ctx, "nothing", asked, r.people.Head.Account)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = r.CampaignDraws(ctx, "nothing")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// The policy's cap: who was inspected as often as it allows this year is excluded
// with the reason, whether findings say so or another campaign's visit does; what
// the campaign itself found does not count.
func TestWhoIsKeptOutOfADraw(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	plan := func(name string) string {
		c := r.plan(name)
		c.Scope = []string{p.Unit.ID, p.OtherUnit.ID}
		made, err := r.AddCampaign(ctx, c)
		require.NoError(t, err)
		return made.ID
	}
	all := lifecycle.DrawOfInspectees{By: lifecycle.ByNone, Strata: []lifecycle.Stratum{{Take: 2}}}
	first, own := plan("上半年"), plan("下半年")
	r.registered(t, "own", "问题", "C03", "下半年", today())
	_, _, err := r.DrawInspectees(ctx, first, all, p.Head.Account)
	require.NoError(t, err)
	r.visited(t, "上半年", p.Unit.ID)
	r.registered(t, "none", "问题", "C03", "", today())

	_, _, err = r.DrawInspectees(ctx, own, all, p.Head.Account)
	few, ok := errors.AsType[*lot.TooFewUnitsError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, lot.TooFewUnitsError{Stratum: "全部单位", Take: 2, Eligible: 1, Excluded: 1}, *few)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM campaign_draws`), "nothing is written")

	all.Strata[0].Take = 1
	d, _, err := r.DrawInspectees(ctx, own, all, p.Head.Account)
	require.NoError(t, err)
	drawn, err := d.Replay()
	require.NoError(t, err)
	require.Equal(t, []string{p.OtherUnit.ID}, drawn.Drawn)
	for _, u := range drawn.Roster {
		require.Equal(t, u.ID == p.Unit.ID, u.Excluded == "本年度已接受检查2次", "%+v", u)
	}
}

// Who was on a negative list in the year before the campaign's is recorded as
// such; an entry that was withdrawn, or is of another year, weighs nothing.
func TestLastYearsListIsOnTheRoster(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id, units := r.drawable(t, 6)
	for i, row := range []struct {
		year      int
		withdrawn bool
	}{{today().Year() - 1, false}, {today().Year(), false}, {today().Year() - 1, true}} {
		r.exec(t, `INSERT INTO list_entries (id, year, listed_on, withdrawn, known, shown, list, unit_id, unit_name, cases, entry)
			VALUES (gen_random_uuid(), $1, make_date($1, 6, 1), $2, true, false, 'problems', $3, $4, '{}', '{}')`, row.year, row.withdrawn, units[i].ID, units[i].Name)
	}
	d, _, err := r.DrawInspectees(ctx, id, askedOf(1, 1), r.people.Head.Account)
	require.NoError(t, err)
	drawn, err := d.Replay()
	require.NoError(t, err)
	for _, u := range drawn.Roster {
		require.Equal(t, u.ID == units[0].ID, u.Listed, u.ID)
	}
}

// A redraw needs a reason and a second person, and both draws stay.
func TestARedrawOfInspecteesNeedsTwo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	id, _ := r.drawable(t, 12)
	first, _, err := r.DrawInspectees(ctx, id, askedOf(1, 1), p.Leader.Account)
	require.NoError(t, err)
	_, _, err = r.DrawInspectees(ctx, id, askedOf(1, 1), p.Leader.Account)
	refusedWith(t, err, "redraw_needs_reason")
	asked := askedOf(2, 2)
	asked.Reason = "名册有误"
	ask := func() store.DrawRequest {
		drawn, request, err := r.DrawInspectees(ctx, id, asked, p.Leader.Account)
		require.NoError(t, err)
		require.Nil(t, drawn, "nothing is drawn before somebody else grants it")
		return *request
	}
	request := ask()
	_, _, err = r.DrawInspectees(ctx, id, asked, p.Head.Account)
	refusedWith(t, err, "redraw_waits")

	made, _, err := r.AddAccount(ctx, store.NewAccount{Name: "另一位领导", Roles: []lifecycle.Role{lifecycle.Leader}})
	require.NoError(t, err)
	other := lifecycle.Actor{Account: made.ID, Name: made.Name, Roles: made.Roles}
	answer := func(who lifecycle.Actor, granted bool, reason string) (store.DrawRequest, error) {
		return r.AnswerDrawRequest(ctx, request.ID, who, granted, reason)
	}
	_, err = answer(p.Leader, true, "同意")
	refusedWith(t, err, "own_request")
	_, err = answer(p.Head, true, "同意")
	refusedWith(t, err, "wrong_role")
	_, err = answer(other, false, "")
	refusedWith(t, err, "required")
	_, err = r.AnswerDrawRequest(ctx, first.ID, other, true, "")
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM campaign_draws`))

	turned, err := answer(other, false, "名册无误")
	require.NoError(t, err)
	require.Empty(t, turned.Answer.Draw)
	_, err = answer(other, true, "")
	refusedWith(t, err, "already_answered")
	request = ask()
	granted, err := answer(other, true, "")
	require.NoError(t, err)
	draws, err := r.CampaignDraws(ctx, id)
	require.NoError(t, err)
	require.Len(t, draws, 2)
	require.Equal(t, *first, draws[0], "the first stays")
	second := draws[1]
	require.Equal(t, []any{2, granted.Answer.Draw, p.Leader.Account, other.Account, "名册有误"},
		[]any{second.Number, second.ID, second.Author, second.ApprovedBy, second.Reason})
	drawn, err := second.Replay()
	require.NoError(t, err)
	require.Len(t, drawn.Drawn, 4)
	requests, err := r.DrawRequests(ctx, id)
	require.NoError(t, err)
	require.Equal(t, []store.DrawRequest{turned, granted}, requests)

	for _, table := range []string{"campaign_draws", "campaign_draw_requests", "campaign_draw_answers"} {
		_, err := r.sql.Exec(ctx, `DELETE FROM `+table)
		requireState(t, err, table, "23001")
	}
	_, err = r.sql.Exec(ctx, `INSERT INTO campaign_draws (campaign, number, record, digest, author, reason, approved_by)
		SELECT campaign, 3, record, digest, author, reason, author FROM campaign_draws WHERE number = 2`)
	requireState(t, err, "granted by who asked", "23514")
	_, err = r.CloseCampaign(ctx, id)
	require.NoError(t, err)
	_, _, err = r.DrawInspectees(ctx, id, asked, p.Leader.Account)
	refusedWith(t, err, "campaign_closed")
}

// However many draw at once, a campaign has one first draw and one request.
func TestFirstDrawsAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id, _ := r.drawable(t, 12)
	asked := askedOf(1, 1)
	asked.Reason = "专项部署"
	var (
		group           sync.WaitGroup
		mutex           sync.Mutex
		drawn, requests int
	)
	for i := range 8 {
		group.Go(func() {
			one := asked
			if i%2 == 0 {
				one.Reason = ""
			}
			d, request, err := r.DrawInspectees(ctx, id, one, r.people.Head.Account)
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case d != nil:
				drawn++
			case request != nil:
				requests++
			default:
				refusal, ok := errors.AsType[*lifecycle.Refusal](err)
				require.True(t, ok, "%v", err)
				require.Contains(t, []string{"redraw_needs_reason", "redraw_waits"}, refusal.Code)
			}
		})
	}
	group.Wait()
	require.Equal(t, []int{1, 1}, []int{drawn, requests})
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM campaign_draws WHERE number = 1`))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM campaign_draws`))
}

// Two leaders who answer at once draw once.
func TestAnswersAtOnceDrawOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id, _ := r.drawable(t, 12)
	asked := askedOf(1, 1)
	_, _, err := r.DrawInspectees(ctx, id, asked, r.people.Head.Account)
	require.NoError(t, err)
	asked.Reason = "名册有误"
	_, request, err := r.DrawInspectees(ctx, id, asked, r.people.Head.Account)
	require.NoError(t, err)
	var group sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		group.Go(func() { _, errs[i] = r.AnswerDrawRequest(ctx, request.ID, r.people.Leader, true, "") })
	}
	group.Wait()
	granted := 0
	for _, err := range errs {
		if err == nil {
			granted++
			continue
		}
		refusedWith(t, err, "already_answered")
	}
	require.Equal(t, 1, granted)
	require.Equal(t, 2, r.count(t, `SELECT max(number) FROM campaign_draws`))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM campaign_draws`))
}

// A draw that was altered in any way is found by drawing again: 1,000 random
// alterations, of bytes and of what they mean.
func TestAnyAlterationOfADrawIsFound(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(5, 17))
	units := make([]lot.Unit, 60)
	for i := range units {
		units[i] = lot.Unit{ID: fmt.Sprintf("u%03d", i), Stratum: []string{"东片", "西片"}[i%2], Listed: i%5 == 0}
		if i%7 == 0 {
			units[i].Excluded = "本年度已接受检查2次"
		}
	}
	drawn, err := lot.DrawInspectees(lot.NewStream(lot.Seed{1}), lot.Weights{Ordinary: 1, Listed: 3},
		[]lot.Stratum{{Name: "东片", Take: 6}, {Name: "西片", Take: 5}}, units)
	require.NoError(t, err)
	record, err := json.Marshal(drawn)
	require.NoError(t, err)
	kept := store.CampaignDraw{Record: record, Digest: drawn.Digest()}
	_, err = kept.Replay()
	require.NoError(t, err)

	alterations := []func(d *lot.Draw){
		func(d *lot.Draw) { d.Seed[chance.IntN(32)] ^= 1 << chance.IntN(8) },
		func(d *lot.Draw) { d.Weights.Listed++ },
		func(d *lot.Draw) { d.Weights.Ordinary++ },
		func(d *lot.Draw) { d.Strata[chance.IntN(2)].Take-- },
		func(d *lot.Draw) { i := chance.IntN(60); d.Roster[i].Listed = !d.Roster[i].Listed },
		func(d *lot.Draw) { d.Roster[chance.IntN(60)].Excluded += "。" },
		func(d *lot.Draw) { d.Roster[7*chance.IntN(8)].Excluded = "" },
		func(d *lot.Draw) { i := chance.IntN(60); d.Roster = slices.Delete(d.Roster, i, i+1) },
		func(d *lot.Draw) { d.Roster = append(d.Roster, lot.Unit{ID: "v", Stratum: "东片"}) },
		func(d *lot.Draw) { i := chance.IntN(10); d.Drawn[i], d.Drawn[i+1] = d.Drawn[i+1], d.Drawn[i] },
		func(d *lot.Draw) { d.Drawn[chance.IntN(11)] = "u999" },
		func(d *lot.Draw) { d.Drawn = d.Drawn[:chance.IntN(11)] },
	}
	for i := range 1000 {
		altered := store.CampaignDraw{Record: bytes.Clone(record), Digest: kept.Digest}
		switch i % 4 {
		case 0: // a byte
			altered.Record[chance.IntN(len(record))] ^= byte(1 + chance.IntN(255))
		case 1: // a member the record does not have, or has already
			more := [][]byte{[]byte(`,"note":"x"}`), []byte(`,"drawn":[]}`), []byte(`,"Drawn":["u001"]}`), []byte(`} `), []byte(`}{}`)}
			altered.Record = append(altered.Record[:len(record)-1], more[chance.IntN(4)]...)
			if bytes.HasSuffix(altered.Record, []byte(`} `)) {
				altered.Digest[chance.IntN(32)] ^= 1 << chance.IntN(8)
			}
		default:
			var d lot.Draw
			require.NoError(t, json.Unmarshal(record, &d))
			alterations[chance.IntN(len(alterations))](&d)
			altered.Record, err = json.Marshal(d)
			require.NoError(t, err)
		}
		_, err := altered.Replay()
		require.Error(t, err, "%s", altered.Record)
		var said interface{ ZH() string }
		require.ErrorAs(t, err, &said)
		require.NotEmpty(t, said.ZH())
	}
}
