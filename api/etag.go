package api

import (
	"net/http"
	"strconv"
	"strings"

	"duban/lifecycle"
)

// The marks of the two kinds of version. A unit counts only what it may see, so
// its versions are its own, and never exchanged with the case's.
const (
	staffMark = "v"
	unitMark  = "u"
)

// mark is the kind of version this person is shown.
func (c *call) mark() string {
	if c.unit() {
		return unitMark
	}
	return staffMark
}

// etag is a version as this person is shown it.
func (c *call) etag(version int64) string {
	return `"` + c.mark() + strconv.FormatInt(version, 10) + `"`
}

// etagOf is the case's version as this person is shown it; empty when the case
// does not exist for the person.
func (c *call) etagOf(it lifecycle.Case) string {
	version := it.Seq
	if c.unit() {
		version = it.ForUnit().Version
	}
	if version == 0 {
		return ""
	}
	return c.etag(version)
}

// ifMatch returns the version the person says to have read.
func (c *call) ifMatch() (*int64, error) {
	const field = "If-Match"
	given := c.header.Values(field)
	if len(given) == 0 {
		return nil, &fault{
			status: http.StatusPreconditionRequired, code: "if_match_missing", field: field,
			zh: "缺少请求头If-Match，请填写读到的ETag。", en: "The header If-Match is missing; send the ETag you read.",
		}
	}
	malformed := badRequest("if_match_malformed", field, "If-Match应为读到的一个ETag，如"+c.etag(12)+"。",
		"If-Match must be the one ETag you read, such as "+c.etag(12)+".")
	if len(given) > 1 {
		return nil, malformed
	}
	// A proxy that compresses answers makes their ETags weak; the version is the same.
	digits, ok := strings.CutPrefix(strings.TrimPrefix(given[0], "W/"), `"`+c.mark())
	digits, closed := strings.CutSuffix(digits, `"`)
	version, err := strconv.ParseInt(digits, 10, 64)
	if !ok || !closed || err != nil || version < 1 || strconv.FormatInt(version, 10) != digits {
		return nil, malformed
	}
	return &version, nil
}

// unchanged reports whether the person has the entity already (If-None-Match).
func (c *call) unchanged(etag string) bool {
	for _, line := range c.header.Values("If-None-Match") {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == etag {
				return true
			}
		}
	}
	return false
}
