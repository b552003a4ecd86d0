package pgtest

import (
	"os"
	"testing"
)

// Folder returns a temporary folder for a test that starts a system of its
// own with package local. Unlike t.TempDir, it lets PostgreSQL's account pass
// when the tests run as root.
func Folder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", folderPattern) //nolint:usetesting // t.TempDir lets nobody else pass
	if err != nil {
		t.Fatalf("pgtest: make folder: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Errorf("pgtest: remove folder: %v", err)
		}
	})
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // passing is the purpose; nothing can be listed
		t.Fatalf("pgtest: open folder: %v", err)
	}
	return folder
}
