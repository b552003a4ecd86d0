package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// createMarked creates the file of a marked workbook beside the one that was sent,
// under a name that nothing has: the last one may be what somebody is mending.
func createMarked(file string) (*os.File, error) {
	name := strings.TrimSuffix(file, filepath.Ext(file)) + "-错误"
	for n := 1; ; n++ {
		free := name + ".xlsx"
		if n > 1 {
			free = fmt.Sprintf("%s-%d.xlsx", name, n)
		}
		out, err := os.OpenFile(free, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return out, err
		}
	}
}
