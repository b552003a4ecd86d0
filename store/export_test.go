package store

// OpeningLock is the lock that openings share.
const OpeningLock = openingLock
