// Package local is the one-machine default: it runs a private PostgreSQL and
// the engine program as supervised children of this process, so that
// `duban serve` needs nothing but a folder.
//
// It starts programs, keeps them running and stops them. It refuses to do
// more: it creates one role and one empty database and leaves their contents
// to package store; it downloads nothing; it never stops a process which it
// cannot prove to be its own; and it opens nothing but Unix sockets and the
// loopback interface.
//
// The promises, in the order in which they matter:
//
//   - A killed duban leaves nothing running: the kernel tells each child when
//     its parent dies (Linux; elsewhere the next start ends what was left).
//   - A killed PostgreSQL or engine is started again at the same address, so
//     whoever holds a URL only has to connect again.
//   - One data folder has one supervisor: a second one is turned away with a
//     sentence that names the first.
package local
