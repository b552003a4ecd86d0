package bounce

import (
	"io"
	"regexp"
	"strings"

	"duban/notify"
)

// An original is what tells which mail it was that came back.
type original struct{ ours, id string }

// readOriginal reads the header of what came back. It ends where the header
// does, or breaks off.
func readOriginal(r io.Reader) *original {
	var o original
	begun := false
	for name, value := range fields(r) {
		switch {
		case name == "" && begun:
			return &o
		case name == strings.ToLower(notify.IDHeader) && o.ours == "":
			o.ours = value
		case name == "message-id" && o.id == "":
			o.id = value
		}
		begun = begun || name != ""
	}
	return &o
}

// idForm is a message's id as it stands in a Message-ID, or alone.
var idForm = regexp.MustCompile(`^<?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(@[^<>@\s]{1,255})?>?$`)

// firstID is the first id of the form that the values hold.
func firstID(values ...string) string {
	for _, value := range values {
		for word := range strings.FieldsSeq(value) {
			if found := idForm.FindStringSubmatch(strings.ToLower(word)); found != nil {
				return found[1]
			}
		}
	}
	return ""
}
