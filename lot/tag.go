package lot

import (
	"crypto/hmac"
	"crypto/sha256"

	"duban/calendar"
)

// TagSize is the length of a tag.
const TagSize = 16

// Tags returns the tags a sealed plan of the draw lies under if the day is the
// drawn one: under the first key the one it is put under, and after it those of
// older keys. Whoever asks for what is due on a day shows the tags of that day,
// so what is not due cannot even be asked for without the key; and whoever reads
// the tags learns nothing, because those of two draws have nothing in common,
// drawn for the same day or not.
//
//	tag = first 16 bytes of HMAC-SHA256(key, fields("duban due 1", case, number, date))
func (k Keys) Tags(of string, number int, d calendar.Date) [][]byte {
	tags := make([][]byte, 0, len(k))
	for _, key := range k {
		if key == (Key{}) {
			continue
		}
		var w writer
		w.text("duban due 1")
		w.text(of)
		w.number(number)
		w.date(d)
		mac := hmac.New(sha256.New, key.raw[:])
		mac.Write(w.bytes)
		tags = append(tags, mac.Sum(nil)[:TagSize])
	}
	return tags
}
