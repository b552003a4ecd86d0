package notify

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const (
	// maxAddress is how many bytes an address may have.
	maxAddress = 1000
	maxHost    = 253
	maxPort    = 65535
)

// A destination is an address of the web that was read.
type destination struct {
	url *url.URL
	// host is the name or address in lower case, without a closing dot.
	host string
}

// read reads an address strictly: what two programs could read differently is
// refused, not interpreted.
func (g *Guard) read(address string) (destination, *Refusal) {
	malformed := refuseAddress("address_form", "地址格式不正确，应形如https://主机名/路径，只用ASCII字符，不含用户名和“#”。",
		"The address must read https://host/path, in ASCII, without a user and without #.")
	visible := !strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' })
	if len(address) > maxAddress || !visible {
		return destination{}, malformed
	}
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.User != nil || strings.Contains(address, "#") || u.Scheme != "https" && u.Scheme != "http" {
		return destination{}, malformed
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > maxPort {
			return destination{}, malformed
		}
	}
	d := destination{url: u, host: host}
	ip, err := netip.ParseAddr(host)
	literal := err == nil
	switch {
	case literal && (ip.Zone() != "" || ip.Is6() != strings.HasPrefix(u.Host, "[")):
		return destination{}, malformed
	case literal:
		if !g.permits(ip, false) {
			return destination{}, forbidden()
		}
	case !isHostName(host):
		return destination{}, malformed
	case endsInNumber(host):
		return destination{}, refuseAddress("address_number", "IP地址请写成四段十进制数。", "Write an IP address as four decimal numbers.")
	case !g.hosts[host] && (!strings.Contains(host, ".") || host == "localhost" || strings.HasSuffix(host, ".localhost")):
		return destination{}, forbidden()
	}
	if u.Scheme == "http" && !g.listed(d) {
		return destination{}, refuseAddress("address_not_https", "外网地址必须使用https。", "An address outside must use https.")
	}
	return d, nil
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$`)

func isHostName(name string) bool { return len(name) <= maxHost && hostName.MatchString(name) }

var number = regexp.MustCompile(`^([0-9]+|0x[0-9a-f]*)$`)

// endsInNumber reports whether a name would be taken for an IPv4 address by a
// program that reads 127.1, 0x7f000001, 017700000001 or 2130706433 as one.
func endsInNumber(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	return number.MatchString(labels[len(labels)-1])
}
