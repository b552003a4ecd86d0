package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

// signed is the Standard Webhooks signature, made here from the specification's
// text alone.
func signed(key []byte, id, at string, body []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + at + "."))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// The specification's own example.
func TestTheSignatureOfThisTestIsTheSpecifications(t *testing.T) {
	t.Parallel()
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	require.NoError(t, err)
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)))
}

// A receiver can tell by the signature that a webhook is ours, by its id that it
// had it before, and reads what happened from its body.
func TestAWebhookIsSigned(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	clock := now
	r := registry(t, s, func(o *notify.Options) { o.Clock = func() time.Time { return clock } })
	another := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 24)))
	m := message(target(notify.Webhook, s.URL+"/hook?token=1", whsec+" "+another))
	require.NoError(t, r.Send(t.Context(), m))
	clock = clock.Add(time.Hour)
	require.NoError(t, r.Send(t.Context(), m))

	all := s.all()
	require.Len(t, all, 2)
	for i, at := range []string{"1772411400", "1772415000"} {
		got := all[i]
		require.Equal(t, "/hook?token=1", got.url.RequestURI())
		require.Equal(t, m.ID, got.header.Get("Webhook-Id"), "the same at every try")
		require.Equal(t, at, got.header.Get("Webhook-Timestamp"))
		require.Equal(t, signed([]byte("0123456789abcdef0123456789abcdef"), m.ID, at, got.body)+" "+
			signed([]byte(strings.Repeat("k", 24)), m.ID, at, got.body), got.header.Get("Webhook-Signature"))
		require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
	}
	require.JSONEq(t, `{"type":"duban.message","timestamp":"2026-03-01T23:30:00Z","data":{"id":"letter-7.secretary","subject":"催办：整改方案已逾期",
		"text":"张书记：\n督〔2026〕0001号事项的整改方案应于3月2日报送。","items":[{"case":"1","number":"督〔2026〕0001","event":"reminded","task":"plan","task_zh":"报送整改方案","due":"2026-03-02","link":"https://duban.example.org/cases/1"}]}}`, string(all[0].body))
	require.Equal(t, all[0].body, all[1].body)
}

// F25: what a webhook's receiver can do to us, and what becomes of the message.
func TestWhatAWebhooksReceiverAnswers(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	answer := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
		fate   notify.Fate
		after  time.Duration
	}{
		"200":                {answer: answer(200)},
		"204":                {answer: answer(204)},
		"10 MB with 200":     {answer: flood(http.StatusOK)},
		"10 MB with 500":     {answer: flood(http.StatusInternalServerError), code: "http_status"},
		"301":                {answer: answer(301, "Location", "https://hooks.example.com/"), code: "redirect", fate: notify.Permanent},
		"307 to inside":      {answer: answer(307, "Location", "http://169.254.169.254/"), code: "redirect", fate: notify.Permanent},
		"400":                {answer: answer(400), code: "http_status", fate: notify.Permanent},
		"401":                {answer: answer(401), code: "http_status", fate: notify.Permanent},
		"404":                {answer: answer(404), code: "http_status", fate: notify.Permanent},
		"410":                {answer: answer(410), code: "http_status", fate: notify.Permanent},
		"408":                {answer: answer(408), code: "http_status"},
		"429":                {answer: answer(429), code: "rate"},
		"429 seconds":        {answer: answer(429, "Retry-After", "120"), code: "rate", after: 2 * time.Minute},
		"429 an instant":     {answer: answer(429, "Retry-After", now.Add(time.Hour).Format(http.TimeFormat)), code: "rate", after: time.Hour},
		"429 for ever":       {answer: answer(429, "Retry-After", "99999999"), code: "rate", after: 24 * time.Hour},
		"429 nonsense":       {answer: answer(429, "Retry-After", "-5"), code: "rate"},
		"500":                {answer: answer(500), code: "http_status"},
		"503 seconds":        {answer: answer(503, "Retry-After", "7"), code: "http_status", after: 7 * time.Second},
		"hang":               {answer: func(_ http.ResponseWriter, r *http.Request) { wait(r, stop) }, code: "timeout", fate: notify.Uncertain},
		"hang in the answer": {answer: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK); flush(w); wait(r, stop) }},
		"reset":              {answer: func(w http.ResponseWriter, _ *http.Request) { reset(w) }, code: "connection", fate: notify.Uncertain},
		"no HTTP": {answer: func(w http.ResponseWriter, _ *http.Request) {
			conn := hijack(w)
			_, _ = conn.Write([]byte("SSH-2.0\r\n"))
			_ = conn.Close()
		}, code: "connection", fate: notify.Uncertain},
		"endless headers": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 100_000))
		}, code: "connection", fate: notify.Uncertain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.answer)
			r := registry(t, s, func(o *notify.Options) {
				if strings.HasPrefix(name, "hang") {
					o.Timeout = 300 * time.Millisecond
				}
			})
			err := r.Send(t.Context(), message(target(notify.Webhook, s.URL, whsec)))
			require.Len(t, s.all(), 1, "one try, no redirect followed")
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			e := failure(t, err)
			require.Equal(t, c.code, e.Code)
			require.Equal(t, c.fate, e.Fate)
			require.Equal(t, c.after, e.RetryAfter)
			require.False(t, e.Held)
		})
	}
}

// flood answers with more than anybody wants to read.
func flood(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		for range 10 << 10 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	}
}

func wait(r *http.Request, stop <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-stop:
	}
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

func hijack(w http.ResponseWriter) net.Conn {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic("not to be taken over")
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

func reset(w http.ResponseWriter) { _ = hijack(w).Close() }

// Nobody listens, or somebody else does: nothing was sent.
func TestAConnectionThatDoesNotComeAbout(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	r := registry(t, s)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	e := failure(t, r.Send(t.Context(), message(target(notify.Webhook, "https://"+gone.Addr().String()+"/secret-path", whsec))))
	require.Equal(t, []any{"connection", notify.Temporary}, []any{e.Code, e.Fate})
	require.NotContains(t, e.Error(), "secret-path")

	stranger := registry(t, s, func(o *notify.Options) { o.TLS = nil })
	e = failure(t, stranger.Send(t.Context(), message(target(notify.Webhook, s.URL, whsec))))
	require.Equal(t, []any{"certificate", notify.Temporary}, []any{e.Code, e.Fate})

	e = failure(t, r.Send(t.Context(), message(target(notify.Webhook, "https://missing.example.com/", whsec))))
	require.Equal(t, []any{"unresolvable", notify.Temporary}, []any{e.Code, e.Fate})
	require.Empty(t, s.all())
}

// A sender that is being stopped does not wait, and the try does not count.
func TestATryIsCalledOff(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { close(arrived); <-r.Context().Done() })
	r := registry(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	e := failure(t, r.Send(ctx, message(target(notify.Webhook, s.URL, whsec))))
	require.Equal(t, []any{"stopped", notify.Uncertain, false}, []any{e.Code, e.Fate, e.Held})
	e = failure(t, r.Send(ctx, message(target(notify.Webhook, s.URL, whsec))))
	require.Equal(t, []any{"stopped", notify.Temporary, true}, []any{e.Code, e.Fate, e.Held})
}

// A message that was written wrongly is nobody's fault but ours, and is not sent.
func TestMessagesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	r := registry(t, s)
	for code, change := range map[string]func(*notify.Message){
		"message_id":    func(m *notify.Message) { m.ID = "a b\r\nX: y" },
		"message_empty": func(m *notify.Message) { m.Text = " \n" },
		"message_time":  func(m *notify.Message) { m.CreatedAt = time.Time{} },
		"message_items": func(m *notify.Message) { m.Items = make([]notify.Item, 501) },
		"secret_unfit":  func(m *notify.Message) { m.To.Secret = notify.NewSecret("whsec_short") },
	} {
		m := message(target(notify.Webhook, s.URL, whsec))
		change(&m)
		e := failure(t, r.Send(t.Context(), m))
		require.Equal(t, []any{code, notify.Permanent}, []any{e.Code, e.Fate})
	}
	require.Empty(t, s.all())
}

// A channel that nobody set up holds its messages back.
func TestAChannelThatIsNotThere(t *testing.T) {
	t.Parallel()
	r := registry(t, serve(t, func(http.ResponseWriter, *http.Request) {}))
	require.False(t, r.Has(notify.Email))
	require.True(t, r.Has(notify.Feishu))
	e := failure(t, r.Send(t.Context(), message(target(notify.Email, "a@example.org", ""))))
	require.Equal(t, []any{"channel_off", notify.Temporary, true}, []any{e.Code, e.Fate, e.Held})
}
