// Package bounce reads what mail servers send back: the mailbox they send it to,
// and the reports of delivery (RFC 3464) in it.
//
// Read says of one mail which of our messages came back, for which addresses,
// and what the server said of it. It believes nothing: a report is anybody's
// word, and whether such a message was sent, and to whom, is for the record to
// say. It guesses nothing from prose either. What has no report in it is no
// bounce, whatever its text says; a notice of absence is none, nor is a server
// that is still trying.
//
// A mail is read up to a bound and into no mail inside it, and one that is made
// to cost more than that is refused. The package answers no mail, deletes none,
// and keeps nothing.
package bounce
