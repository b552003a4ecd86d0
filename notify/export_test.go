package notify

// Connects asks what the dialer asks before it connects to an address for a
// host.
func Connects(g *Guard, host, address string) error { return g.control(host)("tcp", address, nil) }
