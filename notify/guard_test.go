package notify_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

// Every spelling of an address that is not a public one is
// refused when it is configured, and nothing is sent to it when it was not.
func TestAddressesInsideAreRefusedHoweverTheyAreSpelt(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "https://"), ":")
	r := registry(t, s, func(o *notify.Options) {
		o.Listed = nil
		o.Resolver = &names{lists: map[string][][]netip.Addr{
			"rebind.example.com": {leads("127.0.0.1")}, "six.example.com": {leads("::1")}, "mapped.example.com": {leads("::ffff:10.0.0.1")},
			"mixed.example.com": {leads("93.184.216.34", "192.168.1.1")}, "metadata.example.com": {leads("169.254.169.254")},
			"intranet": {leads("93.184.216.34")}, "localhost": {leads("127.0.0.1")}, "a.localhost": {leads("127.0.0.1")},
			"nat64.example.com": {leads("64:ff9b::7f00:1")}, "zero.example.com": {leads("0.0.0.0")},
		}}
	})
	for _, host := range []string{
		// loopback
		"127.0.0.1", "127.0.0.2", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "a.localhost", "[::1]", "[0:0:0:0:0:0:0:1]",
		// loopback as other programs read it: short, decimal, octal, hex
		"127.1", "127.0.1", "2130706433", "017700000001", "0177.0.0.1", "0x7f000001", "0x7f.0.0.1", "0x7F.1", "127.0.0.01", "127.0.0.1.", "127.0.0.0x1",
		// loopback inside IPv6
		"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::ffff:0:127.0.0.1]",
		// nobody, everybody
		"0.0.0.0", "0", "[::]", "255.255.255.255", "224.0.0.1", "239.1.2.3", "[ff02::1]", "240.0.0.1",
		// link-local and the clouds' metadata
		"169.254.169.254", "169.254.0.1", "[fe80::1]", "[fe80::1%25eth0]", "[::ffff:169.254.169.254]", "0xa9fea9fe", "100.100.100.200", "[fd00:ec2::254]", "[fd20:ce::254]", "168.63.129.16",
		// private
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "[fc00::1]", "[fd12:3456::1]", "[::ffff:10.0.0.1]", "[::ffff:192.168.0.1]", "[fec0::1]",
		// special
		"192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.0.0.1", "[2001:db8::1]", "[2001::1]", "[100::1]", "[::ffff:93.184.216.34]",
		// names
		"rebind.example.com", "six.example.com", "mapped.example.com", "mixed.example.com", "metadata.example.com", "intranet", "nat64.example.com", "zero.example.com",
		// what is no host at all, or reads as two
		"127。0。0。1", "①②⑦.0.0.1", "127.0.0.1%2f.example.com", "example.com\\@127.0.0.1", "user@127.0.0.1", "127.0.0.1 ", "exa mple.com", "-a.example.com", "a..example.com", "", "nowhere.example.com",
	} {
		for _, address := range []string{"https://" + host + "/hook", "https://" + host + ":" + port + "/hook", "http://" + host + ":" + port + "/hook"} {
			require.Contains(t, []string{"address_form", "address_number", "address_forbidden", "address_not_https", "address_unresolvable"},
				refusal(t, r.Check(t.Context(), target(notify.Webhook, address, whsec))).Code, address)
			sent := failure(t, r.Send(t.Context(), message(target(notify.Webhook, address, whsec))))
			require.NotContains(t, sent.Error(), "/hook", "the address may hold a key")
			if host != "nowhere.example.com" || strings.HasPrefix(address, "http:") {
				require.Equal(t, notify.Permanent, sent.Fate, address)
			}
		}
	}
	require.Empty(t, s.all(), "nothing arrived")
}

// What an address of the web must not be, besides the host.
func TestAddressesThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	r := registry(t, serve(t, func(http.ResponseWriter, *http.Request) {}))
	for address, code := range map[string]string{
		"":                                                       "required",
		"https://":                                               "address_form",
		"hooks.example.com":                                      "address_form",
		"ftp://hooks.example.com/":                               "address_form",
		"file:///etc/passwd":                                     "address_form",
		"gopher://hooks.example.com/":                            "address_form",
		"https:hooks.example.com":                                "address_form",
		"https://u:p@hooks.example.com/":                         "address_form",
		"https://hooks.example.com/#a":                           "address_form",
		"https://hooks.example.com/#":                            "address_form",
		"https://hooks.example.com:0/":                           "address_form",
		"https://hooks.example.com:70000/":                       "address_form",
		"https://hooks.example.com:/":                            "address_form",
		"https://hooks.example.com/a b":                          "address_form",
		"https://hooks.example.com/\r\nX":                        "address_form",
		"https://接口.example.com/":                                "address_form",
		"http://hooks.example.com/":                              "address_not_https",
		"https://missing.example.com/":                           "address_unresolvable",
		"https://hooks.example.com/" + strings.Repeat("a", 1000): "address_form",
	} {
		require.Equal(t, code, refusal(t, r.Check(t.Context(), target(notify.Webhook, address, whsec))).Code, address)
	}
	require.NoError(t, r.Check(t.Context(), target(notify.Webhook, "https://hooks.example.com/a?b=c", whsec)))
	require.NoError(t, r.Check(t.Context(), target(notify.Webhook, "https://hooks.example.com:8443/", whsec+" "+whsec)))
}

// A name that led outside when it was configured, and leads inside when it is
// connected to, is found out at that moment.
func TestRebindingIsFoundOutAtTheConnection(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "https://"), ":")
	r := registry(t, s, func(o *notify.Options) {
		o.Listed = nil
		o.Resolver = &names{lists: map[string][][]netip.Addr{"rebind.example.com": {leads("93.184.216.34"), leads("127.0.0.1")}}}
	})
	to := target(notify.Webhook, "https://rebind.example.com:"+port+"/", whsec)
	require.NoError(t, r.Check(t.Context(), to))
	e := failure(t, r.Send(t.Context(), message(to)))
	require.Equal(t, notify.Permanent, e.Fate)
	require.Equal(t, "address_forbidden", e.Code)
	require.Empty(t, s.all())
}

// What is listed is let through, and no more than that.
func TestListedAddresses(t *testing.T) {
	t.Parallel()
	listed := []string{"oa.example.com", "mapped.example.com", "10.1.0.0/16", "192.168.7.7", "0.0.0.0/0", "::/0", "fd00::/8", " Gate.Example.COM. "}
	g, err := notify.NewGuard(listed, &names{lists: map[string][][]netip.Addr{
		"oa.example.com": {leads("172.16.3.3")}, "gate.example.com": {leads("127.0.0.1")}, "x.example.com": {leads("10.1.2.3")},
		"mapped.example.com": {leads("::ffff:172.16.3.4")},
	}})
	require.NoError(t, err)
	for address, want := range map[string]string{
		"http://oa.example.com:8080/hook":  "",
		"http://OA.example.com./hook":      "",
		"http://mapped.example.com/hook":   "", // as a program without cgo reads /etc/hosts
		"http://10.1.255.1/":               "",
		"http://192.168.7.7:9000/":         "",
		"https://x.example.com/":           "",
		"http://x.example.com/":            "address_not_https",
		"https://127.0.0.1/":               "address_forbidden", // 0.0.0.0/0 does not lie within loopback
		"https://[::1]/":                   "address_forbidden",
		"https://169.254.169.254/":         "address_forbidden",
		"https://100.100.100.200/":         "address_forbidden",
		"https://[fe80::1]/":               "address_forbidden",
		"https://[fd00:ec2::254]/":         "address_forbidden",
		"https://224.0.0.1/":               "address_forbidden",
		"https://0.0.0.0/":                 "address_forbidden",
		"https://gate.example.com/":        "address_forbidden", // a name does not open loopback
		"https://[::ffff:10.1.2.3]/":       "address_forbidden",
		"https://unlisted.example.com/":    "address_unresolvable",
		"https://oa.example.com.evil.com/": "address_unresolvable",
	} {
		err := g.Check(t.Context(), address)
		if want == "" {
			require.NoError(t, err, address)
			continue
		}
		require.Equal(t, want, refusal(t, err).Code, address)
	}
	for _, bad := range []string{"", "10.0.0.0/33", "http://oa.example.com", "*.example.com", "127.1", "0x7f.1", "a b", "fe80::1%eth0"} {
		_, err := notify.NewGuard([]string{bad}, nil)
		require.Error(t, err, bad)
	}
}

// The last word is had where the connection is made, about the address itself.
func TestTheDialerIsToldNo(t *testing.T) {
	t.Parallel()
	g, err := notify.NewGuard([]string{"oa.example.com", "127.0.0.1"}, nil)
	require.NoError(t, err)
	require.NoError(t, notify.Connects(g, "x.example.com", "93.184.216.34:443"))
	require.NoError(t, notify.Connects(g, "x.example.com", "[2606:2800:220:1::1]:443"))
	require.NoError(t, notify.Connects(g, "oa.example.com", "10.0.0.1:443"))
	require.NoError(t, notify.Connects(g, "x.example.com", "127.0.0.1:443"))
	for _, address := range []string{"10.0.0.1:443", "127.0.0.2:443", "[::1]:443", "[fe80::1%lo]:443", "169.254.169.254:80", "[::ffff:10.0.0.1]:1", "/run/x.sock", ""} {
		require.Equal(t, "address_forbidden", refusal(t, notify.Connects(g, "x.example.com", address)).Code, address)
	}
	require.Error(t, notify.Connects(g, "oa.example.com", "169.254.169.254:80"))
}

// No proxy of the environment is asked: it would make the connection for us,
// unchecked.
func TestNoProxyIsAsked(t *testing.T) { //nolint:paralleltest // it changes the environment
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	proxy := serve(t, func(http.ResponseWriter, *http.Request) {})
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	// By name: the environment's proxy is never for loopback addresses.
	to := target(notify.Webhook, strings.Replace(s.URL, "127.0.0.1", "hooks.example.com", 1), whsec)
	require.NoError(t, registry(t, s).Send(t.Context(), message(to)))
	require.Len(t, s.all(), 1)
	require.Empty(t, proxy.all())
}

// Settings that cannot be are told when the channels are made.
func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]notify.Options{
		"listed": {Listed: []string{"10.0.0.0/99"}},
		"scheme": {Mail: &notify.Mail{Server: notify.NewSecret("http://mail.example.org"), From: "a@example.org"}},
		"form":   {Mail: &notify.Mail{Server: notify.NewSecret("mail.example.org:25"), From: "a@example.org"}},
		"port":   {Mail: &notify.Mail{Server: notify.NewSecret("smtp://mail.example.org:99999"), From: "a@example.org"}},
		"clear":  {Mail: &notify.Mail{Server: notify.NewSecret("smtp+plain://u:hunter2@mail.example.org"), From: "a@example.org"}},
		"sender": {Mail: &notify.Mail{Server: notify.NewSecret("smtp://u:hunter2@mail.example.org"), From: "督办"}},
	} {
		o.Timeout = time.Second
		_, err := notify.New(o)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
