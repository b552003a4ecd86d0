package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
)

// maxBody is how many bytes of JSON a request may carry.
const maxBody = 64 << 10

// readBody reads a request's whole body, within the limit, and wants it to be
// JSON by its headers.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > maxBody {
		return nil, tooLarge()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &fault{
			status: http.StatusRequestTimeout, code: "body_timeout", cause: err,
			zh: "请求内容没有及时传完。", en: "The body did not arrive in time.",
		}
	case err != nil:
		f := badRequest("body_incomplete", "", "请求内容不完整。", "The body broke off.")
		f.cause = err
		return nil, f
	}
	if len(body) > 0 {
		return body, checkMedia(r.Header)
	}
	return nil, nil
}

// checkMedia wants JSON in UTF-8, not compressed. No Content-Type at all is
// taken for JSON.
func checkMedia(h http.Header) error {
	unsupported := &fault{
		status: http.StatusUnsupportedMediaType, code: "unsupported_media_type", field: "Content-Type",
		zh: "请求内容应为application/json，UTF-8编码，不压缩。", en: "The body must be application/json in UTF-8, not compressed.",
	}
	compressed := *unsupported
	compressed.field = "Content-Encoding"
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return &compressed
	}
	sent := h.Get("Content-Type")
	if sent == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(sent)
	if err != nil || media != "application/json" {
		return unsupported
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return unsupported
	}
	return nil
}

func tooLarge() *fault {
	return &fault{
		status: http.StatusRequestEntityTooLarge, code: "body_too_large",
		zh: "请求内容不能超过64 KiB。", en: "The body may not be larger than 64 KiB.",
	}
}
