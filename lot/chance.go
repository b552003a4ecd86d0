package lot

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
)

// tries bounds the rejections of one draw. A sound source rejects at most one
// time in two, so 128 in a row mean that it is stuck.
const tries = 128

// below draws a number from 0 to n-1, each as likely as any other; n is not 0.
//
// It reads eight bytes, big-endian, as x. The lowest 2^64 mod n values of x are
// rejected, because with them the small results would come up once more than
// the others; what remains is a whole number of rounds of n, and x mod n is the
// result.
func below(chance io.Reader, n uint64) (uint64, error) {
	rejected := -n % n
	var raw [8]byte
	for range tries {
		if _, err := io.ReadFull(chance, raw[:]); err != nil {
			return 0, fmt.Errorf("read the source of chance: %w", err)
		}
		if x := binary.BigEndian.Uint64(raw[:]); x >= rejected {
			return x % n, nil
		}
	}
	return 0, ErrStuck
}

// weighted draws an index, each with the odds of its weight. The weights are
// whole numbers and nothing is rounded.
func weighted(chance io.Reader, weights []uint64) (int, error) {
	var total uint64
	for _, w := range weights {
		sum, carry := bits.Add64(total, w, 0)
		if carry != 0 {
			return 0, invalid("weights", "权重之和过大。", "the weights add up to too much")
		}
		total = sum
	}
	if total == 0 {
		return 0, invalid("weights", "没有可抽取的对象。", "there is nothing to draw from")
	}
	k, err := below(chance, total)
	if err != nil {
		return 0, err
	}
	for i, w := range weights {
		if k < w {
			return i, nil
		}
		k -= w
	}
	panic("lot: a number below the total lies beyond it")
}
