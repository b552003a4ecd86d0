package activities_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/activities"
	"duban/internal/imaptest"
	"duban/notify"
	"duban/notify/bounce"
	"duban/store"
)

// dieBox tells the process that reads bounces and kills itself which mailbox.
const dieBox = "DUBAN_TEST_MAILBOX"

// returned is the report of a mail server that a message did not reach somebody.
func returned(message, to string) []byte {
	return fmt.Appendf(nil, `From: MAILER-DAEMON@mx.example.org
Message-ID: <%[3]s@mx.example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; %[2]s
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <%[1]s@example.org>

--b--
`, message, to, uuid.NewString())
}

func readsBounces(record activities.Bounces, mailbox string, metrics prometheus.Registerer) (*activities.Activities, error) {
	box, err := bounce.Open(bounce.Options{URL: notify.NewSecret(mailbox), Timeout: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	return activities.New(activities.Options{
		Logger: slog.New(slog.DiscardHandler), Metrics: metrics, Bounces: &activities.BounceOptions{Bounces: record, Mailbox: box},
	}), nil
}

// readAndDie is a process that reads bounces until a point and kills itself
// there, as kill -9 does.
func readAndDie(at string) {
	ctx := context.Background()
	record, err := store.Open(ctx, store.Options{URL: os.Getenv(dieURL), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	a, err := readsBounces(record, os.Getenv(dieBox), nil)
	if err != nil {
		panic(err)
	}
	a.ProbeBounces(func(point string) error {
		if point == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	})
	_, err = a.Bounces(ctx)
	panic(err)
}

// sentTo sends the leader papers by e-mail, and returns the messages' ids.
func (h *mailhouse) sentTo(t *testing.T, address string, papers int) (ids []string) {
	t.Helper()
	ctx := t.Context()
	_, err := h.PutAddress(ctx, store.Address{Account: h.people.Leader.Account, Kind: "email", Address: address, Author: "x"})
	require.NoError(t, err)
	now := time.Now().UTC().Truncate(time.Microsecond)
	for i := range papers {
		h.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, $2, $3, 'extension_asked', false, $4)`,
			h.one.ID, 500+i, "account:"+h.people.Leader.Account, now)
	}
	_, err = h.RouteLetters(ctx, now, 100)
	require.NoError(t, err)
	got, err := h.ClaimMessages(ctx, now, now.Add(time.Minute), 100, store.Breaker{Most: 1000, Per: time.Hour})
	require.NoError(t, err)
	require.Len(t, got.Messages, papers)
	for _, m := range got.Messages {
		_, err := h.MarkMessage(ctx, m, store.Result{State: store.MessageSent, Counts: true}, now)
		require.NoError(t, err)
		ids = append(ids, m.ID)
	}
	return ids
}

// Whoever reads bounces is killed, as by kill -9, before the record and between
// it and the mailbox's mark. Each bounce is recorded once and none is lost.
func TestKilledReadersLoseAndDoubleNoBounce(t *testing.T) {
	t.Parallel()
	h := newMailhouse(t)
	box := imaptest.Start(t, nil)
	const to = "leader@example.org"
	ids := h.sentTo(t, to, 3)
	for _, id := range ids {
		box.Put(t, returned(id, to))
	}
	for _, point := range []string{activities.BeforeBounce, activities.AfterBounce, activities.AfterBounce} {
		process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		process.Env = append(os.Environ(), dieAt+"="+point, dieURL+"="+h.url, dieBox+"="+box.URL("imap+plain"))
		err := process.Run()
		var exited *exec.ExitError
		require.ErrorAs(t, err, &exited)
		status, ok := exited.Sys().(syscall.WaitStatus)
		require.True(t, ok)
		require.Equal(t, syscall.SIGKILL, status.Signal(), point)
	}
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM bounces`), "read twice, recorded once")
	require.Equal(t, 3, box.Unread(t), "none was marked")
	a, err := readsBounces(h.Store, box.URL("imap+plain"), nil)
	require.NoError(t, err)
	done, err := a.Bounces(t.Context())
	require.NoError(t, err)
	require.Equal(t, activities.BouncesRead{After: 3}, done)
	require.Zero(t, box.Unread(t))
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM bounces`))
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM message_tries WHERE outcome = 'bounced'`))
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM messages WHERE state = 'dead' AND code = 'bounced'`))
}

// What is no bounce of ours is counted, marked as read and changes nothing; what
// the record cannot take now stays unread; what came too early comes again.
func TestWhatComesBackIsCounted(t *testing.T) {
	t.Parallel()
	h := newMailhouse(t)
	box := imaptest.Start(t, nil)
	const to = "leader@example.org"
	ids := h.sentTo(t, to, 2)
	h.exec(t, `UPDATE messages SET state = 'sending', claim = gen_random_uuid(), sent_at = NULL WHERE id = $1`, ids[1])
	for _, mail := range [][]byte{
		returned(uuid.NewString(), to), returned(ids[0], "other@example.org"), []byte("Subject: hello\n\nhello\n"),
		[]byte("Content-Type: multipart/report\n\nx"), returned(ids[0], to), returned(ids[1], to),
	} {
		box.Put(t, mail)
	}
	away, err := readsBounces(awayRecord{}, box.URL("imap+plain"), nil)
	require.NoError(t, err)
	_, err = away.Bounces(t.Context())
	require.ErrorIs(t, err, errKilled)
	require.Equal(t, 6, box.Unread(t))
	metrics := prometheus.NewRegistry()
	a, err := readsBounces(h.Store, box.URL("imap+plain"), metrics)
	require.NoError(t, err)
	done, err := a.Bounces(t.Context())
	require.NoError(t, err)
	require.Equal(t, activities.BouncesRead{After: 6}, done)
	require.Equal(t, 1, box.Unread(t), "the early one")
	fates := map[string]float64{}
	families, err := metrics.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "duban_bounce_mails_total" {
			for _, m := range f.GetMetric() {
				fates[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	require.Equal(t, map[string]float64{"unknown": 1, "foreign": 1, "other": 1, "refused": 1, "recorded": 1, "early": 1}, fates)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM bounces`))
}

// awayRecord is a record that cannot be reached.
type awayRecord struct{}

func (awayRecord) RecordBounce(context.Context, store.Bounce, time.Time) (store.BounceFate, error) {
	return "", errKilled
}
