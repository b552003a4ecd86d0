package main

// operatorListen is where operators and their machines ask how a process is. It
// is apart from the API's address: on the morning of a look-back the figures of
// what was sent and asked tell that somebody is visited, and the API's address
// is open to those who must not know.
type operatorListen struct {
	OperatorListen string `env:"DUBAN_OPERATOR_LISTEN" help:"Address of /metrics and /healthz, for operators alone; nothing is served there when it is left out."`
}
