package notify

import "net/netip"

// The networks that are not simply public, by the registries of addresses of
// special purpose (RFC 6890 and its successors). Immutable tables.
//
//nolint:gochecknoglobals // never assigned again
var (
	loopback = networks("127.0.0.0/8", "::1/128")

	// private: a house's own, which a listed name may lead to.
	private = networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")

	// never: machines among themselves, the services that hand a cloud's
	// machines their credentials, everybody at once, and nobody. 0.0.0.0 is this
	// machine to most systems.
	never = networks(
		"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
		"::/128", "fe80::/10", "ff00::/8",
		"100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128", "fd20:ce::254/128",
	)

	// special: documentation, benchmarks, protocols; and the IPv6 addresses that
	// have an IPv4 address inside, which would lead around every other line.
	special = networks(
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fec0::/10",
	)
)

func networks(list ...string) []netip.Prefix {
	found := make([]netip.Prefix, len(list))
	for i, network := range list {
		found[i] = netip.MustParsePrefix(network)
	}
	return found
}
