package lifecycle

import "duban/lot"

// A Candidate is somebody who may look back at all, with what keeps him out of a
// look-back at a certain unit on a certain day (回避, 公务员法第七十六、七十七条).
type Candidate struct {
	Account string
	// Lead says that he holds the role of look-back lead.
	Lead     bool
	Recusals []lot.Recusal
}
