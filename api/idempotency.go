package api

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// maxKey is how long an idempotency key may be.
const maxKey = 200

// keyVersion is the version of the UUIDs that the record derives from account
// and key.
const keyVersion = 5

// key returns the request's idempotency key. Keys that look like the system's
// own are refused, so that nobody can foresee or pre-empt one: those that begin
// with "system:" or "alarm:", and UUIDs of version 5, the form of the ids the
// record derives.
func (c *call) key() (string, error) {
	const field = "Idempotency-Key"
	given := c.header.Values(field)
	if len(given) == 0 || len(given) == 1 && given[0] == "" {
		return "", badRequest("idempotency_key_missing", field, "缺少请求头Idempotency-Key。", "The header Idempotency-Key is missing.")
	}
	key := given[0]
	if len(given) > 1 || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", badRequest("idempotency_key_malformed", field, "Idempotency-Key应为1至200个可见的ASCII字符，且只出现一次。",
			"Idempotency-Key must be 1 to 200 visible ASCII characters, given once.")
	}
	lower := strings.ToLower(key)
	id, err := uuid.Parse(key)
	if strings.HasPrefix(lower, "system:") || strings.HasPrefix(lower, "alarm:") || err == nil && id.Version() == keyVersion {
		return "", invalid(field, "idempotency_key_reserved", "这种形式的请求编号由系统保留。", "Idempotency keys of this form are the system's own.")
	}
	return key, nil
}

// fingerprint tells whether a key comes back with the same request: a hash of
// method, path and body.
func (c *call) fingerprint() []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(c.method), {0}, []byte(c.path), {0}, c.body} {
		h.Write(part)
	}
	return h.Sum(nil)
}

// fingerprintOf does the same for a request that was taken in piece by piece.
func (c *call) fingerprintOf(parts ...string) []byte {
	h := sha256.New()
	for _, part := range append([]string{c.method, c.path}, parts...) {
		h.Write([]byte(part + "\x00"))
	}
	return h.Sum(nil)
}

// describeKeys puts the key into the description of every operation that changes
// something and does not name it itself.
func (s *server) describeKeys() {
	longest := maxKey
	for path, item := range s.huma.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{
			http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		} {
			if op == nil || slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" }) {
				continue
			}
			doc := "Your name for this request: sent again with the same key it does nothing and gets the same answer. A refusal leaves the key free"
			if s.access[method+" "+path].reads {
				doc = "It changes nothing, so a key may be sent and says nothing"
			}
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: "Idempotency-Key", In: "header", Description: doc, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
			})
		}
	}
}
