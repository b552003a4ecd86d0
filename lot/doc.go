// Package lot draws by lot: the day and the team of an unannounced look-back
// (回头看), and the units a campaign inspects (双随机). It also holds what makes a
// draw believable afterwards and secret until then: a commitment that is
// appended to the record when the lot is drawn, and a seal under which the
// plan waits for its day.
//
// The package is pure. Chance comes in as an io.Reader, crypto/rand in the
// program and a Stream in a test; days come from the calendar it is given.
// It knows no clock, no case, no database and no key file.
//
// It refuses to compromise. With no working day left, too few inspectors after
// recusal, nobody to lead, or too few units in a stratum it draws nothing and
// says so in an error whose type names what a leader has to decide. No error
// names a person, a drawn day or a key, and a Plan, a Nonce and a Key print as
// "(sealed)" under every verb.
//
// It cannot prove that chance was fair, only that nothing was changed after the
// draw: whoever holds the machine may draw until he likes the result and record
// only the last. That is why every draw has a number, why a redraw is an event
// with a reason and a second person, and why both stay in the record.
package lot
