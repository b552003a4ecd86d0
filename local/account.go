package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// An account is the operating-system user that PostgreSQL runs as. PostgreSQL
// refuses to run as root, so root has to lend it another one.
type account struct {
	name string
	uid  uint32
	gid  uint32
}

// serverAccount chooses the account for PostgreSQL. It returns nil when this
// process is not root and PostgreSQL simply runs as the same user.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil means "as ourselves", see above
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("read user id of account %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("read group id of account %s: %w", name, err)
		}
		return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and this machine has neither an account postgres nor an account nobody to run it as: run duban as an ordinary user, or give it a database with DATABASE_URL")
}

// credential is what a child is started with; nil keeps our own.
func (a *account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	// An empty, non-nil list drops root's supplementary groups.
	return &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: []uint32{}}
}

// own hands the file or folder at path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// makeOwned makes the folder dir, for the account alone.
func (a *account) makeOwned(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return a.own(dir)
}

// blocked returns the first folder on the way to dir, from the root down, that
// the account may not pass through, or "" when it can reach dir. Folders that
// do not exist yet do not block: whoever creates them lets the account pass.
func (a *account) blocked(dir string) (string, error) {
	if a == nil {
		return "", nil
	}
	var way []string
	for p := dir; ; p = filepath.Dir(p) {
		way = append(way, p)
		if p == filepath.Dir(p) {
			break
		}
	}
	for _, folder := range slices.Backward(way) {
		info, err := os.Stat(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("look at folder: %w", err)
		}
		if !a.mayPass(info) {
			return folder, nil
		}
	}
	return "", nil
}

// mayPass reads the permission bits the way the kernel does: the owner's bits
// count for the owner, else the group's for the group, else the others'.
func (a *account) mayPass(info fs.FileInfo) bool {
	const search = 0o1
	perm := info.Mode().Perm()
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		switch {
		case st.Uid == a.uid:
			return perm>>6&search != 0
		case st.Gid == a.gid:
			return perm>>3&search != 0
		}
	}
	return perm&search != 0
}
