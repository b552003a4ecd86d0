package notify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

// A secret, and an address that holds one, is in no log, no JSON and no print,
// by itself or inside whatever holds it, and not in an error about it.
func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	const key = "73febdcb-1b38-4d1b-a994"
	to := target(notify.WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="+key, "SEC"+key)
	type private struct {
		m      notify.Message
		secret *notify.Secret
		list   map[string]notify.Secret
	}
	held := private{m: notify.Message{To: to}, secret: &to.Secret, list: map[string]notify.Secret{"a": to.Secret}}
	var log bytes.Buffer
	for _, value := range []any{
		to, &to, to.Secret, &to.Secret, to.Address, message(to), held, &held, []notify.Target{to}, map[string]any{"a": to}, notify.Mail{Server: to.Secret}, errors.Join(fmt.Errorf("%v", to)),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.5v", "%t"} {
			fmt.Fprintf(&log, verb+"\n", value)
		}
		text, err := json.Marshal(value)
		require.NoError(t, err)
		log.Write(text)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("value", value))
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("value", value))
	}
	require.NotContains(t, log.String(), key)
	require.NotContains(t, log.String(), fmt.Sprintf("%x", key))
	require.Contains(t, log.String(), "https://qyapi.weixin.qq.com/…")
	require.Equal(t, "SEC"+key, to.Secret.Reveal())
	require.True(t, notify.NewSecret("").Empty())
	require.Empty(t, notify.Secret{}.Reveal())
}
