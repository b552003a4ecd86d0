package evidence

import (
	"context"
	"io"
)

// A budget is how much work one file may cause. It counts bytes and not
// seconds, so that a file is judged alike on a slow machine.
type budget struct {
	ctx  context.Context //nolint:containedctx // it lives for one file
	left int64
	// depth is how many documents the one that is judged lies in.
	depth int
}

const (
	// maxWork is what the bytes that are read one by one may come to: more than
	// the texts of the largest document, and seconds of a slow machine.
	maxWork = 256 << 20
	// maxDepth is how deeply documents may lie in each other: a workbook behind a
	// chart of a presentation that lies in a report.
	maxDepth = 3
)

func newBudget(ctx context.Context) *budget { return &budget{ctx: ctx, left: maxWork} }

// spend takes work from the budget.
func (b *budget) spend(n int) error {
	b.left -= int64(n)
	if b.left < 0 {
		return refusedComplex()
	}
	return b.ctx.Err()
}

// counted is a reader whose bytes are work.
func (b *budget) counted(r io.Reader) io.Reader { return &countedReader{b, r} }

type countedReader struct {
	b *budget
	r io.Reader
}

// Read reads as long as the budget lasts.
func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if spent := c.b.spend(n); spent != nil {
		return n, spent
	}
	return n, err
}

// all reads a part that is judged as a whole.
func (b *budget) all(r io.Reader) ([]byte, error) {
	return io.ReadAll(b.counted(r))
}

// deeper runs a judgement of a document that lies in another.
func (b *budget) deeper(judge func() error) error {
	if b.depth >= maxDepth {
		return refusedComplex()
	}
	b.depth++
	defer func() { b.depth-- }()
	return judge()
}
