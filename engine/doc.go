// Command duban-engine is a whole Temporal server in one process, on a
// PostgreSQL database that it may share with the rest of Duban: its tables
// live in the schemas temporal and temporal_visibility, so that one backup of
// one database holds everything at one point in time.
//
// It sets its schemas up, or brings them up to date, by itself at each start.
// It watches itself: when its schemas are dropped under it, or when it stays
// stuck although PostgreSQL answers, it ends with a status that asks its
// supervisor to start it again. It serves one namespace and listens on the
// loopback interface alone.
//
// Every port it opens lets in whoever has its key, and nobody else: a file that
// the first start makes and that its clients read. There is no other interface:
// no HTTP API, no metrics, no profiles.
//
// It refuses to be a cluster: one process serves a database at a time. A
// second one waits for the first to end. Larger installations run Temporal's
// own server.
package main
