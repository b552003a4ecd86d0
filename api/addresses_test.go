package api_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/notify"
)

const (
	hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	robotKey   = "73febdcb-1b38-4d1b-a994-790f21fc8d30"
)

// nameless knows one host outside.
type nameless struct{}

func (nameless) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if host == "hooks.example.com" {
		return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// reaching is a site whose robots are a fake that answers as told, and its log.
func reaching(t *testing.T, answer func() string) (s site, robots string, log *bytes.Buffer) {
	t.Helper()
	fake := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer())) }))
	t.Cleanup(fake.Close)
	roots := x509.NewCertPool()
	roots.AddCert(fake.Certificate())
	channels, err := notify.New(notify.Options{
		Listed: []string{"127.0.0.1"}, Resolver: nameless{}, Timeout: 10 * time.Second,
		TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	})
	require.NoError(t, err)
	log = &bytes.Buffer{}
	s = siteWith(t, func(o *api.Options) {
		o.Targets = channels
		o.Logger = slog.New(slog.NewTextHandler(log, nil))
	})
	return s, fake.URL, log
}

// Where a person is reached is that person's to say, and the administrator's;
// for others it is not there.
func TestWhereAPersonIsReached(t *testing.T) {
	t.Parallel()
	s, _, log := reaching(t, func() string { return "" })
	p := s.people
	path := func(a lifecycle.Actor) string { return "/v1/accounts/" + a.Account + "/addresses" }
	put := func(who, whose lifecycle.Actor, body any) answer {
		return s.as(t, who, asked{method: http.MethodPut, path: path(whose), body: body})
	}
	mail := map[string]string{"kind": "email", "address": "wang@example.gov.cn", "name": "办公"}
	hook := map[string]string{"kind": "webhook", "address": "https://hooks.example.com/secret-path", "secret": hookSecret}

	a := put(p.Secretary, p.Secretary, mail)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var first, again api.Address
	a.into(t, &first)
	mail["name"] = "家"
	put(p.Admin, p.Secretary, mail).into(t, &again)
	require.Equal(t, []any{first.ID, "家", p.Admin.Account}, []any{again.ID, again.Name, again.Author})

	refused := func(a answer, status int, code, field string) {
		t.Helper()
		require.Equal(t, status, a.Code, "%s", a.Body)
		require.Equal(t, []string{code, field}, []string{a.problem(t).Code, a.problem(t).Field})
	}
	refused(put(p.Secretary, p.Secretary, hook), http.StatusForbidden, "admin_records", "kind")
	a = put(p.Admin, p.Secretary, hook)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.NotContains(t, a.Body.String(), "secret-path")
	require.NotContains(t, a.Body.String(), "whsec_")

	for code, change := range map[string]map[string]string{
		"address_forbidden":    {"address": "https://169.254.169.254/latest/meta-data"},
		"address_number":       {"address": "https://2130706433/"},
		"address_unresolvable": {"address": "https://missing.example.com/"},
		"address_not_https":    {"address": "http://hooks.example.com/"},
	} {
		bad := map[string]string{"kind": "webhook", "address": change["address"], "secret": hookSecret}
		refused(put(p.Admin, p.Secretary, bad), http.StatusUnprocessableEntity, code, "address")
	}
	refused(put(p.Admin, p.Secretary, map[string]string{"kind": "webhook", "address": "https://hooks.example.com/", "secret": "x"}),
		http.StatusUnprocessableEntity, "secret_unfit", "secret")
	refused(put(p.Secretary, p.Secretary, map[string]string{"kind": "email", "address": "王书记"}), http.StatusUnprocessableEntity, "address_form", "address")
	refused(put(p.Secretary, p.Secretary, map[string]string{"kind": "sms", "address": "1"}), http.StatusUnprocessableEntity, "unknown_kind", "kind")
	refused(put(p.Admin, p.Admin, map[string]string{"kind": "wecom", "address": "x"}), http.StatusUnprocessableEntity, "robot_of_a_group", "kind")
	refused(put(p.Secretary, p.Secretary, `{"kind":"email","address":"a@example.org","color":"red"}`), http.StatusUnprocessableEntity, "unknown_field", "color")
	refused(put(p.Secretary, p.Secretary, nil), http.StatusBadRequest, "empty_body", "")

	var list api.AddressList
	a = s.as(t, p.Secretary, asked{method: http.MethodGet, path: path(p.Secretary)})
	require.Equal(t, http.StatusOK, a.Code)
	a.into(t, &list)
	require.Len(t, list.Addresses, 2, "nothing refused was written")
	require.Equal(t, "wang@example.gov.cn", list.Addresses[0].Address)
	require.Equal(t, []any{"https://hooks.example.com/…", true}, []any{list.Addresses[1].Address, list.Addresses[1].Signed})

	// Another's are not there, whatever one tries, with the bytes of an account
	// that does not exist.
	for _, other := range []asked{
		{method: http.MethodGet, path: path(p.Secretary)},
		{method: http.MethodPut, path: path(p.Secretary), body: mail},
		{method: http.MethodDelete, path: path(p.Secretary) + "/" + first.ID},
	} {
		nobody := other
		nobody.path = strings.Replace(other.path, p.Secretary.Account, "nobody", 1)
		at, none := s.as(t, p.Officer, other), s.as(t, p.Officer, nobody)
		require.Equal(t, http.StatusNotFound, at.Code)
		require.Equal(t, none.Body.String(), at.Body.String())
	}
	require.Equal(t, http.StatusNotFound, s.as(t, p.Secretary, asked{method: http.MethodDelete, path: path(p.Secretary) + "/nothing"}).Code)
	require.Equal(t, http.StatusNoContent, s.as(t, p.Secretary, asked{method: http.MethodDelete, path: path(p.Secretary) + "/" + first.ID}).Code)

	for i := range 5 {
		a = put(p.Secretary, p.Secretary, map[string]string{"kind": "email", "address": "w" + strings.Repeat("x", i) + "@example.org"})
	}
	refused(a, http.StatusUnprocessableEntity, "too_many", "address")
	a = s.as(t, p.Admin, asked{method: http.MethodPost, path: "/v1/accounts/" + p.Secretary.Account + "/disable", body: api.AccountEnd{Reason: "离任"}})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Equal(t, http.StatusNotFound, put(p.Admin, p.Secretary, mail).Code)
	require.NotContains(t, log.String(), "secret-path")
	require.NotContains(t, log.String(), hookSecret)
}

// A group's robot is recorded by the administrator, once it has taken a signed
// greeting; its key is shown to nobody.
func TestTheRobotsOfGroups(t *testing.T) {
	t.Parallel()
	var says atomic.Pointer[string]
	no := `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`
	says.Store(&no)
	s, robots, log := reaching(t, func() string { return *says.Load() })
	p := s.people
	robot := map[string]string{"kind": "feishu", "address": robots + "/open-apis/bot/v2/hook/" + robotKey, "secret": "zs0TzAbCdEfGhIjKlMnOpQ", "name": "督查室"}
	put := func(who lifecycle.Actor) answer {
		return s.as(t, who, asked{method: http.MethodPut, path: "/v1/robots", body: robot})
	}
	listed := func() (list api.AddressList) {
		a := s.as(t, p.Admin, asked{method: http.MethodGet, path: "/v1/robots"})
		require.Equal(t, http.StatusOK, a.Code)
		require.NotContains(t, a.Body.String(), robotKey)
		a.into(t, &list)
		return list
	}
	require.Equal(t, http.StatusForbidden, put(p.Head).Code)
	a := put(p.Admin)
	require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s", a.Body)
	require.Equal(t, []string{"robot_signature", "secret"}, []string{a.problem(t).Code, a.problem(t).Field})
	require.NotContains(t, a.Body.String(), robotKey)
	require.Empty(t, listed().Addresses, "a secret that does not sign is not kept")

	yes := `{"code":0,"msg":"success"}`
	says.Store(&yes)
	a = put(p.Admin)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var made api.Address
	a.into(t, &made)
	require.Equal(t, []any{notify.Feishu, robots + "/…", "督查室", true}, []any{made.Kind, made.Address, made.Name, made.Signed})
	require.Equal(t, []api.Address{made}, listed().Addresses)

	robot["kind"], robot["address"] = "email", "wang@example.org"
	require.Equal(t, "no_robot", put(p.Admin).problem(t).Code)
	robot["kind"], robot["address"] = "feishu", "https://open.feishu.cn.example.com/open-apis/bot/v2/hook/"+robotKey
	require.Equal(t, "address_vendor", put(p.Admin).problem(t).Code)
	require.Len(t, listed().Addresses, 1)

	gone := asked{method: http.MethodDelete, path: "/v1/robots/" + made.ID}
	require.Equal(t, http.StatusForbidden, s.as(t, p.Leader, gone).Code)
	require.Equal(t, http.StatusNoContent, s.as(t, p.Admin, gone).Code)
	require.Equal(t, http.StatusNotFound, s.as(t, p.Admin, gone).Code)
	require.Empty(t, listed().Addresses)
	require.NotContains(t, log.String(), robotKey)
}
