package store_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/store"
)

// What a request changes and its receipt are written together or not at all.
func TestARequestIsDoneOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	who := r.people.Head.Account
	k := store.Keyed{Account: who, Key: "one", Fingerprint: make([]byte, 32), Secret: "secret"}
	add := func(name string) func(context.Context) (store.Reply, error) {
		return func(ctx context.Context) (store.Reply, error) {
			a, err := r.AddArea(ctx, store.Named{Name: name})
			return store.Reply{Status: http.StatusCreated, Header: map[string]string{"Location": "/x"}, Body: []byte(a.ID)}, err
		}
	}
	areas := func(name string) int { return r.count(t, `SELECT count(*) FROM areas WHERE name = $1`, name) }

	failed := errors.New("failed after the change")
	_, err := r.Once(ctx, k, func(ctx context.Context) (store.Reply, error) {
		if _, err := add("片区")(ctx); err != nil {
			return store.Reply{}, err
		}
		return store.Reply{}, failed
	})
	require.ErrorIs(t, err, failed)
	require.Zero(t, areas("片区"), "what failed leaves nothing")

	r.fail(t, "request_receipts", "40001", 1)
	_, err = r.Once(ctx, k, add("片区"))
	require.ErrorIs(t, err, store.ErrBusy)
	require.Zero(t, areas("片区"), "without its receipt nothing is done")

	first, err := r.Once(ctx, k, add("片区"))
	require.NoError(t, err)
	again, err := r.Once(ctx, k, func(context.Context) (store.Reply, error) { panic("it was done") })
	require.NoError(t, err)
	require.True(t, again.Again)
	again.Again = false
	require.Equal(t, first, again)
	require.Equal(t, 1, areas("片区"))

	other := k
	other.Fingerprint = append([]byte{1}, make([]byte, 31)...)
	_, err = r.Once(ctx, other, add("别的片区"))
	require.ErrorIs(t, err, store.ErrKeyReused)
	_, err = r.Receipt(ctx, r.people.Head, store.CommandID(who, "one"))
	require.ErrorIs(t, err, store.ErrNotFound, "it is no command")

	// What is refused but kept leaves the key free.
	k.Key = "kept"
	_, err = r.Once(ctx, k, func(ctx context.Context) (store.Reply, error) {
		_, err := add("留下")(ctx)
		return store.Reply{Refused: true}, err
	})
	require.NoError(t, err)
	_, err = r.Once(ctx, k, add("又一片区"))
	require.NoError(t, err)
	require.Equal(t, 2, areas("留下")+areas("又一片区"))
}

// A key stands for one request, whatever kind it is of.
func TestAKeyIsOfOneKind(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	k := store.Keyed{Account: p.Inspector.Account, Key: "mine", Fingerprint: make([]byte, 32)}
	nothing := func(context.Context) (store.Reply, error) { return store.Reply{Status: http.StatusOK}, nil }
	_, err := r.Once(ctx, k, nothing)
	require.NoError(t, err)
	step := p.Finding("问题", today())
	open := store.Request{Actor: p.Inspector, Key: "mine", Body: step.Body}
	_, err = r.Execute(ctx, open)
	require.ErrorIs(t, err, store.ErrKeyReused)
	open.Key, open.ReceivedAt = "theirs", time.Now()
	_, err = r.Execute(ctx, open)
	require.NoError(t, err)
	k.Key = "theirs"
	_, err = r.Once(ctx, k, nothing)
	require.ErrorIs(t, err, store.ErrKeyReused)
}

// A token whose answer was lost is told again to the token that asked for it, and
// is nowhere in the record.
func TestATokenIsToldAgainToItsAskerAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	k := store.Keyed{Account: r.people.Admin.Account, Key: "token", Fingerprint: make([]byte, 32), Secret: "the administrator's"}
	make2 := func(ctx context.Context) (store.Reply, error) {
		_, one, err := r.AddAccount(ctx, store.NewAccount{Name: "新人", Roles: []lifecycle.Role{lifecycle.Officer}})
		if err != nil {
			return store.Reply{}, err
		}
		a, err := r.Authenticate(ctx, one)
		if err != nil {
			return store.Reply{}, err
		}
		two, err := r.NewToken(ctx, a.Account)
		return store.Reply{Status: http.StatusCreated, Body: []byte(one + " " + two)}, err
	}
	first, err := r.Once(ctx, k, make2)
	require.NoError(t, err)
	var one, two string
	one, two = string(first.Body[:30]), string(first.Body[31:])
	require.NotEqual(t, one, two)
	for _, token := range []string{one, two} {
		_, err := r.Authenticate(ctx, token)
		require.NoError(t, err)
		require.Zero(t, r.count(t, `SELECT count(*) FROM request_receipts WHERE position(convert_to($1, 'UTF8') IN body) > 0`, token))
	}
	again, err := r.Once(ctx, k, make2)
	require.NoError(t, err)
	require.Equal(t, first.Body, again.Body)
	k.Secret = "another of the administrator's"
	_, err = r.Once(ctx, k, make2)
	require.ErrorIs(t, err, store.ErrTokenGone)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM accounts WHERE name = '新人'`))
}
