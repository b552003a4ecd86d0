package activities_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/activities"
	"duban/notify"
	"duban/store"
)

// What the test tells the process that it starts and that kills itself.
const (
	dieAt    = "DUBAN_TEST_DIE_AT"
	dieURL   = "DUBAN_TEST_RECORD"
	dieRoots = "DUBAN_TEST_ROOTS"
	dieNow   = "DUBAN_TEST_NOW"
)

// throughTLS makes channels to fakes on loopback.
func throughTLS(roots *x509.CertPool, clock func() time.Time) (*notify.Registry, error) {
	return notify.New(notify.Options{
		Listed: []string{"127.0.0.1"}, Timeout: 10 * time.Second, Clock: clock,
		TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	})
}

// sendAndDie is a process that sends until a point and kills itself there, as
// kill -9 does: nothing of it runs on, no transaction is ended, no line closed.
func sendAndDie(at string) {
	ctx := context.Background()
	record, err := store.Open(ctx, store.Options{URL: os.Getenv(dieURL), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(os.Getenv(dieRoots)))
	now, err := time.Parse(time.RFC3339Nano, os.Getenv(dieNow))
	if err != nil {
		panic(err)
	}
	clock := func() time.Time { return now }
	channels, err := throughTLS(roots, clock)
	if err != nil {
		panic(err)
	}
	a := activities.New(activities.Options{
		Logger: slog.New(slog.DiscardHandler), Sender: &activities.SenderOptions{Messages: record, Channel: channels}, Clock: clock,
	})
	a.Probe(func(point string) error {
		if point == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	})
	_, err = a.Page(ctx)
	panic(err)
}

// A process that sends is killed, as by kill -9, at each point in turn. A formal
// notice arrives, and where it arrives twice it does under one id.
func TestKilledProcessesLoseNoNotice(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newMailhouse(t)
	o := newOutside(t)
	const whsec = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	_, err := h.PutAddress(ctx, store.Address{Account: h.people.Leader.Account, Kind: "webhook", Address: o.web + "/hook", Secret: whsec, Author: "x"})
	require.NoError(t, err)
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.certificate.Raw})
	at := h.clock()
	for i, point := range []string{activities.BeforeClaim, activities.AfterClaim, activities.AfterSend, activities.BeforeMark} {
		h.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, $2, $3, 'extension_asked', false, $4)`,
			h.one.ID, 500+i, "account:"+h.people.Leader.Account, at)
		at = at.Add(4 * time.Minute)
		process := exec.CommandContext(ctx, os.Args[0], "-test.run=^$")
		process.Env = append(os.Environ(), dieAt+"="+point, dieURL+"="+h.url, dieRoots+"="+string(roots), dieNow+"="+at.UTC().Format(time.RFC3339Nano))
		err := process.Run()
		var exited *exec.ExitError
		require.ErrorAs(t, err, &exited)
		status, ok := exited.Sys().(syscall.WaitStatus)
		require.True(t, ok)
		require.Equal(t, syscall.SIGKILL, status.Signal(), point)
	}
	h.to(at.Add(4 * time.Minute))
	channels, err := throughTLS(o.roots, h.clock)
	require.NoError(t, err)
	a := activities.New(activities.Options{
		Logger: slog.New(slog.DiscardHandler), Sender: &activities.SenderOptions{Messages: h.Store, Channel: channels}, Clock: h.clock,
	})
	_, err = a.Page(ctx)
	require.NoError(t, err)
	require.Equal(t, 4, h.count(t, `SELECT count(*) FROM messages WHERE state = 'sent'`))
	require.Equal(t, 4, h.count(t, `SELECT count(*) FROM mailings`), "in the inbox once")
	times := map[string]int{}
	for _, id := range o.taken["/hook"] {
		times[id]++
	}
	require.Len(t, times, 4, "no notice under two ids, none lost")
	// Two of the four processes died with what they had sent unmarked.
	require.Positive(t, h.count(t, `SELECT count(*) FROM messages WHERE may_have_arrived`))
	require.LessOrEqual(t, len(o.taken["/hook"]), 12)
}
