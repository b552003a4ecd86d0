// Package api is the face of Duban to programs: REST under /v1, described by
// OpenAPI 3.1 and answered in JSON.
//
// It authenticates, stamps the instant at which a request was received, reads
// strictly, and hands commands on; what it answers is what the record answered,
// rendered for the person who asked. It holds no rule of the lifecycle, knows
// neither SQL nor Temporal, and shows a unit's person nothing but the unit's
// own projection: another unit's case is a 404 with the bytes of a missing one.
//
// A request passes, in this order: request id, log and metrics, the access
// table, the token, the rate limit, the body's outer form, then its handler.
// Whatever is turned down on the way is an RFC 9457 problem; errors.go has the
// one table of them.
package api
