package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"duban/lot"
	"duban/sealkey"
	"duban/store"
)

// sealKeyFile is where the key is in the data folder, unless it is said to be
// elsewhere.
const sealKeyFile = "seal.key"

// keySource says where the keys of the seal are.
func (s *settings) keySource() sealkey.Source {
	if s.SealKeyFile == "" {
		return sealkey.Source{Value: s.SealKey, Command: s.SealKeyCommand, File: filepath.Join(s.Data, sealKeyFile), Optional: true}
	}
	return sealkey.Source{Value: s.SealKey, Command: s.SealKeyCommand, File: s.SealKeyFile}
}

// keys reads the keys of the seal; none when there is no place that has one.
func (s *settings) keys(ctx context.Context) (lot.Keys, error) {
	return s.keySource().Read(ctx)
}

// firstKey makes the key of the seal in the data folder, for a system that has
// none, and reads it.
func (s *settings) firstKey(ctx context.Context, say func(string)) (lot.Keys, error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	path := filepath.Join(s.Data, sealKeyFile)
	switch _, err := sealkey.Make(path, rand.Reader); {
	case errors.Is(err, fs.ErrExist): // somebody made it meanwhile
	case err != nil:
		return nil, err
	default:
		say("封存密钥 the key that seals look-backs is in " + path + ": keep a copy apart from the database's backups")
	}
	return s.keys(ctx)
}

type sealKeyCmd struct {
	New  sealKeyNewCmd  `cmd:"" help:"Draw a key: print it, or put it before those of a file."`
	List sealKeyListCmd `cmd:"" help:"Print the ids of the keys at hand, the one that seals first, and what lies under each in the record, if there is one."`
}

type sealKeyNewCmd struct {
	File string `help:"File to put the key into, before the keys it has; made when it is not there. The key is printed when it is left out."`
}

// Run draws a key.
func (c sealKeyNewCmd) Run() error {
	if c.File == "" {
		key, err := lot.NewKey(rand.Reader)
		if err != nil {
			return err
		}
		printLine(stdout, "%s", key.Reveal())
		return nil
	}
	key, err := sealkey.Add(c.File, rand.Reader)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, key.ID())
	return nil
}

type sealKeyListCmd struct{}

// Run prints the ids, and after them those of keys that are not at hand and that
// something lies under.
func (sealKeyListCmd) Run(ctx context.Context, s *settings) error {
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	record, err := s.record(ctx)
	if errors.Is(err, errNoRecord) {
		for _, key := range keys {
			fmt.Fprintln(stdout, key.ID())
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer record.Close()
	list, err := record.HeldByKey(ctx)
	if err != nil {
		return err
	}
	held := map[string]store.Held{}
	for _, h := range list {
		held[h.Key] = h
	}
	for _, key := range keys {
		printLine(stdout, "%s\t%s", key.ID(), under(held[key.ID()]))
		delete(held, key.ID())
	}
	for _, h := range list {
		if _, left := held[h.Key]; !left {
			continue
		}
		name := h.Key + "\t不在手边 not at hand："
		if h.Key == "" {
			name = "尚未封存 not sealed yet\t"
		}
		fmt.Fprintln(stdout, name+under(h))
	}
	return nil
}

// under says what lies under a key.
func under(h store.Held) string {
	if h == (store.Held{Key: h.Key}) {
		return "没有封存内容 nothing"
	}
	said := fmt.Sprintf("方案%d件，名册%d份 %d plans, %d rosters", h.Plans, h.Rosters, h.Plans, h.Rosters)
	if h.Load {
		said += "，抽中次数 and the load"
	}
	return said
}
