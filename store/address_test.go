package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/store"
)

// An address is kept once, whoever gives it how often, and goes only from whose
// it is.
func TestKeepingAddresses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	officer, head := r.people.Officer.Account, r.people.Head.Account
	mail := store.Address{Account: officer, Kind: "email", Address: "zhang@example.org", Name: "办公", Author: officer}
	first, err := r.PutAddress(ctx, mail)
	require.NoError(t, err)
	mail.Name, mail.Author = "家", head
	again, err := r.PutAddress(ctx, mail)
	require.NoError(t, err)
	require.Equal(t, []any{first.ID, first.CreatedAt, "家", head}, []any{again.ID, again.CreatedAt, again.Name, again.Author})
	hook := store.Address{Account: officer, Kind: "webhook", Address: "https://hooks.example.org/", Secret: "whsec_1", Author: head}
	hook, err = r.PutAddress(ctx, hook)
	require.NoError(t, err)
	robot := store.Address{Kind: "wecom", Address: "https://qyapi.weixin.qq.com/1", Name: "督查室", Author: head}
	robot, err = r.PutAddress(ctx, robot)
	require.NoError(t, err)
	same, err := r.PutAddress(ctx, robot)
	require.NoError(t, err)
	require.Equal(t, robot, same)

	list, err := r.Addresses(ctx, officer)
	require.NoError(t, err)
	require.Equal(t, []store.Address{again, hook}, list)
	list, err = r.Addresses(ctx, "")
	require.NoError(t, err)
	require.Equal(t, []store.Address{robot}, list)
	list, err = r.Addresses(ctx, head)
	require.NoError(t, err)
	require.Empty(t, list)

	require.ErrorIs(t, r.DeleteAddress(ctx, head, hook.ID), store.ErrNotFound, "another's")
	require.ErrorIs(t, r.DeleteAddress(ctx, "", hook.ID), store.ErrNotFound)
	require.ErrorIs(t, r.DeleteAddress(ctx, officer, robot.ID), store.ErrNotFound)
	require.NoError(t, r.DeleteAddress(ctx, officer, hook.ID))
	require.ErrorIs(t, r.DeleteAddress(ctx, officer, hook.ID), store.ErrNotFound)
	require.NoError(t, r.DeleteAddress(ctx, "", robot.ID))

	mail.Account = "nobody"
	_, err = r.PutAddress(ctx, mail)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, r.DisableAccount(ctx, officer))
	mail.Account = officer
	_, err = r.PutAddress(ctx, mail)
	require.ErrorIs(t, err, store.ErrNotFound, "an account that was ended")
}

// There are never more addresses than there may be, however many come at once.
func TestNoMoreAddressesThanThereMayBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	var (
		group   sync.WaitGroup
		refused atomic.Int64
	)
	put := func(a store.Address) {
		group.Go(func() {
			_, err := r.PutAddress(ctx, a)
			if field, ok := errors.AsType[*store.FieldError](err); ok && field.Code == "too_many" {
				refused.Add(1)
			} else if err != nil {
				t.Errorf("%v", err)
			}
		})
	}
	for i := range store.MaxAddresses + 3 {
		put(store.Address{Account: r.people.Officer.Account, Kind: "email", Address: fmt.Sprintf("a%d@example.org", i)})
	}
	for i := range store.MaxRobots + 4 {
		put(store.Address{Kind: "feishu", Address: fmt.Sprintf("https://open.feishu.cn/%d", i), Secret: "x"})
	}
	group.Wait()
	require.EqualValues(t, 7, refused.Load())
	require.Equal(t, store.MaxAddresses, r.count(t, `SELECT count(*) FROM addresses WHERE account_id IS NOT NULL`))
	require.Equal(t, store.MaxRobots, r.count(t, `SELECT count(*) FROM addresses WHERE account_id IS NULL`))
}

// The database itself keeps a robot from being somebody's and a mailbox from
// being nobody's.
func TestImpossibleAddresses(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for name, values := range map[string]string{
		"a robot of somebody":  `'` + r.people.Officer.Account + `', 'wecom', 'x'`,
		"a mailbox of nobody":  `NULL, 'email', 'x'`,
		"a kind nobody knows":  `NULL, 'sms', 'x'`,
		"no address":           `NULL, 'feishu', ''`,
		"an account not there": `'nobody', 'email', 'x'`,
	} {
		_, err := r.sql.Exec(context.Background(), `INSERT INTO addresses (id, account_id, kind, address, secret, name, author) VALUES ('1', `+values+`, '', '', '')`)
		requireState(t, err, name, "23514", "23503")
	}
}
