// Package casefile writes the file of one case (案卷) as an archive that can be
// checked without the record, and checks it.
//
// The archive holds, in order: the list of what is in it, the papers that went
// out beside the events that sent them, the evidence, and the whole record, for
// people and for programs. The same record gives the same bytes. Nothing in the
// archive is compressed, so that nothing in it can be larger than it is, and a
// changed byte, wherever it stands, is found by writing the archive again. Of
// evidence nothing is kept in memory. The package decides nothing and reads no
// record. It signs nothing: who can write a whole new archive can give it hashes
// that fit; what the record holds is known by comparing the version.
package casefile
