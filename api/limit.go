package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds the memory of a limiter.
const maxBuckets = 10_000

// A limiter keeps one bucket for each account.
type limiter struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{rate: rate.Limit(perSecond), burst: burst, buckets: map[string]*rate.Limiter{}}
}

// take takes one request out of the account's bucket, or says when to come back.
func (l *limiter) take(account string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, ok := l.buckets[account]
	if !ok {
		l.makeRoom(now)
		bucket = rate.NewLimiter(l.rate, l.burst)
		l.buckets[account] = bucket
	}
	reserved := bucket.ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	reserved.CancelAt(now)
	seconds := strconv.Itoa(int(math.Ceil(min(wait, time.Hour).Seconds())))
	return (&fault{
		status: http.StatusTooManyRequests, code: "too_many_requests",
		zh: "请求过于频繁，请稍后再试。", en: "Too many requests; try again later.",
	}).with("Retry-After", seconds)
}

// makeRoom forgets buckets that are full again, which says as much as having
// none; when every bucket is in use, any one.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.buckets) < maxBuckets {
		return
	}
	var one string
	for account, bucket := range l.buckets {
		one = account
		if bucket.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, account)
		}
	}
	if len(l.buckets) >= maxBuckets {
		delete(l.buckets, one)
	}
}
