package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"duban/lifecycle"
)

const (
	// maxUploads is how many files of evidence one process takes in at once, and
	// uploadsOfAccount how many of one account's.
	maxUploads       = 128
	uploadsOfAccount = 8
	// maxWorkbooks is how many workbooks may be on their way at once; they wait on
	// disk, and one at a time is checked.
	maxWorkbooks       = 64
	workbooksOfAccount = 2
	// maxDownloads is how many files may be on their way out.
	maxDownloads       = 256
	downloadsOfAccount = 4
	// fairPart: nobody's people have more places than this part of those that are
	// still free, so that some are free whoever comes, and however many come.
	fairPart = 8
)

// groupOf is whose share a person takes part in: that of the unit, or of the
// person alone when it is the committee's.
func groupOf(a lifecycle.Actor) string {
	if a.Unit != "" {
		return "unit " + a.Unit
	}
	return "account " + a.Account
}

// shares are places that requests take for as long as their clients please. An
// account has so many at most, and a unit's accounts together a part of those that
// are free. Who has no more waits a while behind his own.
type shares struct {
	all, each int
	wait      time.Duration

	mu        sync.Mutex
	taken     int
	byAccount map[string]int
	byGroup   map[string]int
	// left is closed when somebody leaves a place.
	left chan struct{}
}

func newShares(all, each int, wait time.Duration) *shares {
	return &shares{all: all, each: each, wait: wait, byAccount: map[string]int{}, byGroup: map[string]int{}, left: make(chan struct{})}
}

// take takes a place and returns what gives it back, or says that the person has
// none left.
func (s *shares) take(ctx context.Context, a lifecycle.Actor) (leave func(), err error) {
	patience := time.NewTimer(s.wait)
	defer patience.Stop()
	for {
		leave, left := s.try(a)
		if leave != nil {
			return leave, nil
		}
		select {
		case <-left:
			continue
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-patience.C:
		}
		return nil, (&fault{
			status: http.StatusTooManyRequests, code: "too_many_uploads",
			zh: "您或者您单位同时传输的文件过多，请等其中一个完成后再试。", en: "You or your unit have too many files on their way; try again when one of them is through.",
		}).with("Retry-After", retryAfter)
	}
}

// try takes a place if there is one for the person, and else returns what says that
// one was left.
func (s *shares) try(a lifecycle.Actor) (leave func(), left <-chan struct{}) {
	group := groupOf(a)
	s.mu.Lock()
	defer s.mu.Unlock()
	free := s.all - s.taken
	if free == 0 || s.byAccount[a.Account] >= s.each || s.byGroup[group] >= max(free/fairPart, 1) {
		return nil, s.left
	}
	s.taken++
	s.byAccount[a.Account]++
	s.byGroup[group]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken--
		lower(s.byAccount, a.Account)
		lower(s.byGroup, group)
		close(s.left)
		s.left = make(chan struct{})
	}, nil
}

func lower(counts map[string]int, of string) {
	if counts[of]--; counts[of] == 0 {
		delete(counts, of)
	}
}

const (
	// accountLanes and unitLanes are how many requests of one account, and of one
	// unit's, are worked on at once; the record has a few connections more.
	accountLanes = 4
	unitLanes    = 6
	// laneLimit is how long a request waits for the one before it.
	laneLimit = 20 * time.Second
)

// lanes let each account, and each unit, have so much done at once; more of it waits
// behind its own, and nobody else behind it.
type lanes struct {
	mu    sync.Mutex
	named map[string]*lane
}

type lane struct {
	semaphore *semaphore.Weighted
	// users are those in it and those that wait.
	users int
}

func newLanes() *lanes { return &lanes{named: map[string]*lane{}} }

// enter waits for room in a lane of so many, and returns what makes room again.
func (l *lanes) enter(ctx context.Context, name string, width int64) (leave func(), err error) {
	l.mu.Lock()
	one := l.named[name]
	if one == nil {
		one = &lane{semaphore: semaphore.NewWeighted(width)}
		l.named[name] = one
	}
	one.users++
	l.mu.Unlock()
	forget := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(l.named, name)
		}
	}
	if err := one.semaphore.Acquire(ctx, 1); err != nil {
		forget()
		return nil, err
	}
	return func() { one.semaphore.Release(1); forget() }, nil
}

// work waits until the person's account and unit may have one more request worked
// on.
func (l *lanes) work(ctx context.Context, a lifecycle.Actor) (leave func(), err error) {
	limited, cancel := context.WithTimeout(ctx, laneLimit)
	defer cancel()
	own, err := l.enter(limited, "account "+a.Account, accountLanes)
	if err == nil && a.Unit != "" {
		var units func()
		if units, err = l.enter(limited, groupOf(a), unitLanes); err != nil {
			own()
		} else {
			account := own
			own = func() { units(); account() }
		}
	}
	if err != nil {
		return nil, (&fault{
			status: http.StatusTooManyRequests, code: "too_many_requests", cause: err,
			zh: "您或者您单位同时提出的请求过多，请稍后再试。", en: "You or your unit have too many requests under way; try again later.",
		}).with("Retry-After", retryAfter)
	}
	return own, nil
}

// turn waits until no other workbook is read or written, so that memory is bounded
// whoever comes. One request of each account or unit queues for it, so that each
// comes in its turn. Nothing of it may be held while a client sends or reads.
func (s *server) turn(ctx context.Context, a lifecycle.Actor) (release func(), err error) {
	own, err := s.lanes.enter(ctx, "turn of "+groupOf(a), 1)
	if err != nil {
		return nil, err
	}
	select {
	case s.reading <- struct{}{}:
		return func() { <-s.reading; own() }, nil
	case <-ctx.Done():
		own()
		return nil, ctx.Err()
	}
}
