// Package sealkey reads the keys that seal what was drawn for a look-back, which
// live outside the database: from the environment, from what a command prints, or
// from a file that nobody else can read.
//
// It refuses a file that others may read, and whatever holds anything but keys. It
// puts no key and nothing a command printed into an error. It has no copy of a key
// to give back: who loses all of them draws again, before a witness.
package sealkey
