package evidence

import "context"

// Judge judges a document as Receive does, but lets a failure show.
func Judge(ctx context.Context, content []byte) ([]string, error) {
	b := newBudget(ctx)
	switch {
	case len(content) > 1 && content[0] == 'P' && content[1] == 'K':
		return judgeZip(b, content)
	case len(content) > 0 && content[0] == compoundMagic[0]:
		return judgeCompound(b, content)
	default:
		return judgePDF(b, content)
	}
}

// Turns are the places in which documents are judged.
type Turns struct{ *turns }

// NewTurns are turns of their own.
func NewTurns() Turns { return Turns{newTurns()} }

// Take waits for a place.
func (t Turns) Take(ctx context.Context, sender string) (leave func(), err error) {
	return t.take(ctx, sender)
}

// Senders are those of whom something is remembered.
func (t Turns) Senders() int { return len(t.senders) }
