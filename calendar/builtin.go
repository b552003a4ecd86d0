package calendar

import (
	"bytes"
	"embed"
	"fmt"
	"sync"
)

// data holds one file a notice; data/README.md says where they come from.
//
//go:embed data/*.json
var data embed.FS

var builtin = sync.OnceValue(func() *Calendar { //nolint:gochecknoglobals // computed once, never changed
	files, err := data.ReadDir("data")
	if err != nil {
		panic(fmt.Sprintf("calendar: %v", err))
	}
	years := make([]Year, 0, len(files))
	for _, file := range files {
		years = append(years, readBuiltin("data/"+file.Name()))
	}
	c, err := New(1, years...)
	if err != nil {
		panic(fmt.Sprintf("calendar: %v", err))
	}
	return c
})

func readBuiltin(path string) Year {
	file, err := data.ReadFile(path)
	if err != nil {
		panic(fmt.Sprintf("calendar: %v", err))
	}
	y, err := ReadYear(bytes.NewReader(file))
	if err != nil {
		panic(fmt.Sprintf("calendar: %s: %v", path, err))
	}
	return y
}

// Builtin returns the calendar this release was built with: the notices of
// 2024, 2025 and 2026, as version 1.
func Builtin() *Calendar { return builtin() }
