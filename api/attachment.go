package api

import (
	"net/url"
	"strings"
)

// attachment has an answer saved as a file under its name: in UTF-8 as RFC 5987 writes
// it, and in letters for programs that do not know that (RFC 6266). Without letters of
// its own the name's are taken, with _ for every other character.
func attachment(name, letters string) string {
	if letters == "" {
		letters = strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
				return '_'
			}
			return r
		}, name)
	}
	return `attachment; filename="` + letters + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
