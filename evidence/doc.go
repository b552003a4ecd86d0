// Package evidence keeps the files that prove what a case says: immutable, each
// at the address that its content has (SHA-256), in a folder or in a bucket.
//
// It judges a file by what is in it, never by what its sender calls it, and
// refuses whatever could run: programs, scripts, pages, macros, archives. It
// knows no case, no person and no quota: who may put what where is the
// record's to say, and it deletes nothing but what an interrupted upload left
// of its own.
package evidence
