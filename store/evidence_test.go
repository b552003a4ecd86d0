package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// roomy is a quota that nothing here comes near.
func roomy() store.Quota { return store.Quota{Case: 1 << 40, Unit: 1 << 40} }

// file is evidence that is kept already and is to be written down.
func (r record) file(id string, who lifecycle.Actor, key string, size int64) store.NewEvidence {
	sum := sha256.Sum256([]byte(key))
	fingerprint := sha256.Sum256([]byte("request " + key))
	return store.NewEvidence{
		Actor: who, Key: key, Fingerprint: fingerprint[:], Case: id, SHA256: hex.EncodeToString(sum[:]), Size: size, Media: "text/plain",
		Name: key + ".txt", ReceivedAt: time.Now().UTC().Truncate(time.Microsecond), Effective: calendar.On(2026, 1, 5), Quota: roomy(),
	}
}

// noticed is a case whose notice is on its way to the unit.
func (r record) noticed(t *testing.T, key string) string {
	t.Helper()
	l := r.life(t, key)
	l.Must(t.Context(), t, append([]casetest.Step{r.people.Finding("台账不全", r.people.Today())}, r.people.UpToServing(lifecycle.Immediate)...)...)
	return l.Case
}

// Issue 3 item 6: a key is answered once and for ever; another request under it is
// refused, and so is a key that a command of the same person had.
func TestEvidenceKeyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	id := r.noticed(t, "a")
	n := r.file(id, r.people.Officer, "one", 100)
	first, err := r.AddEvidence(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, store.EvidenceID(r.people.Officer.Account, "one"), first.ID)
	require.Equal(t, []any{n.SHA256, n.Size, n.Name, n.ReceivedAt, n.Effective, false}, []any{first.SHA256, first.Size, first.Name, first.ReceivedAt, first.Effective, first.ByUnit})

	n.ReceivedAt = n.ReceivedAt.Add(time.Hour)
	again, err := r.AddEvidence(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, first, again, "the first answer, whenever it is asked for")
	n.Fingerprint = []byte("another request")
	_, err = r.AddEvidence(t.Context(), n)
	require.ErrorIs(t, err, store.ErrKeyReused)
	require.NoError(t, r.EvidenceDoor(t.Context(), r.people.Officer, id, "one", store.Quota{}), "a key that was answered gets its answer again")

	note := r.note(id, "command")
	answer, err := r.Execute(t.Context(), note)
	require.NoError(t, err)
	require.Nil(t, answer.Refusal)
	_, err = r.AddEvidence(t.Context(), r.file(id, note.Actor, "command", 100))
	require.ErrorIs(t, err, store.ErrKeyReused)
	_, err = r.AddEvidence(t.Context(), r.file(id, r.people.Inspector, "one", 100))
	require.NoError(t, err, "the same key of another person is another key")
}

// A quota holds however many files come at once, and what the unit sends and the
// committee adds are counted apart.
func TestQuotaHoldsUnderConcurrency(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	id := r.noticed(t, "a")
	const size, fit, sent = 100, 3, 12
	quota := store.Quota{Case: fit*size + size/2, Unit: 1 << 40}
	errs := make(chan error, sent)
	for i := range sent {
		go func() {
			n := r.file(id, r.people.Secretary, fmt.Sprint("file", i), size)
			n.Quota = quota
			_, err := r.AddEvidence(context.Background(), n)
			errs <- err
		}()
	}
	added := 0
	for range sent {
		err := <-errs
		if full, is := errors.AsType[*store.QuotaError](err); is {
			require.False(t, full.OfUnit)
			continue
		}
		require.NoError(t, err)
		added++
	}
	require.Equal(t, fit, added)
	require.Equal(t, fit*size, r.count(t, `SELECT sum(size)::int FROM evidence`))

	var full *store.QuotaError
	tiny := store.Quota{Case: 50, Unit: 1 << 40}
	require.ErrorAs(t, r.EvidenceDoor(t.Context(), r.people.Secretary, id, "next", tiny), &full)
	require.NoError(t, r.EvidenceDoor(t.Context(), r.people.Officer, id, "next", tiny), "the committee has used nothing")
	n := r.file(r.noticed(t, "b"), r.people.Secretary, "of another case", size)
	n.Quota = store.Quota{Case: 1 << 40, Unit: (fit+1)*size - 1}
	_, err := r.AddEvidence(t.Context(), n)
	require.ErrorAs(t, err, &full)
	require.True(t, full.OfUnit, "the unit's cases are counted together")
}

// A unit's person finds what the unit sent, and nothing of the committee's, of
// another unit's or of a case that is not there for it; whatever it may not see is
// not found, like what does not exist.
func TestUnitSeesItsOwnEvidence(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	id := r.noticed(t, "a")
	own, err := r.AddEvidence(t.Context(), r.file(id, p.Contact, "own", 10))
	require.NoError(t, err)
	theirs, err := r.AddEvidence(t.Context(), r.file(id, p.Officer, "theirs", 10))
	require.NoError(t, err)
	staff, err := r.Evidence(t.Context(), p.Manager, id, "", 10)
	require.NoError(t, err)
	require.Equal(t, []store.Evidence{own, theirs}, staff)
	unit, err := r.Evidence(t.Context(), p.Secretary, id, "", 10)
	require.NoError(t, err)
	require.Equal(t, []store.Evidence{own}, unit)
	_, err = r.OneEvidence(t.Context(), p.Secretary, id, theirs.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = r.Evidence(t.Context(), p.Secretary, id, theirs.ID, 10)
	require.ErrorIs(t, err, store.ErrCursor, "not even as a cursor")

	draft := r.life(t, "draft")
	draft.Must(t.Context(), t, p.Finding("未发出", p.Today()))
	_, err = r.AddEvidence(t.Context(), r.file(draft.Case, p.Contact, "early", 10))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = r.AddEvidence(t.Context(), r.file("00000000-0000-4000-8000-000000000000", p.Officer, "none", 10))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = r.AddEvidence(t.Context(), r.file("no id", p.Officer, "none", 10))
	require.ErrorIs(t, err, store.ErrNotFound)

	other := lifecycle.Actor{Account: p.Secretary.Account, Name: p.Secretary.Name, Roles: p.Secretary.Roles, Unit: p.OtherUnit.ID}
	_, err = r.Evidence(t.Context(), other, id, "", 10)
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Of a case that is over nothing can be added to; what was sent before stays, and
// neither can a row be changed.
func TestSettledCaseTakesNoEvidence(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	id := r.noticed(t, "a")
	kept, err := r.AddEvidence(t.Context(), r.file(id, r.people.Officer, "before", 10))
	require.NoError(t, err)
	void := r.void(id, "void")
	void.Actor = r.people.Leader
	answer, err := r.Execute(t.Context(), void)
	require.NoError(t, err)
	require.Nil(t, answer.Refusal)
	require.ErrorIs(t, r.EvidenceDoor(t.Context(), r.people.Officer, id, "after", roomy()), store.ErrSettled)
	_, err = r.AddEvidence(t.Context(), r.file(id, r.people.Officer, "after", 10))
	require.ErrorIs(t, err, store.ErrSettled)
	have, err := r.OneEvidence(t.Context(), r.people.Officer, id, kept.ID)
	require.NoError(t, err)
	require.Equal(t, kept, have)
	for _, sql := range []string{`UPDATE evidence SET size = 1`, `DELETE FROM evidence`, `TRUNCATE evidence`} {
		_, err := r.sql.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "append-only", sql)
	}
}

// Pages hold every piece once, in the order in which it came, those of one instant
// included; the hashes to be scrubbed for are named once each.
func TestEvidencePagesAndHashes(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	id := r.noticed(t, "a")
	at := time.Now().UTC().Truncate(time.Microsecond)
	var want []string
	for i := range 7 {
		n := r.file(id, r.people.Officer, fmt.Sprint("file", i), 10)
		n.ReceivedAt = at.Add(time.Duration(i/3) * time.Second)
		if i%2 == 1 {
			n.SHA256 = r.file(id, r.people.Officer, "the same", 10).SHA256
		}
		e, err := r.AddEvidence(t.Context(), n)
		require.NoError(t, err)
		want = append(want, e.ID)
	}
	var have []string
	for after := ""; ; {
		page, err := r.Evidence(t.Context(), r.people.Officer, id, after, 2)
		require.NoError(t, err)
		for i, e := range page {
			if i > 0 {
				require.False(t, e.ReceivedAt.Before(page[i-1].ReceivedAt))
			}
			have = append(have, e.ID)
			after = e.ID
		}
		if len(page) < 2 {
			break
		}
	}
	require.ElementsMatch(t, want, have)
	hashes, err := r.EvidenceHashes(t.Context())
	require.NoError(t, err)
	require.Len(t, hashes, 5)
}

// A case is found by the number people call it by, as the record has it.
func TestCaseByNumber(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	l := r.life(t, "a")
	c := l.Must(t.Context(), t, r.people.Finding("台账不全", r.people.Today()))
	have, err := r.CaseByNumber(t.Context(), c.Number)
	require.NoError(t, err)
	require.Equal(t, []string{c.ID, r.people.Unit.Name}, []string{have.Case.ID, have.UnitName})
	for _, none := range []string{"", "督〔2026〕9999", c.Number + "x", "督", "'; DROP TABLE cases --"} {
		_, err := r.CaseByNumber(t.Context(), none)
		require.ErrorIs(t, err, store.ErrNotFound, none)
	}
}
