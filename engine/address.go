package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

// parseListen reads the address of the frontend, which has to be this machine's
// own: the engine is for one machine.
func parseListen(text string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("read --listen %q: want an IP address and a port, such as 127.0.0.1:7233", text)
	}
	if !at.Addr().IsLoopback() {
		return netip.AddrPort{}, fmt.Errorf("refuse --listen %s: the engine is for one machine, so it listens on the loopback interface alone", text)
	}
	if at.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("refuse --listen %s: name a port, or nobody will find the engine", text)
	}
	return at, nil
}

// freeAddresses returns n addresses on ip that nobody listens on at this
// moment. They are held together while they are chosen, so all are different.
func freeAddresses(ctx context.Context, ip netip.Addr, n int) ([]netip.AddrPort, error) {
	free := make([]netip.AddrPort, 0, n)
	for range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", netip.AddrPortFrom(ip, 0).String())
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close() // all at once, when the choice is made
		at, err := netip.ParseAddrPort(l.Addr().String())
		if err != nil {
			return nil, fmt.Errorf("read our own address: %w", err)
		}
		free = append(free, at)
	}
	return free, nil
}
