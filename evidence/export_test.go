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
