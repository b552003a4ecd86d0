package evidence

import (
	"encoding/binary"
	"slices"
)

// recording lists the kinds that a file of the ISO base media family may be
// called; none when it is of another family. Telephones and cameras write one
// container under many brands, and people call it by the name they know.
func recording(head []byte) []string {
	const brandAt, compatibleAt, fairBox = 8, 16, 4
	if len(head) < compatibleAt || head[0] >= fairBox { // a box of 64 MiB or more; a text has letters here
		return nil
	}
	films := []string{"video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"}
	switch string(head[4:brandAt]) {
	case "moov", "mdat", "wide", "pnot": // QuickTime of before brands
		return films
	case "ftyp":
	default:
		return nil
	}
	end := min(len(head), int(min(binary.BigEndian.Uint32(head), headLength)))
	brands := []string{string(head[brandAt : brandAt+4])}
	for at := compatibleAt; at+4 <= end; at += 4 {
		brands = append(brands, string(head[at:at+4]))
	}
	known := func(names ...string) bool { return slices.Contains(names, brands[0]) }
	switch {
	case slices.Contains(brands, "avif"), slices.Contains(brands, "avis"), known("crx ", "jp2 ", "jpx ", "jxl "): // pictures that nothing here shows
		return nil
	case known("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"):
		return []string{"image/heic"}
	default:
		return films
	}
}
