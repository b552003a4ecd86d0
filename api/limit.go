package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"duban/lifecycle"
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
	bucket := l.bucket(account, now)
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

const (
	// A refused request counts once, and once more for each MiB that came with it:
	// an account may have so many, and so many more a second; a unit's people
	// together twice as many.
	refusedBurst     = 2000
	refusedPerSecond = 5
)

// refusals count what was turned down, by account and by unit: what is refused
// costs as much as what is taken, and no quota of files or rows counts it.
type refusals struct{ accounts, units *limiter }

func newRefusals() *refusals {
	return &refusals{accounts: newLimiter(refusedPerSecond, refusedBurst), units: newLimiter(2*refusedPerSecond, 2*refusedBurst)}
}

// open fails when too much of the person's, or of the unit's, was turned down.
func (r *refusals) open(a lifecycle.Actor, now time.Time) error {
	if !r.accounts.spent(a.Account, now) && (a.Unit == "" || !r.units.spent(a.Unit, now)) {
		return nil
	}
	return (&fault{
		status: http.StatusTooManyRequests, code: "too_many_requests",
		zh: "被拒绝的请求过多，请核对后过几分钟再试。", en: "Too many requests were turned down; look at the reasons, and try again in some minutes.",
	}).with("Retry-After", "60")
}

// count counts what was turned down, with so many bytes.
func (r *refusals) count(a lifecycle.Actor, bytes int64, now time.Time) {
	cost := 1 + int(min(max(bytes, 0), maxUpload*4)>>20)
	r.accounts.charge(a.Account, cost, now)
	if a.Unit != "" {
		r.units.charge(a.Unit, cost, now)
	}
}

// spent reports whether nothing is left in a bucket.
func (l *limiter) spent(of string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, ok := l.buckets[of]
	return ok && bucket.TokensAt(now) < 1
}

// charge takes out of a bucket as much as there is of the cost.
func (l *limiter) charge(of string, cost int, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.bucket(of, now)
	if cost = min(cost, int(bucket.TokensAt(now))); cost > 0 {
		bucket.AllowN(now, cost)
	}
}

// bucket is the bucket of somebody, a full one if there is none yet.
func (l *limiter) bucket(of string, now time.Time) *rate.Limiter {
	bucket, ok := l.buckets[of]
	if !ok {
		l.makeRoom(now)
		bucket = rate.NewLimiter(l.rate, l.burst)
		l.buckets[of] = bucket
	}
	return bucket
}
