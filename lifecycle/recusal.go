package lifecycle

import "duban/lot"

// A Candidate is somebody a look-back's team might be drawn from, with what
// keeps him out of it (公务员法第七十六、七十七条): an official steps back from a
// matter that touches himself, his kin or where he works or worked, on his own
// motion or when those concerned ask for it. One recusal is enough, and whether
// it is a good one is not for the draw to weigh.
//
// Who reviewed the report is kept out by the case itself, and is not here.
type Candidate struct {
	Account string
	// Lead says that he may lead a look-back.
	Lead     bool
	Recusals []lot.Recusal
}

// RecordedGrounds are the grounds that somebody puts on record. The other one,
// having reviewed the report, follows from the case.
func RecordedGrounds() []lot.Ground {
	return []lot.Ground{lot.OwnUnit, lot.FormerUnit, lot.DeclaredConflict, lot.UnitObjection}
}
