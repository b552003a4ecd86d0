package lot

import "io"

// Below lets the tests see that every number is as likely as any other.
func Below(chance io.Reader, n uint64) (uint64, error) { return below(chance, n) }
