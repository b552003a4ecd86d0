// Package wording writes what a mailing says from a template that the committee
// may word for itself. A template asks for the fields of one type and for nothing
// else: what it gets wrong is said when it is read, not when somebody's deadline
// passes, and what it must say it cannot leave out.
package wording
