package notify

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// A Resolver finds the addresses of a host; net.DefaultResolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// A Guard says which addresses requests may go to. Public ones by https, that
// is all, but for what is listed.
type Guard struct {
	// hosts may be inside the house, and be spoken to without TLS.
	hosts map[string]bool
	// nets may be connected to whatever the host is called.
	nets     []netip.Prefix
	resolver Resolver
}

// NewGuard makes a guard that also lets through what is listed: names of hosts,
// addresses and networks. A name lets its host be in a private network; a
// loopback address has to be listed as such, and what only machines use among
// themselves cannot be listed at all.
func NewGuard(listed []string, resolver Resolver) (*Guard, error) {
	g := &Guard{hosts: map[string]bool{}, resolver: resolver}
	if g.resolver == nil {
		g.resolver = net.DefaultResolver
	}
	for _, entry := range listed {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if network, err := netip.ParsePrefix(entry); err == nil {
			g.nets = append(g.nets, network.Masked())
			continue
		}
		if ip, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil && ip.Zone() == "" {
			g.nets = append(g.nets, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
			continue
		}
		if !isHostName(entry) || endsInNumber(entry) {
			return nil, fmt.Errorf("%q is neither the name of a host nor an address or network", entry)
		}
		g.hosts[strings.TrimSuffix(entry, ".")] = true
	}
	return g, nil
}

// Check refuses an address that requests may not go to, or that leads nowhere
// now. Where a name leads can change, so it is checked again at every
// connection.
func (g *Guard) Check(ctx context.Context, address string) error {
	d, refused := g.read(address)
	if refused != nil {
		return refused
	}
	found, err := g.resolve(ctx, d.host)
	if err != nil || len(found) == 0 {
		return refuseAddress("address_unresolvable", "查不到这个地址的主机名，请核对后重新填写。", "The host of the address cannot be found.")
	}
	for _, ip := range found {
		if !g.permits(ip, g.hosts[d.host]) {
			return forbidden()
		}
	}
	return nil
}

// resolve finds the addresses of a host, which may be an address itself.
func (g *Guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	found, err := g.resolver.LookupNetIP(ctx, "ip", host)
	plain := make([]netip.Addr, len(found))
	for i, ip := range found {
		plain[i] = ip.Unmap() // Go's own resolver reads IPv4 addresses in /etc/hosts as ::ffff:…
	}
	return plain, err
}

// permits reports whether an address may be connected to. Inside: the host it
// was found for is listed by name.
func (g *Guard) permits(ip netip.Addr, inside bool) bool {
	if !ip.IsValid() || ip.Zone() != "" || ip.Is4In6() {
		return false
	}
	if ip.IsLoopback() {
		return g.lists(ip, loopback...)
	}
	for _, network := range never {
		if network.Contains(ip) {
			return false
		}
	}
	if g.lists(ip) {
		return true
	}
	for _, network := range private {
		if network.Contains(ip) {
			return inside
		}
	}
	for _, network := range special {
		if network.Contains(ip) {
			return false
		}
	}
	return ip.IsGlobalUnicast()
}

// lists reports whether a listed network has the address: one that lies within
// the bounds, where there are any.
func (g *Guard) lists(ip netip.Addr, bounds ...netip.Prefix) bool {
	for _, network := range g.nets {
		if !network.Contains(ip) {
			continue
		}
		if len(bounds) == 0 {
			return true
		}
		for _, bound := range bounds {
			if bound.Contains(network.Addr()) && network.Bits() >= bound.Bits() {
				return true
			}
		}
	}
	return false
}

// listed reports whether the operator listed a destination's host.
func (g *Guard) listed(d destination) bool {
	ip, err := netip.ParseAddr(d.host)
	return g.hosts[d.host] || err == nil && g.lists(ip)
}
